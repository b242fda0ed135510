"""Measure the steady state: read each probe of a hypothesis through its source and judge the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chaos.engine.hypothesis import Hypothesis, Outcome, Probe, Reading, read
from chaos.engine.shape import Invalid
from chaos.probes.registry import Asked, ProbeSource, sources
from portal.aws.errors import AwsError
from portal.outbound import OutboundError
from portal.prometheus import PrometheusError


def measure(
    hypothesis: Hypothesis,
    where: Mapping[str, str],
    now: datetime,
    since: datetime | None = None,
    before: datetime | None = None,
) -> list[Reading]:
    """One reading for each probe. `where` names account and region, for probes that do not.

    Data points that began before `since` are left out: they tell of another stage of the run. `before` is when the fault
    went in, where that was not at `since`. A read that fails is an unknown reading with the reason, never an exception.
    """
    asked = Asked(where, now, since, before)
    return [_reading(probe, asked) for probe in hypothesis.probes]


def _reading(probe: Probe, asked: Asked) -> Reading:
    source = _source(probe)
    if source is None:
        return read(probe, None, "its source is not installed")
    try:
        return source.read(probe, probe.source, asked)
    except (AwsError, OutboundError, PrometheusError) as error:
        return read(probe, None, str(error)[:300])


def check(hypothesis: Hypothesis, where: Mapping[str, str], field: str = "hypothesis") -> None:
    """Raise Invalid for a probe that this portal cannot read as it is set up; `where` is the place of the first fault."""
    for number, probe in enumerate(hypothesis.probes):
        source = _source(probe)
        if source is None:
            raise Invalid(f"{field}.probes[{number}]", "The source of this probe is not installed.")
        source.check(probe.source, where, f"{field}.probes[{number}].{source.key}")


def _source(probe: Probe) -> ProbeSource[Any] | None:
    return next((one for one in sources.items() if one.shape is type(probe.source)), None)


def stored(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """Readings as JSON."""
    return [
        {
            "key": r.key,
            "title": r.title,
            "unit": r.unit,
            "value": r.value,
            "outcome": r.outcome.value,
            "sentence": r.sentence,
            "age": r.age,
        }
        for r in readings
    ]


def restored(rows: Sequence[Mapping[str, Any]]) -> tuple[Reading, ...]:
    """Readings from JSON."""
    return tuple(
        Reading(r["key"], r["title"], r["unit"], r["value"], Outcome(r["outcome"]), r["sentence"], r.get("age"))
        for r in rows
    )
