"""Cost reviews on the home page: what runs now, and what comes next."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from costs import queries, words
from costs.start import JOB
from portal.access import policy
from portal.jobs.models import ACTIVE, RUNNING, Run, Schedule
from portal.plugins import ActivityRow

AHEAD = timedelta(days=40)


def running(user: User) -> list[ActivityRow]:
    """Reviews that run at the moment."""
    return [
        ActivityRow(
            title=f"Cost review, {_whose(run.args)}", url=run.get_absolute_url(), note=run.progress_text,
            icon="coin", state="good", progress=run.percent or 0,
        )
        for run in Run.objects.filter(job=JOB, state=RUNNING)
    ]  # fmt: skip


def upcoming(user: User) -> list[ActivityRow]:
    """The next review, with what is open now for the user's teams."""
    waiting = Run.objects.filter(job=JOB, state__in=ACTIVE).exclude(state=RUNNING).order_by("due_at")
    slots = Schedule.objects.filter(job=JOB, enabled=True, next_at__lte=timezone.now() + AHEAD).order_by("next_at")
    due = [(run.due_at, run.args) for run in waiting[:1]] + [(row.next_at, row.args) for row in slots[:1]]
    if not due:
        return []
    lines = queries.by_team(policy.teams(user))
    findings, savings = sum(line.findings for line in lines), queries.merged(line.savings for line in lines)
    note = f"{words.plural(findings, 'finding')}, {words.spans(savings)} a month" if findings else "nothing open"
    return [
        ActivityRow(title=f"Cost review, {_whose(args)}", url=reverse("costs:home"), note=note, icon="coin", when=when)
        for when, args in sorted(due, key=lambda pair: pair[0])[:1]
    ]


def _whose(args: dict[str, str]) -> str:
    return args.get("team", "").rpartition("/")[2] or "all teams"
