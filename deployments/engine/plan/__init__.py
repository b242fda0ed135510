"""A rollout plan as data, section by section; each section is read by a module of its own."""
