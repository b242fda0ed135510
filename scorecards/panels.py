"""What the scorecards show on the pages of services and teams, and on the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from portal.access import policy
from portal.charts import glyph
from scorecards import as_of, cards, queries, ways
from scorecards.engine.check import LEVELS
from scorecards.engine.scoring import OVERALL
from scorecards.initiatives import progress
from scorecards.maturity import Moved
from scorecards.models import DOMAIN, SYSTEM, TEAM, CheckVersion, Removal, ScorePoint, Waiver
from scorecards.recompute import Card, card_at, card_of
from scorecards.words import aim, movement, pillar_label, pillar_order
from services.models import Entity
from services.queries import page_facts

FIXES = 3
HISTORY = 25
LOST = 12


def current_card(request: HttpRequest, entity: Entity) -> Card:
    """The service's card of now, from the facts that the page has read anyway."""
    now = timezone.now()
    waivers = Waiver.objects.at(now).filter(entity=entity)
    return card_of(page_facts(request, entity), CheckVersion.objects.standing(), now, waivers)


def pillars(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """The panel “Five pillars”."""
    standing = queries.standings([entity], timezone.now())[entity.pk]
    if OVERALL not in standing.points:
        return {"entity": entity, "standing": None, "may_evaluate": may_evaluate(request, entity)}
    card = current_card(request, entity)
    climb, last = cards.climb(card), queries.last_movement(entity)
    return {
        "entity": entity,
        "standing": standing,
        "level": standing.level,
        "distance": cards.distance(climb, standing.level),
        "effort": climb.effort,
        "svg": large_glyph(standing),
        "fixes": cards.fix_rows(card, climb, FIXES),
        "evidence": cards.evidence(card),
        "movement": movement(last) if last else "",
        "waived": card.scores[OVERALL].waived_checks,
    }


def large_glyph(standing: queries.Standing) -> str:
    """The large glyph with the lines at which a pillar is fair and good."""
    return glyph.large(standing.glyph(), queries.TARGET, levels=[("Fair", 50.0), ("Good", queries.TARGET)])


def may_evaluate(request: HttpRequest, entity: Entity) -> bool:
    """Whether this person may ask for an evaluation."""
    return policy.may(request.user, "editor", entity.owner_ref)


def actions(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The button “Evaluate now”, for those who may press it."""
    return {"entity": entity} if may_evaluate(request, entity) else None


def scorecard(request: HttpRequest, entity: Entity) -> dict[str, Any]:
    """The tab “Scorecard”: every check with its evidence, of now or as of a day."""
    view = as_of.view_of(request)
    if view.when is not None and (removal := Removal.objects.of(view.when)):
        return _without_detail(request, entity, view, removal)
    card = card_at(entity, view.when) if view.when else current_card(request, entity)
    every = cards.rows(card)
    state, pillar = request.GET.get("state", ""), request.GET.get("pillar", "")
    chosen = cards.selected(every, state, pillar)
    total = card.scores[OVERALL]
    return {
        "entity": entity,
        "view": view,
        "card": card,
        "level": total.level,
        "score": total.score,
        "waived": total.waived_checks,
        "distance": cards.distance(cards.climb(card), total.level),
        "evidence": cards.evidence(card),
        "ladder": cards.ladder(card),
        "groups": cards.groups(chosen),
        "shown": len(chosen),
        "total": len(every),
        "filters": _filters(request, every, state, pillar),
        "history": [Moved.of(row) for row in queries.history(entity)[:HISTORY]],
        "may_evaluate": may_evaluate(request, entity),
        "ways": ways.to_levels(card)[:1],
        "goods": ways.to_good(card),
        "lost": ways.lost(card)[:LOST],
        "aims": _aims(entity, card),
    }


def _aims(entity: Entity, card: Card) -> list[dict[str, Any]]:
    """The initiatives and standards about this service, and whether it holds them."""
    found = []
    for each in progress.about(entity, timezone.now().date()):
        score = card.scores.get(each.pillar)
        holds = score is not None and score.level in progress.enough(each.level)
        found.append({"initiative": each, "holds": holds, "aim": aim(each.level, each.pillar)})
    return found


def _filters(request: HttpRequest, every: list[cards.CheckRow], state: str, pillar: str) -> list[dict[str, Any]]:
    names = sorted({row.version.pillar for row in every}, key=pillar_order)
    return [
        {"name": "state", "label": "Checks", "value": state, "options": cards.STATE_CHOICES},
        {"name": "pillar", "label": "Pillar", "value": pillar,
         "options": [("", "all"), *((name, pillar_label(name)) for name in names)]},
        as_of.control(request),
    ]  # fmt: skip


def _without_detail(request: HttpRequest, entity: Entity, view: as_of.View, removal: Removal) -> dict[str, Any]:
    """The tab as of a day whose check results were removed on purpose: the scores are all there still."""
    standing = queries.standings([entity], view.now, view.when)[entity.pk]
    return {
        "entity": entity,
        "view": view,
        "removal": removal,
        "total": standing.points.get(OVERALL),
        "svg": large_glyph(standing),
        "filters": [as_of.control(request)],
        "history": [Moved.of(row) for row in queries.history(entity).filter(valid_from__lte=view.now)[:HISTORY]],
    }


def scope(request: HttpRequest, entity: Entity) -> dict[str, Any] | None:
    """The pillars of a team, a system or a domain, of now or as of a day, with the cause of their last movement."""
    kind, view = {"system": SYSTEM, "domain": DOMAIN}.get(entity.kind, TEAM), as_of.view_of(request)
    standing = queries.scope_standing(kind, entity.ref, view.now, view.when)
    total, ever = standing.points.get(OVERALL), ScorePoint.objects.filter(scope_type=kind, scope_ref=entity.ref)
    if total is None and (view.when is None or not ever.exists()):
        return None
    moved = ever.filter(queries.MOVED, valid_from__lte=view.now).exclude(pillar=OVERALL)
    last = moved.order_by("-valid_from", "-id").first()
    return {
        "entity": entity,
        "view": view,
        "filters": [as_of.control(request)],
        "total": total,
        "reached": total is not None and total.level in LEVELS,
        "svg": large_glyph(standing),
        "movement": movement(last) if last else "",
    }
