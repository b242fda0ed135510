"""Enough hosts must stay healthy after the faults, as the target preview counts them.

`detail["faults"]` holds for each fault of the run its key and, as the preview says, `hit` and `total`. Without it nothing
has been looked up yet, and the question comes again before the fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.calendars import standing
from chaos.engine.hosts import Loss, too_few
from chaos.failure_modes import LOSES_HOSTS, mode_of
from chaos.guards.business_hours import who
from services.guards import Guard, GuardQuery


def check(query: GuardQuery) -> str:
    """How many would stay, how many must, and who may change that."""
    faults: list[Mapping[str, Any]] = query.detail.get("faults", [])
    losses = [Loss(one.get("hit"), one.get("total")) for one in faults if mode_of(str(one["fault"])) in LOSES_HOSTS]
    rules = standing.rules(query.entity)
    said = too_few(losses, rules.minimum_healthy if rules else standing.MINIMUM_HEALTHY)
    return f"{said}; {who(rules) if rules else 'an admin'} may change the rule" if said else ""


GUARD = Guard("chaos-healthy-hosts", "Enough healthy hosts stay", check, order=60, action="chaos")
