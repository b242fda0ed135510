"""Commands of chaos."""
