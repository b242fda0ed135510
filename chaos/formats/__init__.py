"""Foreign formats of experiments: read as data, mapped to what the portal can do and undo, and written."""
