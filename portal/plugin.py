"""All that the shell adds to itself."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from portal.demo import load_all
from portal.jobs.models import RUNNING, Run, Schedule
from portal.plugins import Activity, ActivityRow, Job, NavItem, SearchHit, SearchSource, activities, jobs, nav, search


def running_jobs(user: User) -> list[ActivityRow]:
    """Jobs at work that say how far they are; plugins with running rows of their own speak for their jobs."""
    speaking = {activities.owner(source.key) for source in activities.items() if source.kind == "running"} - {"portal"}
    quiet = [job.key for job in jobs.items() if jobs.owner(job.key) not in speaking]
    runs = Run.objects.filter(state=RUNNING, progress_total__gt=0, job__in=quiet).order_by("id")[:5]
    titles = {job.key: job.title for job in jobs.items()}
    return [
        ActivityRow(
            titles.get(run.job, run.job), run.get_absolute_url(), run.progress_text, "refresh", "neutral", run.percent
        )
        for run in runs
    ]


def find_schedules(user: User, text: str, limit: int) -> list[SearchHit]:
    """Schedules by title."""
    rows = Schedule.objects.filter(title__icontains=text, next_at__gte=timezone.now())[:limit]
    return [SearchHit(row.title, f"/jobs/?job={row.job}", row.rule, "clock-cog") for row in rows]


nav.add(NavItem("home", "Home", "home", "home", order=10))
nav.add(NavItem("jobs", "Jobs", "jobs", "clock-cog", order=70))
jobs.add(Job("portal.demo", "Set up the demo organisation", load_all, lease=120, max_attempts=3))
activities.add(Activity("portal.jobs", "running", running_jobs, order=90))
search.add(SearchSource("portal.schedules", "Jobs", find_schedules, order=90))
