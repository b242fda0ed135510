"""How long the detail behind old scores is kept."""
