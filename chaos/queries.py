"""Reads for pages, panels and the home page: a constant number of queries, however many rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from chaos.models import ACTIVE_STATES, FINAL_STATES, Experiment, ExperimentRun
from portal.jobs.models import Schedule
from services.models import Entity


@dataclass(frozen=True)
class Row:
    """An experiment with its newest ended run, its run under way and its next slot."""

    experiment: Experiment
    last: ExperimentRun | None
    running: ExperimentRun | None
    next_at: datetime | None


def experiments() -> QuerySet[Experiment]:
    """All experiments of services that still exist."""
    return Experiment.objects.filter(service__removed_at=None).select_related("service")


def rows(found: Sequence[Experiment]) -> list[Row]:
    """Three queries for all of them: newest ended runs, runs under way, schedules."""
    ids = [experiment.pk for experiment in found]
    runs = ExperimentRun.objects.filter(experiment__in=ids)
    newest = runs.filter(state="ended").values("experiment").annotate(newest=Max("pk")).values("newest")
    last = {run.experiment_id: run for run in ExperimentRun.objects.filter(pk__in=newest)}
    running = {run.experiment_id: run for run in runs.filter(state__in=ACTIVE_STATES)}
    keys = {experiment.schedule_key: experiment.pk for experiment in found}
    slots = Schedule.objects.filter(key__in=keys, enabled=True).values_list("key", "next_at")
    next_at = {keys[key]: when for key, when in slots}
    return [Row(e, last.get(e.pk), running.get(e.pk), next_at.get(e.pk)) for e in found]


def under_way() -> QuerySet[ExperimentRun]:
    """Runs that hold a service right now, and those that are about to."""
    return ExperimentRun.objects.exclude(state__in=FINAL_STATES).select_related("experiment", "service")


def of_service(service: Entity) -> list[Row]:
    """The experiments of one service."""
    return rows(list(experiments().filter(service=service)))
