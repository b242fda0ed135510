"""Create and edit experiments: check everything that comes from outside, keep the schedule in step, leave audit rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.text import slugify

from chaos import coverage, measure
from chaos.engine import definition, method
from chaos.engine.definition import Invalid
from chaos.engine.method import Step
from chaos.faults.registry import faults
from chaos.models import Experiment
from portal.access import audit
from portal.aws.accounts import accounts
from portal.jobs import queue
from portal.jobs.cron import check_rule
from services.models import Entity

DEFINING = (
    "hypothesis", "method", "stop_conditions", "observe_seconds", "max_seconds", "recover_seconds",
)  # fmt: skip
TIMING = ("cron", "every", "timezone")
EDITABLE = ("title", *DEFINING, *TIMING, "enabled")
RUN_JOB, PREVIEW_JOB = "chaos.run", "chaos.preview"
SHORTEST_EVERY = 300
"""Seconds. More often than this, a service would be under a fault most of the time."""


def snapshot(experiment: Experiment) -> dict[str, Any]:
    """What a run needs to know, as JSON."""
    return {name: getattr(experiment, name) for name in DEFINING}


def digest(experiment: Experiment) -> str:
    """The SHA-256 of the snapshot in canonical form: the same experiment has the same digest."""
    text = json.dumps(snapshot(experiment), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def create(service: Entity, fields: Mapping[str, Any], by: Any) -> Experiment:
    """Create an experiment. One `fault` with its `arguments` stands for a method of one step.

    Raises Invalid with the field and the remedy.
    """
    experiment = Experiment(service=service, created_by=by if isinstance(by, str) else by.get_username())
    _set(experiment, fields)
    experiment.slug = _slug(service, experiment.title)
    return _save(experiment, by, "chaos.experiment.create", fields)


def change(experiment: Experiment, fields: Mapping[str, Any], by: Any) -> Experiment:
    """Edit an experiment. The version grows only where the definition changes. Raises Invalid."""
    _set(experiment, fields)
    return _save(experiment, by, "chaos.experiment.change", fields)


def _set(experiment: Experiment, fields: Mapping[str, Any]) -> None:
    for name, value in method.spelled_out(fields, experiment.method or ()).items():
        if name in EDITABLE:
            setattr(experiment, name, value)


def check(experiment: Experiment) -> None:
    """Raise Invalid where the experiment cannot be used; puts the checked method in place."""
    if not isinstance(experiment.title, str) or not experiment.title.strip() or len(experiment.title) > 120:
        raise Invalid("title", "Give a title of at most 120 characters.")
    hypothesis = definition.hypothesis(experiment.hypothesis)
    keys = {probe.key for probe in hypothesis.probes}
    definition.stop_conditions(experiment.stop_conditions, keys)
    steps = method.read(experiment.method, keys)
    steps = tuple(check_step(step, f"method[{seq}]") for seq, step in enumerate(steps))
    longest = min(fault.max_seconds for step in steps if (fault := faults.get(step.fault)))
    experiment.method = [step.stored() for step in steps]
    measure.check(hypothesis, method.place(steps))
    _check_seconds(experiment, longest, method.under_fault(steps))
    _check_timing(experiment)


def check_step(step: Step, where: str) -> Step:
    """The step with the arguments that its fault takes; a fault that nobody named is called as the registry calls it.

    Raises Invalid.
    """
    if step.type != "fault":
        return step
    fault = faults.get(step.fault)
    if fault is None:
        raise Invalid(f"{where}.fault", f"Unknown fault. Known faults: {', '.join(f.key for f in faults.items())}.")
    arguments = fault.read(step.arguments, f"{where}.arguments")
    _check_place(arguments, f"{where}.arguments")
    return replace(step, arguments=arguments, name=fault.title if step.name == step.fault else step.name)


def _check_place(arguments: Mapping[str, str], where: str) -> None:
    """A fault in AWS may only be planned where the portal is allowed to work."""
    if "account" not in arguments:
        return
    known = {account.account_id: account.regions for account in accounts()}
    if arguments["account"] not in known:
        raise Invalid(f"{where}.account", f"Unknown account. Known accounts: {', '.join(sorted(known)) or 'none'}.")
    if arguments["region"] not in known[arguments["account"]]:
        regions = ", ".join(known[arguments["account"]])
        raise Invalid(f"{where}.region", f"The portal does not work in this region. Its regions: {regions}.")


def _check_seconds(experiment: Experiment, longest: int, paused: int) -> None:
    if not 10 <= experiment.max_seconds <= longest:
        raise Invalid("max_seconds", f"Give 10 to {longest} seconds: its faults may not stay longer.")
    if not 5 <= experiment.observe_seconds <= experiment.max_seconds:
        raise Invalid("observe_seconds", f"Give 5 to {experiment.max_seconds} seconds, the maximum of this experiment.")
    if paused + experiment.observe_seconds > experiment.max_seconds:
        raise Invalid(
            "max_seconds",
            f"The pauses under the fault ({paused} s) and the observation ({experiment.observe_seconds} s) take longer: "
            "shorten them, or give more where the faults allow it.",
        )
    if not 5 <= experiment.recover_seconds <= 3600:
        raise Invalid("recover_seconds", "Give 5 to 3600 seconds.")


def _check_timing(experiment: Experiment) -> None:
    if not experiment.cron and experiment.every is None:
        if experiment.enabled:
            raise Invalid("enabled", "Give a schedule (cron or every) before switching it on.")
        return
    try:
        check_rule(experiment.cron, experiment.every, experiment.timezone)
    except ValueError as error:
        field = "timezone" if "timezone" in str(error) else "cron" if experiment.every is None else "every"
        raise Invalid(field, f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    if experiment.every is not None and experiment.every < SHORTEST_EVERY:
        raise Invalid("every", f"Give at least {SHORTEST_EVERY} seconds.")


def _save(experiment: Experiment, by: Any, action: str, fields: Mapping[str, Any]) -> Experiment:
    try:
        check(experiment)
    except Invalid as error:
        # Whoever sent one fault without steps is told of its own fields.
        short = {"fault", "arguments"} & set(fields)
        raise Invalid(error.field.removeprefix("method[0]."), error.message) if short else error from None
    sha256, name = digest(experiment), by if isinstance(by, str) else by.get_username()
    with transaction.atomic():
        edited = experiment.pk is not None and sha256 != experiment.sha256
        if experiment.pk is None or edited:
            experiment.changed_by = name
        experiment.version = F("version") + 1 if edited else experiment.version
        experiment.sha256 = sha256
        experiment.save()
        experiment.refresh_from_db(fields=["version"])
        _keep_schedule(experiment)
        coverage.publish_plan(experiment.service)
        detail = {"version": experiment.version, "sha256": sha256, "enabled": experiment.enabled}
        audit.record(by, action, f"experiment:{experiment.slug}", severity="medium", **detail)
        queue.enqueue(PREVIEW_JOB, {"experiment": experiment.pk}, by=name, unique=str(experiment.pk))
    return experiment


def _keep_schedule(experiment: Experiment) -> None:
    if not experiment.cron and experiment.every is None:
        queue.unschedule(experiment.schedule_key)
        return
    queue.schedule(
        experiment.schedule_key, RUN_JOB, cron=experiment.cron or None, every=experiment.every,
        timezone_name=experiment.timezone, args={"experiment": experiment.pk}, misfire="skip",
        enabled=experiment.enabled, title=f"{experiment.title} on {experiment.service.name}",
    )  # fmt: skip


def _slug(service: Entity, title: str) -> str:
    if not isinstance(title, str):
        raise Invalid("title", "Give a title of at most 120 characters.")
    base = slugify(f"{service.name} {title}")[:70].strip("-") or f"experiment-{service.pk}"
    taken = set(Experiment.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 1000))) if slug not in taken)
