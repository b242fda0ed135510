"""REST of the shell, and what every plugin's REST stands on."""
