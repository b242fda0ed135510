"""The demo organisation's freezes, windows, error budgets, and the one pipeline that compliance may close."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from deployments.engine.plan.gates import BLOCK
from deployments.gates.freezes import write
from deployments.models import BudgetSample, CompliancePolicy, DeploymentWindow, ErrorBudget, Freeze, FreezeCalendar
from portal.jobs.context import JobContext
from services.models import Entity

ZONE = "Europe/Berlin"
CLOSED = "invoices"
"""Its database has one zone and no encryption, until the embedded AWS repairs it ten minutes later."""
# (service, objective, target, share of the requests of each day that were bad)
BUDGETS = (("checkout", "availability", 0.999, 0.00042), ("suggest", "availability", 0.995, 0.0061))


def load(context: JobContext) -> None:
    """Write what is missing; may be called again."""
    admin = User.objects.filter(username="admin").first()
    mira = User.objects.filter(username="mira").first()
    if admin is None or mira is None:
        context.log("There are no demo people: freezes and windows are left out.")
        return
    _calendars(admin)
    _window(admin)
    for name, slo, target, bad in BUDGETS:
        _budget(name, slo, target, bad)
    closed = Entity.objects.services().filter(name=CLOSED).first()
    if closed is not None:
        chosen = {"policy": BLOCK, "set_by": mira.get_username()}
        CompliancePolicy.objects.get_or_create(service=closed, defaults=chosen)


def _calendars(admin: Any) -> None:
    if not FreezeCalendar.objects.filter(title="Year end").exists():
        fields = {"title": "Year end", "zone": ZONE, "overrider": "admin"}
        year, calendar = timezone.now().year, write.calendar(None, fields, admin)
        freeze = {
            "title": "Year-end freeze", "reason": "Peak sales, and few people at work.",
            "starts": f"{year}-12-18T18:00", "ends": f"{year + 1}-01-04T08:00", "rrule": "FREQ=YEARLY",
            "except_services": ["checkout"],
        }  # fmt: skip
        _freeze(calendar, freeze, admin)
    if not FreezeCalendar.objects.filter(title="Weekends of search").exists() and _team("search"):
        fields = {"title": "Weekends of search", "scope": "team", "scope_value": "search", "zone": ZONE}
        freeze = {
            "title": "Weekend", "reason": "Nobody of search is on call at weekends.",
            "starts": "2026-01-02T16:00", "ends": "2026-01-05T08:00", "rrule": "FREQ=WEEKLY;BYDAY=FR",
        }  # fmt: skip
        _freeze(write.calendar(None, fields, admin), freeze, admin)


def _freeze(calendar: FreezeCalendar, fields: dict[str, Any], admin: Any) -> Freeze:
    return write.freeze(None, calendar, fields, admin)


def _window(admin: Any) -> None:
    title = "Working hours"
    if _team("data-platform") and not DeploymentWindow.objects.filter(title=title).exists():
        fields = {
            "title": title, "scope": "team", "scope_value": "data-platform", "zone": ZONE,
            "days": [0, 1, 2, 3], "opens": time(9), "closes": time(16),
        }  # fmt: skip
        write.window(None, fields, admin)


def _team(name: str) -> bool:
    return Entity.objects.live().filter(owner_ref=f"group:default/{name}").exists()


def _budget(name: str, slo: str, target: float, bad: float) -> None:
    """Four weeks of days, of 100,000 requests each."""
    service = Entity.objects.services().filter(name=name).first()
    if service is None or ErrorBudget.objects.filter(service=service, slo=slo).exists():
        return
    budget = ErrorBudget.objects.create(service=service, slo=slo, target=target, source="demo")
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    days: list[datetime] = [now - timedelta(days=day) for day in range(28)]
    BudgetSample.objects.bulk_create(BudgetSample(budget=budget, at=day, total=1e5, bad=1e5 * bad) for day in days)
