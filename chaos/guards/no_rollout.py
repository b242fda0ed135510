"""No rollout while an experiment is under way: neither could be judged."""

from __future__ import annotations

from chaos.guards.one_at_a_time import under_way
from services.guards import Guard, GuardQuery


def check(query: GuardQuery) -> str:
    """The experiment that is under way."""
    run = under_way(query.entity)
    if run is None:
        return ""
    who = query.entity.owner_name or "the portal"
    return f"the experiment “{run.experiment.title}” is under way on {query.entity.name}; an operator of {who} may abort it"


GUARD = Guard("chaos-no-rollout", "No rollout during an experiment", check, order=30, action="rollout")
