"""What `manage.py check` says about the plugins' checks: faults, and facts that nobody announces."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Warning, register

from scorecards.definitions import Fault, circle_faults, load_all
from scorecards.engine.check import answer_key, compile_check
from scorecards.fact_schema import announced
from scorecards.retention import terms
from services.facts import sources


@register("scorecards")
def check_definitions(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """One warning per fault. A warning, not an error: one plugin's fault must not keep the portal from starting."""
    found: list[CheckMessage] = []
    for loaded in load_all():
        found += [_warning(fault) for fault in loaded.faults]
    found += [_warning(fault) for fault in circle_faults(load_all()).values()]
    found += [Warning(text, hint="Nothing is removed until then.", id="scorecards.W003") for text in terms.problems()]
    return found + _unannounced()


def _warning(fault: Fault) -> CheckMessage:
    return Warning(str(fault), hint="The other checks go on.", id="scorecards.W001")


def _unannounced() -> list[CheckMessage]:
    schema = {path: kind for source in sources.items() for path, kind in source.schema.items()}
    keys = {key for source in sources.items() for key in source.keys}
    found: list[CheckMessage] = []
    for loaded in load_all():
        for name, definition in loaded.definitions.items():
            strange = sorted({path for path in _paths(definition) if not announced(path, schema, keys)})
            if strange and keys:
                text = f"{name} reads {', '.join(strange)}, which no fact source announces, so it can only be unknown."
                found.append(Warning(text, hint="Correct the path or add it to a FactSource.", id="scorecards.W002"))
    return found


def _paths(definition: dict[str, Any]) -> list[str]:
    check = compile_check(definition)
    answer = answer_key(definition.get("kind", ""), check.id)
    return [leaf.path.text for leaf in check.asked if leaf.path.key != answer]
