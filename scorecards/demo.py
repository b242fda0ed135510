"""The scorecards' part of the demo: evaluate what is there, then what people decided about it.

The past is not invented; history begins here, and so do the waivers and the initiative.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from portal.jobs.context import JobContext
from scorecards.engine.check import FAIL
from scorecards.evaluate import evaluate_due
from scorecards.initiatives import decide as aims
from scorecards.models import CheckResult, Initiative, Waiver
from scorecards.waivers import decide

#: (who asks, team, which failing check of the team, reason, days, who decides or "")
WAIVERS = (
    ("ana", "logistics", 1, "The carrier's interface is replaced in spring; until then it cannot be changed.", 90, "admin"),
    ("ana", "logistics", 0, "It is switched off at the end of next month, so nobody plans an experiment for it.", 30, ""),
    ("mira", "payments", 0, "The vendor supports it from version 9 on, which ships in eight weeks.", 60, ""),
)  # fmt: skip
AIMS: tuple[tuple[str, bool, dict[str, Any]], ...] = (
    ("admin", True, {
        "title": "Every tier 1 service at Silver", "pillar": "overall", "level": "silver", "tier": 1,
        "why": "What everybody leans on is to be held up in every pillar.",
    }),
    ("mira", False, {"title": "Payments at Gold in security", "pillar": "security", "level": "gold", "team": "payments"}),
)  # fmt: skip


def load(context: JobContext) -> None:
    """Evaluate every service at once, without waiting for facts to settle; then waivers and aims, once."""
    tally = evaluate_due(settle=timedelta(0), between=lambda _done, _total: context.check())
    context.log(f"{tally.services} services evaluated, {tally.points} scores written")
    people = {user.username: user for user in User.objects.filter(username__in=("ana", "mira", "admin"))}
    if len(people) < 3:
        return
    if not Waiver.objects.exists():
        context.log(f"{sum(_waiver(people, *each) for each in WAIVERS)} waivers asked for")
    if not Initiative.objects.exists():
        for who, launched, fields in AIMS:
            _aim(people[who], launched, fields)
    evaluate_due(settle=timedelta(0), between=lambda _done, _total: context.check())


def _waiver(people: dict[str, User], who: str, team: str, which: int, reason: str, days: int, by: str) -> bool:
    failing = CheckResult.objects.standing().filter(
        state=FAIL, entity__owner_ref=f"group:default/{team}", entity__removed_at=None
    )
    row = failing.select_related("entity").order_by("entity__name", "check_key")[which : which + 1].first()
    if row is None:
        return False
    asked = decide.request(people[who], row.entity, row.check_key, reason, timezone.now() + timedelta(days=days))
    if by:
        decide.approve(people[by], asked, "Agreed; look at it again when it ends.")
    return True


def _aim(user: User, launched: bool, fields: dict[str, Any]) -> None:
    today = timezone.now().date()
    made = aims.write(user, {"starts_on": today, "target_on": today + timedelta(days=60), **fields})
    if launched:
        aims.launch(user, made)
