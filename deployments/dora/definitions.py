"""What the metrics count, as conditions of a query; `deployments.engine.dora` has the same in plain words."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from deployments.engine import dora
from deployments.models import Deployment, Incident
from deployments.models.states import FAILED, REMOVE, ROLLBACK, ROLLED_BACK, SUCCEEDED

PRODUCTION = "production"
ENDED = Coalesce("finished_at", "occurred_at")
COUNTED = (SUCCEEDED, FAILED, ROLLED_BACK)
REPEATS = Q(kind=ROLLBACK) | Q(rollback_of__gt="")
BITS = {
    dora.SUCCEEDED: Q(state=SUCCEEDED), dora.TAKEN_BACK: Q(state=ROLLED_BACK), dora.CONTAINED: Q(contained=True),
    dora.REWORK: REPEATS | Q(remediates=True), dora.MARKED: Q(marked_failed__gt=""), dora.REPEATS: REPEATS,
    dora.REMEDIATES: Q(remediates=True),
}  # fmt: skip

HAS_INCIDENT = Exists(Incident.objects.filter(deployment=OuterRef("pk")).order_by())
ROLLBACKS = Deployment.objects.filter(
    source=OuterRef("source"), rollback_of=OuterRef("external_id"), rollback_of__gt=""
).order_by()
HURT = Q(marked_failed__gt="") | HAS_INCIDENT
NEEDED_INTERVENTION = HURT | (Q(contained=False) & (Q(state=ROLLED_BACK) | Exists(ROLLBACKS)))
CONTAINED = Q(contained=True) & ~HURT
REWORK = BITS[dora.REWORK]


def counted() -> QuerySet[Any]:
    """Deployments to production that have ended, with `ended_at`. What was removed or cancelled is none of them."""
    tier = Q(tier=PRODUCTION) | Q(tier="", environment=PRODUCTION)
    return Deployment.objects.filter(tier, state__in=COUNTED).exclude(kind=REMOVE).annotate(ended_at=ENDED).order_by()


def bits() -> Case:
    """All that is known of a deployment, as one number."""
    found: Case = reduce(
        add, (Case(When(held, then=Value(bit)), default=0, output_field=IntegerField()) for bit, held in BITS.items())
    )
    return found
