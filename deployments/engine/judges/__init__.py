"""The judges: several metrics of one rollout in, one verdict out."""
