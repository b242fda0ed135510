"""The deployments behind the figures, each with how it counts and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When

from deployments.dora import definitions as what
from deployments.dora.asked import Asked
from deployments.dora.sql import Epoch
from deployments.engine import dora
from deployments.engine.dora import Harm, Known, Row
from deployments.models import Deployment, Incident
from deployments.models.states import SUCCEEDED
from services.models import Entity

CLASSES: dict[str, tuple[str, Any]] = {
    "failed": ("Failed", what.NEEDED_INTERVENTION),
    "contained": ("Contained by canary", what.CONTAINED),
    "rework": ("Rework", what.REWORK),
    "succeeded": ("Succeeded", Q(state=SUCCEEDED)),
    "all": ("All deployments", Q()),
}


@dataclass(frozen=True)
class Counted:
    """One deployment: the names of the classes it counts in, why it failed, and seconds until that was over."""

    row: Deployment
    classes: list[str]
    why: list[str]
    recovery: float | None

    @property
    def failed(self) -> bool:
        """Whether it needed an intervention."""
        return "failed" in self.classes


def deployments(asked: Asked, name: str) -> QuerySet[Any]:
    """Those of one class that ended in the window, newest first."""
    window, services = asked.window, Entity.objects.filter(asked.services).order_by().values("pk")
    scope = Q(service__in=services) if asked.services else Q()
    rows = what.counted().filter(scope, CLASSES[name][1], ended_at__gte=window.since, ended_at__lt=window.until)
    return rows.select_related("service").order_by("-ended_at", "-pk")


def everything() -> QuerySet[Any]:
    """All deployments, whether they count or not."""
    return Deployment.objects.annotate(ended_at=what.ENDED).select_related("service").order_by("-pk")


def explained(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The same with all that `counted` reads; two queries more."""
    ended = what.ENDED
    after = Deployment.objects.filter(service=OuterRef("service"), state=SUCCEEDED).annotate(end=ended)
    after = after.filter(end__gt=OuterRef("ended_at")).order_by("end")
    undone = what.ROLLBACKS.annotate(end=Case(When(state=SUCCEEDED, then=Epoch(ended)))).order_by("end")
    incidents = Prefetch("incidents", queryset=Incident.objects.order_by("opened_at"))
    found: QuerySet[Any] = rows.annotate(
        ended_epoch=Epoch(F("ended_at")), bits=what.bits(),
        undone_by=Subquery(undone.values("version")[:1]), undone_at=Subquery(undone.values("end")[:1]),
        next_at=Subquery(after.annotate(epoch=Epoch(F("end"))).values("epoch")[:1]),
        next_bits=Subquery(after.annotate(bits=what.bits()).values("bits")[:1]),
    ).prefetch_related(incidents)  # fmt: skip
    return found


def counted(rows: Iterable[Deployment]) -> list[Counted]:
    """How each of them counts, by the engine's own words."""
    return [_counted(row) for row in rows]


def _counted(row: Deployment) -> Counted:
    found: dict[str, object] = vars(row)
    plain = Row(row.pk, row.service_id, float(str(found["ended_epoch"])), int(str(found["bits"])))
    incidents = list(row.incidents.all())
    open_ = sum(one.resolved_at is None for one in incidents)
    resolved = [one.resolved_at.timestamp() for one in incidents if one.resolved_at is not None]
    harm = {row.pk: Harm(open_, max(resolved, default=None))} if incidents else {}
    undone_at, next_at = found["undone_at"], found["next_at"]
    undone = {row.pk: None if undone_at is None else float(str(undone_at))} if found["undone_by"] is not None else {}
    known = Known(harm, undone)
    failed = dora.failed(plain, known)
    classes = ["failed"] * failed + ["contained"] * dora.contained(plain, known)
    classes += ["rework"] * bool(plain.bits & dora.REWORK)
    later = [] if next_at is None else [(float(str(next_at)), int(str(found["next_bits"])))]
    end = dora.restored(plain, known, later) if failed else None
    why = _why(row, incidents, str(found["undone_by"] or ""))
    return Counted(row, classes, why, None if end is None else max(0.0, end - plain.ended))


def _why(row: Deployment, incidents: list[Incident], undone_by: str) -> list[str]:
    why = [f"marked: {row.marked_failed}"] if row.marked_failed else []
    why += [f"incident {one.title}" + ("" if one.resolved_at else " (open)") for one in incidents[:3]]
    why += [f"{len(incidents) - 3} more incidents"] if len(incidents) > 3 else []
    why += [f"taken back by {undone_by}"] if undone_by else ["rolled back"] if row.state == "rolled_back" else []
    return why
