"""Chaos: experiments on a schedule, each with a hypothesis, a guarded fault and a proven undo."""
