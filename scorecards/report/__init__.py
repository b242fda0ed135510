"""The manager's report: two dates side by side, what moved between them, and what is at risk now."""
