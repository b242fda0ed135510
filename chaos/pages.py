"""What the pages show, gathered from rows: no query here depends on how many rows there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from chaos import queries, steps, targets, words
from chaos.engine import definition, method
from chaos.engine.hypothesis import OK, Hypothesis, amount
from chaos.engine.states import State
from chaos.models import Experiment, ExperimentRun
from portal.charts.lines import Limit, Marker, Series
from portal.jobs.cron import preview
from services import guards


def list_rows(rows: Sequence[queries.Row]) -> list[dict[str, Any]]:
    """Experiments as table rows."""
    return [
        {
            "row": row,
            "said": words.row_said(row),
            "fault": words.fault_titles(row.experiment.fault_keys),
            "verdicts": words.verdict_cells(row.last) if row.last else [],
        }
        for row in rows
    ]


def running_rows(runs: Iterable[ExperimentRun]) -> list[dict[str, Any]]:
    """Runs under way, each with its segment strip."""
    return [{"run": run, "said": words.run_said(run), "segments": words.segments(run)} for run in runs]


def experiment_context(experiment: Experiment) -> dict[str, Any]:
    """All of an experiment's page."""
    row = queries.rows([experiment])[0]
    decision = guards.ask("chaos", experiment.service, detail=targets.radius(experiment.preview))
    runs = ExperimentRun.objects.filter(experiment=experiment)[:20]
    return {
        "experiment": experiment,
        "row": row,
        "said": words.row_said(row),
        "figures": figures(row.last) if row.last else "",
        "hypothesis": definition.hypothesis(experiment.hypothesis),
        "stops": _stops(experiment),
        "fault": words.fault_titles(experiment.fault_keys),
        "steps": steps.planned(experiment),
        "stale_preview": steps.stale(experiment),
        "slots": _slots(experiment),
        "decision": decision,
        "runs": [{"run": run, "said": words.run_said(run), "verdicts": words.verdict_cells(run)} for run in runs],
    }


def _stops(experiment: Experiment) -> list[str]:
    probes = {probe.key: probe for probe in definition.hypothesis(experiment.hypothesis).probes}
    found = definition.stop_conditions(experiment.stop_conditions, probes)
    return [f"{probes[c.probe].title}: {c.tolerance.words(probes[c.probe].unit)}" for c in found]


def _slots(experiment: Experiment) -> list[dict[str, Any]]:
    """The next five slots, written in the experiment's own time zone (templates would turn them into UTC)."""
    if not experiment.enabled or not (experiment.cron or experiment.every):
        return []
    slots = preview(experiment.cron, experiment.every, experiment.timezone, timezone.now(), 5)
    return [{"at": slot, "time": f"{slot:%a %H:%M}", "day": f"{slot:%-d %b %Y}"} for slot in slots]


def run_context(run: ExperimentRun) -> dict[str, Any]:
    """All of a run's page."""
    hypothesis = definition.hypothesis(run.definition["hypothesis"])
    return {
        "run": run,
        "said": words.run_said(run),
        "figures": figures(run),
        "verdicts": words.verdict_cells(run),
        "segments": words.segments(run),
        "hypothesis": hypothesis,
        "probes": _probes(run, hypothesis),
        "charts": _charts(run, hypothesis),
        "steps": steps.walked(run),
        "events": list(run.events.order_by("-id")[:100]),
        "fault": words.fault_titles([step.fault for step in method.faults(run.steps)]),
        "live": not run.over,
    }


def _probes(run: ExperimentRun, hypothesis: Hypothesis) -> list[dict[str, Any]]:
    """Each probe before, during (worst and last) and after."""
    rows = []
    for probe in hypothesis.probes:
        during = [value for _, value in _values(run, probe.key)]
        low_is_bad = probe.tolerance.low is not None
        worst = (min(during) if low_is_bad else max(during)) if during else None
        rows.append(
            {
                "title": probe.title,
                "wanted": probe.tolerance.words(probe.unit),
                "before": _said(_find(run.steady_before, probe.key), probe.unit),
                "during": _said(_worst(worst, probe), probe.unit),
                "rounds": len(during),
                "after": _said(_find(run.steady_after, probe.key), probe.unit),
            }
        )
    return rows


def _find(readings: Sequence[dict[str, Any]], key: str) -> dict[str, Any] | None:
    return next((reading for reading in readings if reading["key"] == key), None)


def _worst(value: float | None, probe: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"value": value, "outcome": "holds" if probe.tolerance.accepts(value) else "broken"}


def _said(reading: dict[str, Any] | None, unit: str) -> dict[str, str]:
    if reading is None:
        return {"text": "–", "state": "neutral", "icon": "circle-dashed", "label": "Not measured"}
    look = {
        "holds": ("good", "circle-check", "Holds"),
        "broken": ("poor", "alert-triangle", "Broken"),
        "unknown": ("stale", "help-circle", "Unknown"),
    }[reading["outcome"]]
    text = amount(reading["value"], unit) if reading["value"] is not None else "not known"
    return {"text": text, "state": look[0], "icon": look[1], "label": look[2]}


def _values(run: ExperimentRun, key: str) -> list[tuple[datetime, float]]:
    found = []
    for one in run.steady_during:
        reading = _find(one["readings"], key)
        if reading is not None and reading["value"] is not None:
            found.append((datetime.fromisoformat(one["at"]), float(reading["value"])))
    return found


def figures(run: ExperimentRun) -> str:
    """The numbers that carry the verdict: each probe before, at its worst, and after."""
    said = []
    for probe in _probes(run, definition.hypothesis(run.definition["hypothesis"])):
        course = [probe[stage]["text"] for stage in ("before", "during", "after") if probe[stage]["text"] != "–"]
        if course:
            said.append(f"{probe['title']}: {' → '.join(course)} ({probe['wanted']} expected).")
    return " ".join(said)


def _charts(run: ExperimentRun, hypothesis: Hypothesis) -> list[dict[str, Any]]:
    """A line for each probe, with the fault's begin and end and the bounds of the tolerance."""
    charts = []
    for probe in hypothesis.probes:
        share = probe.unit == "share"
        points = _around(run, probe.key, _values(run, probe.key))
        marks = ((run.injected_at, "fault in"), (run.removed_at if run.injected_at else None, "fault out"))
        bounds = ((probe.tolerance.low, "at least"), (probe.tolerance.high, "at most"))
        charts.append(
            {
                "label": probe.title,
                "series": [Series(probe.title, "canary", points)],
                "markers": [Marker(at, text) for at, text in marks if at],
                "limits": [Limit(v, _limit(text, v, probe.unit)) for v, text in bounds if v is not None],
                "unit": "%" if share else "",
                "scale": 100.0 if share else 1.0,
                "low": 0.0,
                "empty": len(points) < 2,
            }
        )
    return charts


def _limit(text: str, value: float, unit: str) -> str:
    said = amount(value, unit)
    return said if unit == OK else f"{text} {said}"


def _around(run: ExperimentRun, key: str, during: list[tuple[datetime, float]]) -> list[tuple[datetime | float, float]]:
    """The points under the fault with the ones before and after it at their ends."""
    before, after = _find(run.steady_before, key), _find(run.steady_after, key)
    points: list[tuple[datetime | float, float]] = [*during]
    if before and before["value"] is not None and run.started_at:
        points.insert(0, (run.started_at, float(before["value"])))
    if after and after["value"] is not None and run.removed_at:
        points.append((run.ended_at or timezone.now(), float(after["value"])))
    return points if run.stage is not State.BLOCKED else points[:1]
