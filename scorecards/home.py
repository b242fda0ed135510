"""What the scorecards put on the home page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from portal.access import policy
from portal.plugins import SearchHit
from scorecards import cards
from scorecards.engine import path
from scorecards.engine.scoring import LADDER, OVERALL
from scorecards.models import SERVICE, CheckVersion, Initiative, ScorePoint, Waiver
from scorecards.models.waivers import REQUESTED
from scorecards.recompute import card_of
from scorecards.waivers import decide
from scorecards.waivers.filter import everything
from scorecards.waivers.present import lines as waiver_lines
from scorecards.words import aim, pillar_label
from services import facts
from services.models import Entity

FIXES = 5
#: Fixes are sought in this many services, those with the lowest scores.
SERVICES = 20
#: So many requests for waivers are looked at.
WAITING = 50


def _mine(request: HttpRequest) -> QuerySet[ScorePoint]:
    teams = policy.teams(request.user)
    points = ScorePoint.objects.standing().filter(scope_type=SERVICE, pillar=OVERALL, entity__removed_at=None)
    return points.filter(entity__owner_ref__in=teams) if teams else points


def lead(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """“3 of 5 at Silver or above”."""
    levels = list(_mine(request).values_list("level", flat=True))
    if not levels:
        return None
    silver = LADDER.index("silver")
    return {"reached": sum(LADDER.index(level) >= silver for level in levels), "total": len(levels)}


def fixes(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """“My next five fixes”: of all that is open in my services, the best worth for the effort."""
    points = _mine(request).select_related("entity").order_by(F("score").asc(nulls_first=True))[:SERVICES]
    entities = [point.entity for point in points if point.entity is not None]
    if not entities:
        return None
    known, versions, now = facts.bulk_current(entities), list(CheckVersion.objects.standing()), timezone.now()
    waivers: dict[int, list[Waiver]] = {}
    for waiver in Waiver.objects.at(now).filter(entity__in=entities):
        waivers.setdefault(waiver.entity_id, []).append(waiver)
    found: list[tuple[Entity, cards.FixRow]] = []
    for entity in entities:
        card = card_of(known.get(entity.pk, {}), versions, now, waivers.get(entity.pk, ()))
        best = cards.fix_rows(card, path.Climb("", tuple(path.fixes(card.judged))), FIXES)
        found += [(entity, fix) for fix in best]
    found.sort(key=lambda item: (-item[1].rate, item[0].name))
    return {"rows": [_row(*item) for item in found[:FIXES]]}


def _row(entity: Entity, fix: cards.FixRow) -> dict[str, Any]:
    address = reverse("services:entity-tab", args=[entity.kind, entity.namespace, entity.name, "scorecard"])
    why = f"{entity.label}, {fix.pillar.lower()}. {fix.why}"
    return {"fix": fix, "why": why, "url": f"{address}#{fix.check}"}


def waiting(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """“Waits for your decision”: requests for waivers that this person may decide."""
    if not policy.may_somewhere(request.user, decide.APPROVER):
        return None
    now = timezone.now()
    rows = everything().filter(pk__in=Waiver.objects.in_state(REQUESTED, now).values("pk"))
    if not policy.may(request.user, decide.APPROVER):
        rows = rows.filter(entity__owner_ref__in=policy.teams(request.user))
    mine = [row for row in rows[:WAITING] if decide.may_decide(request.user, row)]
    return {"rows": waiver_lines(mine[:FIXES], now), "more": len(mine) > FIXES} if mine else None


def find_initiatives(user: User, text: str, limit: int) -> list[SearchHit]:
    """Initiatives by title."""
    rows = Initiative.objects.filter(title__icontains=text)[:limit]
    return [SearchHit(row.title, row.get_absolute_url(), aim(row.level, row.pillar), "flag") for row in rows]


def find_checks(user: User, text: str, limit: int) -> list[SearchHit]:
    """Checks by title."""
    rows = CheckVersion.objects.standing().filter(title__icontains=text)[:limit]
    return [
        SearchHit(row.title, reverse("scorecards:check", args=[row.check_id]), pillar_label(row.pillar), "checklist")
        for row in rows
    ]
