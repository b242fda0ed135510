"""Charts drawn on the server: pure functions from numbers to SVG that needs no script, no style attribute and no id."""
