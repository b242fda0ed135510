"""What the demo's teams say of their data, and the verdicts that follow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from portal.jobs.context import JobContext
from services.advice import advise
from services.kinds import publish as judge_kinds
from services.models import Entity

FILE = Path(__file__).parent / "demo" / "answers" / "database.yaml"


def load(context: JobContext) -> None:
    """Record the answers, then judge every service at once instead of a minute later."""
    said = answers()
    for number, (name, entry) in enumerate(said.items(), start=1):
        context.check()
        context.progress(number, len(said), f"Answers for {name}")
        entity = Entity.objects.by_ref(f"component:default/{name}").first()
        if entity is not None:
            advise.record(entry["by"], entity, entry["answers"])
    changed = judge_kinds.judge_due(lambda done, total: context.check())
    context.log(f"{len(said)} questionnaires answered, {changed} verdicts written")


def answers() -> dict[str, dict[str, Any]]:
    """Service name → who answered and the answers."""
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))
