"""Races about starts, for programs of their own: schedulers about slots, and a start against the kill switch.

`python -m benchmarks.chaos_races prepare SLOTS` · `schedule N` (so many processes at once) · `count` · `halts TRIES`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import threading
import time
from typing import Any

import django


def prepare(slots: int) -> dict[str, Any]:
    """So many scheduled experiments on one service, all due at the same moment; nothing else is due."""
    from datetime import timedelta

    from django.utils import timezone

    from chaos.models import Experiment
    from portal.jobs.models import Schedule

    first = _experiment()
    Schedule.objects.update(enabled=False)
    values = {f.attname: getattr(first, f.attname) for f in Experiment._meta.fields if f.attname not in ("id", "slug")}
    made = Experiment.objects.bulk_create(
        Experiment(**{**values, "slug": f"race-{number}", "every": 86400, "enabled": True}) for number in range(slots)
    )
    due = timezone.now() - timedelta(seconds=1)
    Schedule.objects.bulk_create(
        Schedule(
            key=one.schedule_key, title="Race", job="chaos.run", args={"experiment": one.pk},
            every=86400, grace=3600, next_at=due,
        )
        for one in made
    )  # fmt: skip
    return {"slots": len(made)}


def _experiment() -> Any:
    """The one that both races are about."""
    from benchmarks import chaos_fleet
    from chaos.models import Experiment

    if not Experiment.objects.exists():
        chaos_fleet.prepare(1)
    return Experiment.objects.select_related("service").earliest("pk")


def schedule(schedulers: int) -> dict[str, Any]:
    """So many schedulers, each a process, on the same slots. Answers the slots that they claimed, by their own count."""
    from django.db import connections

    connections.close_all()
    context = multiprocessing.get_context("fork")
    line, claimed = context.Barrier(schedulers), context.Value("i", 0)
    processes = [context.Process(target=_scheduler, args=(line, claimed)) for _ in range(schedulers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return {"claimed": claimed.value}


def _scheduler(line: Any, total: Any) -> None:
    """Claims what is due, and runs all that is queued, as if every ring came to each worker."""
    from portal.jobs import runner
    from portal.jobs.models import QUEUED, Run, Schedule
    from portal.jobs.tick import tick

    line.wait()
    claimed = 0
    due = Schedule.objects.filter(job="chaos.run", enabled=True, runs=None)
    queued_runs = Run.objects.filter(state=QUEUED, job="chaos.run")
    patience = time.monotonic() + 120
    while (due.exists() or queued_runs.exists()) and time.monotonic() < patience:
        claimed += tick()
        queued = list(queued_runs.values_list("pk", flat=True))
        random.shuffle(queued)
        for pk in queued:
            runner.execute(pk, heartbeat=False)
    with total.get_lock():
        total.value += claimed


def count() -> dict[str, Any]:
    """How many slots have exactly one run, and how many runs there are."""
    from django.db.models import Count

    from chaos.models import Experiment, ExperimentRun

    each = Experiment.objects.exclude(every=None).annotate(n=Count("runs")).values_list("n", flat=True)
    return {
        "once": sum(n == 1 for n in each),
        "runs": ExperimentRun.objects.exclude(experiment__every=None).count(),
        "slots": len(each),
    }


def halts(tries: int) -> dict[str, Any]:
    """A start and a halt at the same moment, again and again.

    The halt's own transaction looks at the run right before it commits: a run that has not started by then and starts
    all the same has started after the halt.
    """
    from django.utils import timezone

    from benchmarks import chaos_fleet
    from chaos import start as starting

    user = chaos_fleet.operator()
    run = starting.create(_experiment(), timezone.now(), by="bench")
    found = {"started": 0, "blocked": 0, "after": 0}
    for number in range(tries):
        before, after = _race(run.pk if run else 0, user, random.Random(number))
        found["started" if after == "injecting" else "blocked"] += 1
        found["after"] += after == "injecting" and before != "injecting"
    return found


def _race(pk: int, user: Any, chance: random.Random) -> tuple[str, str]:
    """The run's state as the halt saw it, and in the end."""
    from django.db import connection, transaction

    from chaos import claim, halts
    from chaos.engine.states import Move, State
    from chaos.models import ExperimentRun

    ExperimentRun.objects.filter(pk=pk).update(state=State.CHECKING.value, ended_at=None)
    run = ExperimentRun.objects.select_related("experiment", "service").get(pk=pk)
    line, seen, waits = threading.Barrier(2), [], (chance.random() * 0.004, chance.random() * 0.004)

    def starts() -> None:
        line.wait()
        time.sleep(waits[0])
        claim.transition(run, Move(State.INJECTING, "The steady state holds; the fault goes in."))
        connection.close()

    def halting() -> None:
        line.wait()
        time.sleep(waits[1])
        with transaction.atomic():
            halts.halt(user, "The benchmark halts.")
            seen.append(ExperimentRun.objects.values_list("state", flat=True).get(pk=pk))
        connection.close()

    threads = [threading.Thread(target=starts), threading.Thread(target=halting)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    halts.clear(user, "The next try.")
    return seen[0], ExperimentRun.objects.values_list("state", flat=True).get(pk=pk)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    verb, *rest = sys.argv[1:]
    acts: dict[str, Any] = {
        "prepare": lambda text: prepare(int(text)),
        "schedule": lambda text: schedule(int(text)),
        "count": count,
        "halts": lambda text: halts(int(text)),
    }
    print(json.dumps(acts[verb](*rest)))
