"""Publish what kind of thing each service is, wherever the facts it stands on have changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from portal.jobs.context import JobContext
from services import facts
from services.advice import answers as stored
from services.engine import mesh
from services.facts import FactView
from services.kinds import judgement as kinds
from services.kinds import kind_facts
from services.kinds.judgement import SERVERLESS, Membership
from services.models import Entity, Fact

JOB = "services.kinds"
BATCH = 200
# Facts of AWS live a day; a verdict is renewed well before, so that it does not expire while they are fresh.
RENEW = timedelta(hours=6)

Index = Mapping[str, Sequence[Membership]]


def due(now: datetime, index: Index) -> QuerySet[Entity]:
    """Services whose facts changed after their last verdict, whose verdict is old, or which a mesh names."""
    judged = Fact.objects.filter(entity=OuterRef("pk"), key=SERVERLESS, valid_to=None).values("observed_at")[:1]
    rows = Entity.objects.services().annotate(judged=Subquery(judged))
    changed = Q(judged=None, facts_changed_at__isnull=False) | Q(judged__lt=F("facts_changed_at"))
    return rows.filter(changed | Q(judged__lt=now - RENEW) | Q(name__in=list(index), namespace="default"))


def mesh_index() -> Index:
    """Entity name → the meshes of other services that name it, from all open facts `aws.mesh`."""
    found: dict[str, set[Membership]] = defaultdict(set)
    rows = Fact.objects.filter(key="aws.mesh", valid_to=None, entity__removed_at=None)
    for owner, value in rows.values_list("entity__name", "value"):
        for item in value.get("items", ()):
            roles = {str(member["name"]): str(member["kind"]) for member in item.get("members", ())}
            for name in set(mesh.members(item)) - {owner}:
                found[name].add(
                    Membership(owner, str(item["name"]), str(item["technology"]), roles.get(name, "caller"))
                )
    return {name: sorted(rows, key=lambda row: (row.owner, row.mesh, row.technology)) for name, rows in found.items()}


def judge_due(check: Callable[[int, int], None]) -> int:
    """Judge all services that are due, in batches; `check(done, total)` may raise to stop. Returns changed facts."""
    index = mesh_index()
    ids = list(due(timezone.now(), index).order_by("pk").values_list("pk", flat=True))
    changed = 0
    for start in range(0, len(ids), BATCH):
        check(start, len(ids))
        changed += judge(list(Entity.objects.filter(pk__in=ids[start : start + BATCH])), index)
    return changed


def judge(entities: Sequence[Entity], index: Index | None = None) -> int:
    """Publish the verdicts of these services; returns how many facts changed."""
    where = mesh_index() if index is None else index
    views, answers = facts.bulk_current(entities), stored.newest(entities)
    declared = kinds.declared_stores(entities)
    changed = 0
    for entity in entities:
        mine = views.get(entity.pk, {})
        named = where.get(entity.name, ()) if entity.namespace == "default" else ()
        found = kinds.kinds(mine, stored.said(answers.get(entity.pk)), declared.get(entity.pk, {}), named)
        with transaction.atomic():
            changed += _publish(entity, mine, kind_facts.values(found))
    return changed


def _publish(entity: Entity, views: Mapping[str, FactView], wanted: Mapping[str, dict[str, Any]]) -> int:
    """Write what differs or grows old; a verdict lives as long as the AWS facts that it stands on."""
    lives = [view.expires_at for key, view in views.items() if key.startswith("aws.") and view.expires_at]
    expires, changed = min(lives, default=None), 0
    for key, value in wanted.items():
        changed += facts.publish(entity, key, value, source="catalog", expires_at=expires)
    for key in kind_facts.SOURCE.keys:
        if key not in wanted and key in views:
            changed += facts.retire(entity, key)
    return changed


def run(context: JobContext) -> dict[str, Any]:
    """The job `services.kinds.judgement`."""

    def check(done: int, total: int) -> None:
        context.check()
        context.progress(done, total, "Judging what kind of thing each service is")

    return {"facts_changed": judge_due(check)}
