"""A rollout from its plan to its end: who holds it, its steps, its bake, its way back, and what people do to it."""
