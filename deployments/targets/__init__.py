"""The kinds of target that a rollout can move, one module each; `contract` says what a kind offers."""
