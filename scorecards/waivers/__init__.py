"""Waivers: request, decide, list; the state machine stands in `decide`."""
