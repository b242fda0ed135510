"""Faults: what an experiment can do to a service. Each stands on one kind of armed change."""
