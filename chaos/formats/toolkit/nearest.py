"""The nearest allowed name, so that a refusal says what would work."""

from __future__ import annotations

from difflib import get_close_matches

from chaos.formats.toolkit.actions import ACTIONS, HINTS
from chaos.formats.toolkit.probes import PROBES

CLOSE, VERY_CLOSE = 0.5, 0.7
MEASURES = "chaosaws.cloudwatch.probes.get_metric_data"
LONGEST = 200


def action(module: str, func: str) -> str:
    """The allowed action whose name is nearest to this one, or ""."""
    return HINTS.get(module) or _nearest(module, func, sorted({action.name for action in ACTIONS}))


def probe(module: str, func: str) -> str:
    """The allowed probe whose name is nearest to this one, or ""."""
    # What has no near name can still be measured in CloudWatch.
    return _nearest(module, func, sorted(PROBES)) or MEASURES


def by_title(title: str, *, of_action: bool) -> str:
    """For what has no module: the allowed function whose own name is nearest to the activity's."""
    return action("", title) if of_action else probe("", title)


def _nearest(module: str, func: str, names: list[str]) -> str:
    # Neighbours in the same module come first: stop_instances is nearer to terminate_instances than to stop_task.
    word = func[:LONGEST].replace("-", "_").replace(" ", "_").lower()
    same = [name for name in names if module and name.rpartition(".")[0] == module]
    for pool in (same, names):
        last = {name.rpartition(".")[2]: name for name in reversed(pool)}
        found = get_close_matches(word, sorted(last), n=1, cutoff=CLOSE)
        if found:
            return last[found[0]]
    full = get_close_matches(f"{module[:LONGEST]}.{word}", names, n=1, cutoff=VERY_CLOSE)
    return full[0] if full else ""
