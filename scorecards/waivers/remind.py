"""Lines of the digest about waivers that end soon: one for each waiver, in time to mend the check or to ask again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from scorecards.engine.check import WAIVED
from scorecards.models import CheckResult, CheckVersion, DigestLine, Waiver
from scorecards.models.waivers import APPROVED

KIND = "waiver"
#: This long before the end a team is told; of a shorter waiver, when half of it has passed.
AHEAD = timedelta(days=14)


def remind(now: datetime) -> int:
    """Tell teams which of their waivers end soon; returns how many lines were written."""
    titles = dict(CheckVersion.objects.standing().values_list("check_id", "title"))
    return sum(_tell(waiver, titles.get(waiver.check_key, waiver.check_key), now) for waiver in due(now))


def due(now: datetime) -> list[Waiver]:
    """Waivers in force that end soon, that nobody was told of, and without which the check would count again.

    Not those of checks that pass by now, nor those that another waiver follows.
    """
    holds = CheckResult.objects.standing().filter(
        entity=OuterRef("entity"), check_key=OuterRef("check_key"), state=WAIVED
    )
    longer = Waiver.objects.filter(
        entity=OuterRef("entity"), check_key=OuterRef("check_key"), state=APPROVED, began_at__lte=OuterRef("ended_at"),
        ended_at__gt=OuterRef("ended_at"),
    )  # fmt: skip
    rows = Waiver.objects.at(now).filter(
        Exists(holds), ~Exists(longer), state=APPROVED, reminded_at=None, ended_at__lte=now + AHEAD,
        entity__removed_at=None,
    )  # fmt: skip
    return [row for row in rows.select_related("entity").order_by("ended_at", "pk") if _half_over(row, now)]


def _half_over(waiver: Waiver, now: datetime) -> bool:
    began, ended = waiver.began_at, waiver.ended_at
    return began is not None and ended is not None and ended - now <= now - began


def _tell(waiver: Waiver, title: str, now: datetime) -> int:
    end, entity = waiver.ended_at, waiver.entity
    if end is None or not entity.owner_ref:
        return 0
    text = f"{entity.label}: the waiver of “{title}” ends on {end:%d %b}. Mend the check, or ask again before it counts"
    with transaction.atomic():
        # Two workers may get here at once: the row's mark is taken by one of them.
        if not Waiver.objects.filter(pk=waiver.pk, reminded_at=None, state=APPROVED).update(reminded_at=now):
            return 0
        DigestLine.objects.create(
            team_ref=entity.owner_ref, kind=KIND, text=text[:300], url=waiver.get_absolute_url(), created_at=now
        )
    return 1
