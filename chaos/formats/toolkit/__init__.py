"""Chaos Toolkit's open experiment format."""
