"""The demo's experiments: one that runs within about a minute, and two that are planned."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from chaos import approvals, coverage, experiments, fis_discovery, start, suggest, suggest_stores
from chaos.engine.definition import Invalid
from chaos.models import Experiment
from portal.jobs import queue
from portal.jobs.context import JobContext
from services import facts
from services.models import Entity

PERSON, SECOND_PERSON = "jon", "admin"
"""Who plans them, and who approves those that run by themselves: search-api is in production."""
PATIENCE = timedelta(seconds=75)
"""The first slot lies 15 to 75 s ahead: by then the metrics of the embedded AWS have a few live points."""


def load(context: JobContext) -> None:
    """Plan the demo's experiments; what is there already stays as it is."""
    search = Entity.objects.services().filter(name="search-api").first()
    if search is not None:
        _zones(context, search)
    suggester = Entity.objects.services().filter(name="suggest").first()
    if suggester is not None:
        _function(context, suggester)
    ledger = Entity.objects.services().filter(name="ledger").first()
    if ledger is not None:
        _failover(context, ledger)
    coverage.publish_all()
    queue.enqueue(fis_discovery.JOB, by="demo", unique="demo")


def _zones(context: JobContext, service: Entity) -> None:
    known = facts.current(service)
    balancer = next(iter(known["aws.alb"].value["items"]), None) if "aws.alb" in known else None
    if balancer is None:
        context.log(
            "search-api has no load balancer yet: its zone experiments are offered once discovery has found it."
        )
        return
    for zone, timing in (("us-east-1a", _soon(timezone.now())), ("us-east-1b", {})):
        fields = suggest.zone_fields(balancer["account"], balancer["region"], zone, balancer, needed=4)
        _once(context, service, {**_quick(fields), **timing})


def _soon(now: datetime) -> dict[str, Any]:
    """Every 30 minutes, beginning with a minute that is near."""
    minute = (now + PATIENCE).minute
    first, second = sorted((minute, (minute + 30) % 60))
    return {"cron": f"{first},{second} * * * *", "enabled": True}


def _quick(fields: dict[str, Any]) -> dict[str, Any]:
    """The embedded AWS publishes every 10 s, so that a short observation already sees something."""
    quick = copy.deepcopy(fields)
    for probe in quick["hypothesis"]["probes"]:
        probe |= {"window": 30, "period": 10}
    return quick | {"observe_seconds": 25, "max_seconds": 120, "recover_seconds": 90}


def _failover(context: JobContext, service: Entity) -> None:
    """The failover that runs by itself, passes and becomes evidence, until the next version is released."""
    for suggestion in suggest_stores.offers(service, facts.current(service)):
        _once(context, service, {**_quick(dict(suggestion.fields)), **_soon(timezone.now())})


def _function(context: JobContext, service: Entity) -> None:
    for suggestion in suggest.suggestions(service, facts.current(service))[:1]:
        timing = {"cron": "0 10 * * THU", "timezone": "Europe/Berlin", "enabled": True}
        _once(context, service, {**_quick(dict(suggestion.fields)), **timing})


def _once(context: JobContext, service: Entity, fields: dict[str, Any]) -> None:
    if Experiment.objects.filter(service=service, title=fields["title"]).exists():
        return
    made = experiments.create(service, fields, PERSON)
    context.log(f"Planned {made.title} on {service.name}.")
    second = User.objects.filter(username=SECOND_PERSON).first()
    if not made.enabled or second is None or not approvals.needed(made):
        return
    start.look_up(made)
    try:
        approvals.approve(made, second, made.preview["targets_hash"], standing=True, reason="Part of the demo.")
    except Invalid as error:
        context.log(f"{made.title} waits for a second person: {error.message}")
