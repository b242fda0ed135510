"""What a service's delivery leaves as a fact: its metrics of 90 days, and what its last rollout did to be safe."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from deployments.dora import read
from deployments.engine.dora import Figures, figures, merged
from deployments.engine.rollout import ENDED, State
from deployments.models import HostCheck, Judgement, PostTest, Rollout
from deployments.models import validation as states
from deployments.models.states import EXTERNAL
from portal.jobs.context import JobContext
from portal.plugins import Job
from services import facts
from services.models import Entity

FACT = "deployments.delivery"
DAYS = 90
VALID = timedelta(hours=2)
SCHEMA = {
    "deployments": "number", "frequency_per_day": "number", "lead_hours": "number", "recovery_hours": "number",
    "fail_rate": "number", "rework_rate": "number", "contained": "number", "rollouts": "number", "segmented": "boolean",
    "canary_judged": "boolean", "rollback_proven_at": "timestamp", "tests_run": "number", "tests_passed": "boolean",
    "hosts_validated": "number", "summary": "string",
}  # fmt: skip


def run(context: JobContext) -> dict[str, Any]:
    """Publish one fact for each service that has deployed or rolled out within the window; the others' run out."""
    now = timezone.now()
    since = now - timedelta(days=DAYS)
    metrics = _metrics(since, now)
    context.check()
    rollouts = _rollouts(since)
    names = dict(Entity.objects.services().filter(pk__in=rollouts).values_list("pk", "name"))
    by_name = {names[pk]: found for pk, found in rollouts.items() if pk in names}
    services = Entity.objects.services().filter(name__in={*metrics, *by_name})
    seen = [
        facts.Observation(
            one, FACT, value(metrics.get(one.name), by_name.get(one.name, {})), "deployments", now, now + VALID
        )
        for one in services
    ]
    return {"services": len(seen), "changed": facts.publish_all(seen)}


def value(found: Figures | None, rollout: dict[str, Any]) -> dict[str, Any]:
    """The fact's value. What is not known is absent, so that a check of it stays unknown."""
    told: dict[str, Any] = {"days": DAYS, "deployments": 0, **rollout}
    if found is not None:
        told |= {"deployments": found.cell.deployments, "contained": found.cell.contained}
        told |= _known(frequency_per_day=found.frequency, fail_rate=found.fail_rate, rework_rate=found.rework_rate)
        told |= _known(lead_hours=_hours(found.lead), recovery_hours=_hours(found.recovery))
    return {**told, "summary": _summary(told)}


def _metrics(since: datetime, until: datetime) -> dict[str, Figures]:
    cells = read.cells(Q(), since, until, [], "name")
    return {str(name): figures(merged([cell]), DAYS) for (name, _), cell in cells.items()}


def _rollouts(since: datetime) -> dict[int, dict[str, Any]]:
    """By service: how many rollouts have ended, and what the last one did; six queries however many."""
    ended = Rollout.objects.filter(state__in=ENDED, finished_at__gte=since).order_by()
    last = {row["entity"]: row for row in ended.values("entity").annotate(number=Count("pk"), last=Max("pk"))}
    ids = [row["last"] for row in last.values()]
    segments = _numbers(Rollout.objects.filter(pk__in=ids), "pk", Count("segments", filter=~Q(segments__kind=EXTERNAL)))
    judged = _numbers(Judgement.objects.filter(rollout__in=ids), "rollout", Count("pk"))
    tests = _numbers(
        PostTest.objects.filter(rollout__in=ids, state__in=states.FINAL), "rollout", Count("name", distinct=True)
    )
    passed = _numbers(
        PostTest.objects.filter(rollout__in=ids, state=states.PASSED), "rollout", Count("name", distinct=True)
    )
    hosts = _numbers(HostCheck.objects.filter(rollout__in=ids), "rollout", Count("host", distinct=True))
    proven = ended.filter(state=State.ROLLED_BACK).values("entity").annotate(at=Max("finished_at"))
    proofs = {row["entity"]: row["at"].isoformat() for row in proven}
    return {
        service: {
            "rollouts": row["number"], "segmented": segments.get(row["last"], 0) > 1,
            "canary_judged": row["last"] in judged, "tests_run": tests.get(row["last"], 0),
            "hosts_validated": hosts.get(row["last"], 0),
            **_known(rollback_proven_at=proofs.get(service)),
            **({"tests_passed": tests[row["last"]] == passed.get(row["last"], 0)} if row["last"] in tests else {}),
        }
        for service, row in last.items()
    }  # fmt: skip


def _numbers(rows: QuerySet[Any], by: str, count: Any) -> dict[int, int]:
    found: Iterable[tuple[int, int]] = rows.order_by().values(by).annotate(number=count).values_list(by, "number")
    return dict(found)


def _known(**values: float | str | None) -> dict[str, Any]:
    return {
        name: round(found, 4) if isinstance(found, float) else found
        for name, found in values.items()
        if found is not None
    }


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 3600


def _summary(told: dict[str, Any]) -> str:
    """The fact in words, for whoever asks why a score moved."""
    number = told["deployments"]
    words = [f"{number} deployment{'' if number == 1 else 's'} in {DAYS} days"]
    words += [f"{told['fail_rate']:.0%} failed"] if "fail_rate" in told else []
    words += [f"recovered in {told['recovery_hours']:.1f} h"] if "recovery_hours" in told else []
    words += [f"{told['tests_run']} tests in the last rollout"] if told.get("tests_run") else []
    return ", ".join(words)


JOB = Job("deployments.delivery", "Publish delivery metrics", run, every=300, keep=10)
