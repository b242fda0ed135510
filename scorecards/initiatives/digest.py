"""What teams are told: levels that changed and held, reminders of initiatives, waivers that end soon. Shown in the portal, mailed once.

No flapping: a level is told only once it has held for `HOLD`, and compared with what was told last, so that one that goes
and comes back in between is never told at all.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.jobs.context import JobContext
from scorecards.engine.scoring import LADDER, OVERALL
from scorecards.initiatives import progress
from scorecards.models import SERVICE, DigestLine, Initiative, ScorePoint, ToldLevel
from scorecards.models.initiatives import LATE, RUNNING
from scorecards.waivers.remind import remind
from scorecards.words import aim

log = logging.getLogger(__name__)
JOB = "scorecards.digest"
HOLD = timedelta(hours=6)
EVERY = timedelta(days=7)
#: Older lines are no news: they are not mailed when mail is switched on later.
FRESH = timedelta(days=2)
KEPT = timedelta(days=90)
LEVEL, REMINDER = "level", "reminder"


def run(context: JobContext) -> dict[str, Any] | None:
    """Write what is new, mail it, and drop what is old."""
    now = timezone.now()
    said = levels(now)
    context.check()
    said += reminders(now) + remind(now)
    DigestLine.objects.filter(created_at__lt=now - KEPT).delete()
    sent = mail(now)
    return {"lines": said, "mails": sent} if said or sent else None


def levels(now: datetime) -> int:
    """Tell the levels that changed and have held; returns how many lines were written."""
    points = ScorePoint.objects.standing().filter(scope_type=SERVICE, pillar=OVERALL, entity__removed_at=None)
    standing = {
        point.entity_id: point for point in points.select_related("entity").defer("cause_detail", "entity__data")
    }
    told = {row.entity_id: row for row in ToldLevel.objects.filter(entity__in=standing)}
    new = [ToldLevel(entity_id=pk, level=point.level, told_at=now) for pk, point in standing.items() if pk not in told]
    moved = {pk: point for pk, point in standing.items() if pk in told and told[pk].level != point.level}
    since = _since(moved)
    held = [(told[pk], point) for pk, point in moved.items() if pk is not None and since.get(pk, now) <= now - HOLD]
    with transaction.atomic():
        # The first level of a service is no change.
        ToldLevel.objects.bulk_create(new, ignore_conflicts=True)
        DigestLine.objects.bulk_create(_level_line(row.level, point, now) for row, point in held)
        for row, point in held:
            row.level, row.told_at = point.level, now
        ToldLevel.objects.bulk_update([row for row, _point in held], ["level", "told_at"])
    return len(held)


def _since(moved: dict[int | None, ScorePoint]) -> dict[int, datetime]:
    """Since when each of these services has had its level without a break."""
    changes = ScorePoint.objects.filter(entity__in=[pk for pk in moved if pk], pillar=OVERALL, scope_type=SERVICE)
    changes = changes.filter(Q(level_before="") | ~Q(level_before=F("level"))).order_by("valid_from", "id")
    return {pk: when for pk, when in changes.values_list("entity_id", "valid_from") if pk is not None}


def _level_line(before: str, point: ScorePoint, now: datetime) -> DigestLine:
    entity = point.entity
    if entity is None:
        raise ValueError("a service's point names its service")
    up = LADDER.index(point.level) > LADDER.index(before)
    verb = "rose" if up else "fell"
    url = reverse("services:entity-tab", args=[entity.kind, entity.namespace, entity.name, "scorecard"])
    text = f"{entity.label} {verb} from {before.capitalize()} to {point.level.capitalize()}: {point.cause_text}"
    return DigestLine(team_ref=entity.owner_ref, kind=LEVEL, text=text[:300], url=url, good=up, created_at=now)


def reminders(now: datetime) -> int:
    """Once a week, for every initiative that runs or is late: what each team still has to do."""
    due = Initiative.objects.in_state(RUNNING, now.date()) | Initiative.objects.in_state(LATE, now.date())
    written = 0
    for initiative in due.filter(Q(reminded_at=None) | Q(reminded_at__lte=now - EVERY)):
        lines = _reminder_lines(initiative, now)
        with transaction.atomic():
            # Two workers may get here at once: the row's mark is taken by one of them.
            mine = Initiative.objects.filter(pk=initiative.pk, reminded_at=initiative.reminded_at)
            if mine.update(reminded_at=now):
                DigestLine.objects.bulk_create(lines)
                written += len(lines)
    return written


def _reminder_lines(initiative: Initiative, now: datetime) -> list[DigestLine]:
    missing: dict[str, int] = {}
    for owner in progress.open_services(initiative).values_list("owner_ref", flat=True):
        missing[owner] = missing.get(owner, 0) + 1
    late = initiative.state_on(now.date()) == LATE
    wanted = aim(initiative.level, initiative.pillar)
    when = f"was due on {initiative.target_on:%d %b}" if late else f"due on {initiative.target_on:%d %b}"
    return [
        DigestLine(
            team_ref=owner, kind=REMINDER, url=initiative.get_absolute_url(), good=False if late else None, created_at=now,
            text=f"{initiative.title}: {number} of your services {'has' if number == 1 else 'have'} not reached {wanted}, {when}"[:300],
        )
        for owner, number in sorted(missing.items())
        if owner
    ]  # fmt: skip


def mail(now: datetime) -> int:
    """Send what was not mailed yet, one message a team; returns how many were sent. A failure leaves the lines for later."""
    waiting = DigestLine.objects.filter(mailed_at=None, created_at__gt=now - FRESH).order_by("team_ref", "created_at")
    teams: dict[str, list[DigestLine]] = {}
    for line in waiting:
        teams.setdefault(line.team_ref, []).append(line)
    messages = [_message(team, lines) for team, lines in teams.items()]
    wanted = [message for message in messages if message.bcc]
    try:
        sent = get_connection().send_messages(wanted) or 0 if wanted else 0
    except OSError as error:
        log.warning("the digest could not be mailed: %s", error)
        return 0
    DigestLine.objects.filter(pk__in=[line.pk for lines in teams.values() for line in lines]).update(mailed_at=now)
    return sent


def _message(team: str, lines: Sequence[DigestLine]) -> EmailMessage:
    people = User.objects.filter(is_active=True, grants__team_ref=team).exclude(email="").distinct()
    name = team.rpartition("/")[2]
    body = "\n".join(f"- {line.text}" for line in lines)
    number = f"{len(lines)} {'line' if len(lines) == 1 else 'lines'}"
    return EmailMessage(
        f"Colonnade: {number} for {name}", f"{body}\n\nSee Scorecards, Digest in the portal.\n",
        bcc=[person.email for person in people],
    )  # fmt: skip
