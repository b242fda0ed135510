"""People's own checks: read, validated against what is announced and in force, and kept; a fault changes nothing.

Ids written by page or over REST begin with `custom.`, those of the directory with `repo.`, so neither can take the other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from portal.access import audit
from scorecards.check_files import Fault, Loaded, More, load_one
from scorecards.engine.judging import circle
from scorecards.engine.problem import Problem
from scorecards.fact_schema import path_problems
from scorecards.models import CheckVersion, OwnCheck

CUSTOM, REPO = "custom", "repo"
#: What people call the text of a form or a request.
TEXT_NAME = "the text"


class Faulty(Exception):
    """The text has faults; nothing was changed."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class Conflict(Exception):
    """Somebody else changed the check in the meantime, or it is not there; the text says what to do."""


def requirements() -> dict[str, list[str]]:
    """What every check in force, and every own one that waits for its day, requires."""
    rows = dict(CheckVersion.objects.standing().values_list("check_id", "definition"))
    rows |= dict(OwnCheck.objects.filter(withdrawn_at=None).values_list("check_id", "definition"))
    return {name: list(definition.get("requires") or ()) for name, definition in rows.items()}


def requirement_problems(definition: Mapping[str, Any], known: Mapping[str, list[str]]) -> list[Problem]:
    """Requirements that are not there, and circles."""
    needs = list(definition.get("requires") or ())
    found = [
        Problem(("requires", number), f"there is no check {need} in force")
        for number, need in enumerate(needs)
        if need not in known
    ]
    loop = circle({definition["id"]: needs, **{name: each for name, each in known.items() if name != definition["id"]}})
    if not found and loop:
        found.append(Problem(("requires",), f"is a circle: {' → '.join([*loop, loop[0]])}"))
    return found


def rules(known: Mapping[str, list[str]]) -> More:
    """All that is asked of an own check beyond the grammar."""

    def more(definition: Mapping[str, Any]) -> list[Problem]:
        return [*path_problems(definition), *requirement_problems(definition, known)]

    return more


def read(text: str) -> dict[str, Any]:
    """The definition that a text of one check holds. Raises Faulty with the place of every fault."""
    loaded: Loaded = load_one(CUSTOM, text, rules(requirements()))
    if loaded.faults or not loaded.definitions:
        raise Faulty(replace(fault, file=TEXT_NAME) for fault in loaded.faults)
    return next(iter(loaded.definitions.values()))


def as_text(definition: Mapping[str, Any]) -> str:
    """A definition as YAML, as for the form."""
    return yaml.safe_dump(dict(definition), sort_keys=False, allow_unicode=True, width=110)


def save(user: Any, text: str, origin: str, *, name: str = "", revision: int | None = None) -> OwnCheck:
    """Keep a new or changed check; it is in force from the next evaluation on, or from its `enable_on` on.

    `name` is the id of the check that is edited ("" for a new one), `revision` the one that the editor has seen.
    Raises Faulty or Conflict.
    """
    definition = read(text)
    if name and definition["id"] != name:
        raise Conflict(f"This is {name}: an id stays. Withdraw it and write a new check instead.")
    with transaction.atomic():
        row = OwnCheck.objects.select_for_update().filter(check_id=definition["id"]).first()
        if row is not None and not name and row.withdrawn_at is None:
            raise Conflict(f"There is a check {row.check_id} already: edit it, or choose another id.")
        if row is None and name:
            raise Conflict(f"There is no own check {name}.")
        if row is not None and revision is not None and row.revision != revision:
            raise Conflict(f"{row.changed_by} has changed this check in the meantime: read it again.")
        kept = keep(row, definition, text, origin, user.get_username())
        audit.record(user, "check.write", kept.check_id, severity="medium", revision=kept.revision, origin=origin)
    return kept


def keep(
    row: OwnCheck | None, definition: Mapping[str, Any], text: str, origin: str, who: str, file: str = ""
) -> OwnCheck:
    """Write the row; must run inside a transaction."""
    row = row or OwnCheck(check_id=definition["id"], revision=0)
    row.definition, row.text, row.origin, row.file = dict(definition), text, origin, file
    row.revision, row.changed_by, row.changed_at, row.withdrawn_at = row.revision + 1, who, timezone.now(), None
    row.save()
    return row


def withdraw(user: Any, name: str) -> OwnCheck:
    """Take a check out of force; its versions and results stay. Raises Conflict."""
    with transaction.atomic():
        row = OwnCheck.objects.select_for_update().filter(check_id=name, withdrawn_at=None).first()
        if row is None:
            raise Conflict(f"There is no own check {name} in force.")
        needing = sorted(other for other, needs in requirements().items() if name in needs)
        if needing:
            raise Conflict(f"{', '.join(needing)} requires {name}: change that first.")
        row.withdrawn_at, row.changed_by = timezone.now(), user.get_username()
        row.save(update_fields=["withdrawn_at", "changed_by"])
        audit.record(user, "check.withdraw", name, severity="medium")
    return row
