"""Game days: people meet, run several experiments one after the other, and write down what they learn."""
