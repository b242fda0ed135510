"""Sources of probes: one module each, with its source as SOURCE. `chaos.measure` reads through them."""
