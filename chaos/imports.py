"""Experiments from files: read, completed by a person, and saved as every other experiment is."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from chaos import experiments
from chaos.engine.definition import Invalid
from chaos.formats import reading
from chaos.formats.report import Imported
from chaos.formats.toolkit import write
from chaos.models import Experiment
from portal.access import audit
from services.models import Entity

PLACE = re.compile(r"(method|hypothesis\.probes)\[(\d{1,2})\]\.(arguments|alarm)\.([a-z_]{1,40})")
MAY_REPLACE = ("title", "hypothesis", "stop_conditions", "observe_seconds", "max_seconds", "recover_seconds")


def read(raw: bytes) -> Imported:
    """Read a file as data. Never raises and never reaches outside of the text."""
    return reading.read(raw)


def create(
    raw: bytes,
    service: Entity,
    by: Any,
    *,
    complete: Mapping[str, str] | None = None,
    replace: Mapping[str, Any] | None = None,
    leave_out: bool = False,
) -> Experiment:
    """Read the file again, complete it and save it, switched off. Raises Invalid with the field and the remedy.

    `complete` gives a text for paths of `to_complete`; `replace` puts whole fields in the place of the file's.
    """
    imported = read(raw)
    refuse(imported, leave_out)
    fields = replaced(imported, replace or {})
    fill(fields, imported, complete or {})
    with transaction.atomic():
        made = experiments.create(service, {**fields, "enabled": False}, by)
        told = {"format": imported.format, "sha256": hashlib.sha256(raw).hexdigest(), **imported.counts()}
        audit.record(by, "chaos.experiment.import", f"experiment:{made.slug}", severity="medium", **told)
    return made


def refuse(imported: Imported, leave_out: bool) -> None:
    """Raise Invalid where nothing may be made of the file, or where a person has not agreed to leave parts out."""
    if not imported.usable:
        broken = next((finding for finding in imported.findings if finding.level == "broken"), None)
        raise Invalid("text", broken.sentence if broken else "Nothing in the file can be injected here.")
    if not imported.whole and not leave_out:
        count = imported.count("refused")
        parts = "1 part" if count == 1 else f"{count} parts"
        raise Invalid(
            "leave_out", f"{parts} of the file cannot come along: read the report, then agree to leave them out."
        )


def replaced(imported: Imported, replace: Mapping[str, Any]) -> dict[str, Any]:
    """The draft with whole fields of a person in the place of the file's. Raises Invalid."""
    fields: dict[str, Any] = copy.deepcopy(dict(imported.draft))
    for name, value in replace.items():
        if name not in MAY_REPLACE:
            raise Invalid(f"replace.{name}"[:100], f"Replace one of {', '.join(MAY_REPLACE)}.")
        fields[name] = copy.deepcopy(value)
    return fields


def fill(fields: dict[str, Any], imported: Imported, complete: Mapping[str, str]) -> None:
    """Put a person's texts where the draft is open. Raises Invalid for any other path."""
    for path, text in complete.items():
        match = PLACE.fullmatch(path) if path in imported.to_complete else None
        if match is None:
            raise Invalid(
                "complete", f"{path[:80]!r} is not open. Open are: {', '.join(imported.to_complete) or 'none'}."
            )
        if not isinstance(text, str) or not text.strip():
            raise Invalid(f"complete.{path}", "Give a text.")
        part, number, table, key = match.groups()
        try:
            place = (fields["method"] if part == "method" else fields["hypothesis"]["probes"])[int(number)][table]
            place[key] = place.get(key) or text.strip()
        except (LookupError, TypeError, AttributeError) as error:
            # The person has written another hypothesis, in which there is no such place.
            raise Invalid(
                f"complete.{path}", "Leave this out: the hypothesis that you gave has no such place."
            ) from error


def exported(experiment: Experiment) -> dict[str, Any]:
    """The experiment in the open format, with our extension block."""
    fields = {name: getattr(experiment, name) for name in ("title", *experiments.DEFINING, *experiments.TIMING)}
    steps = (experiment.preview or {}).get("steps", [])
    sentences, rows = [step["sentence"] for step in steps], [row for step in steps for row in step["rows"]]
    radius = {"sentence": " ".join(sentences), "rows": rows} if steps else None
    return write.document(fields, experiment.service.ref, radius)
