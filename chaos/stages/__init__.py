"""What a worker does and sees in each state of a run. No function here moves the run: `advance` does."""
