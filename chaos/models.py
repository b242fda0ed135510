"""Rows of chaos: experiments, their runs with an append-only log, and kill switches."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone as clock

from chaos.calendars.models import EVERYTHING as EVERYTHING
from chaos.calendars.models import Blackout as Blackout
from chaos.calendars.models import TeamRules as TeamRules
from chaos.engine.method import Step, faults, restored
from chaos.engine.states import ACTIVE, FINAL, State
from chaos.engine_models import FisTemplate as FisTemplate
from chaos.engine_models import GremlinAccount as GremlinAccount
from chaos.engine_models import GremlinStart as GremlinStart
from chaos.gamedays.models import GameDay as GameDay
from chaos.suites.models import Suite as Suite

STATE_CHOICES = [(state.value, state.value) for state in State]
ACTIVE_STATES = sorted(state.value for state in ACTIVE)
FINAL_STATES = sorted(state.value for state in FINAL)
PLANNED, ARMED, APPLIED, SKIPPED, FAILED = "planned", "armed", "applied", "skipped", "failed"
UNDONE, UNDO_FAILED = "undone", "undo_failed"
STEP_STATES = (PLANNED, ARMED, APPLIED, SKIPPED, FAILED, UNDONE, UNDO_FAILED)


class Experiment(models.Model):
    """A hypothesis about a service, the method that tests it step by step, and when it is tried.

    `version` grows and `sha256` changes with every edit that matters for safety; runs keep both.
    """

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    service = models.ForeignKey("services.Entity", on_delete=models.CASCADE, related_name="experiments")
    hypothesis = models.JSONField()
    method: models.JSONField[Any, Any] = models.JSONField()
    stop_conditions = models.JSONField(default=list, blank=True)
    observe_seconds = models.PositiveIntegerField(default=300)
    max_seconds = models.PositiveIntegerField(default=600)
    recover_seconds = models.PositiveIntegerField(default=300)
    cron = models.CharField(max_length=100, blank=True)
    every = models.PositiveIntegerField(null=True, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    enabled = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    preview: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    preview_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(max_length=150)
    changed_by = models.CharField(max_length=150, blank=True)
    """Who wrote this version of the definition; somebody else has to approve it for production."""
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["title", "slug"]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        """The experiment's page."""
        return reverse("chaos:experiment", args=[self.slug])

    @property
    def owner_ref(self) -> str:
        """The team that owns the service; only its operators may start the experiment."""
        return self.service.owner_ref

    @property
    def steps(self) -> tuple[Step, ...]:
        """The method as it is walked."""
        return restored(self.method)

    @property
    def fault_keys(self) -> list[str]:
        """The keys of its faults, in order."""
        return [step.fault for step in faults(self.steps)]

    @property
    def schedule_key(self) -> str:
        """The key of its schedule in portal.jobs."""
        return f"chaos.experiment.{self.pk}"


class ExperimentRun(models.Model):
    """One slot of an experiment. `token` is the fence: a worker that lost it cannot write any more.

    `definition` is the experiment as it was when the run was created, so that no edit reaches a run under way.
    """

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="runs")
    service = models.ForeignKey("services.Entity", on_delete=models.CASCADE, related_name="experiment_runs")
    slot_at = models.DateTimeField()
    job_run = models.PositiveBigIntegerField(null=True, blank=True)
    requested_by = models.CharField(max_length=150)
    state = models.CharField(max_length=12, choices=STATE_CHOICES, default=State.SCHEDULED.value)
    reason = models.CharField(max_length=1000, blank=True)
    token = models.PositiveIntegerField(default=0)
    holder = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=clock.now)
    abort_requested_at = models.DateTimeField(null=True, blank=True)
    abort_by = models.CharField(max_length=150, blank=True)
    experiment_sha256 = models.CharField(max_length=64)
    experiment_version = models.PositiveIntegerField(default=1)
    definition: models.JSONField[Any, Any] = models.JSONField()
    preview: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    targets_hash = models.CharField(max_length=64, blank=True)
    deployed_version = models.CharField(max_length=200, blank=True)
    steady_before = models.JSONField(default=list, blank=True)
    steady_during = models.JSONField(default=list, blank=True)
    steady_after = models.JSONField(default=list, blank=True)
    ended_because = models.CharField(max_length=20, default="planned")
    stop_reason = models.CharField(max_length=1000, blank=True)
    fault_error = models.CharField(max_length=1000, blank=True)
    verdicts = models.JSONField(null=True, blank=True)
    passed = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True, blank=True)
    injected_at = models.DateTimeField(null=True, blank=True)
    observed_from = models.DateTimeField(null=True, blank=True)
    """When the last step was done; `observe_seconds` begin here."""
    removed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "slot_at"], name="one_experiment_run_per_slot"),
            models.UniqueConstraint(
                fields=["service"], condition=Q(state__in=ACTIVE_STATES), name="one_active_experiment_per_service"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=~Q(state__in=FINAL_STATES), name="open_experiment_run_due"),
            models.Index(fields=["experiment", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.experiment.slug} #{self.pk}"

    def get_absolute_url(self) -> str:
        """The run's page."""
        return reverse("chaos:run", args=[self.pk])

    @property
    def owner(self) -> str:
        """How its armed changes and its guard questions name it."""
        return f"experiment-run:{self.pk}"

    @property
    def owner_ref(self) -> str:
        """The team that owns the service."""
        return self.service.owner_ref

    @property
    def steps(self) -> tuple[Step, ...]:
        """The method as it was when the run was created."""
        return restored(self.definition["method"])

    @property
    def stage(self) -> State:
        """The state as a member of the machine."""
        return State(self.state)

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.stage in FINAL


class RunEvent(models.Model):
    """One line of a run's log, written in the same transaction as what it tells of."""

    run = models.ForeignKey(ExperimentRun, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=12, choices=STATE_CHOICES)
    text = models.CharField(max_length=1000)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {self.text}"


class RunStep(models.Model):
    """One step of a run. It leaves `planned` at most once, so no step is ever injected twice.

    `change` is the armed change of a fault; `due_at` is when a pause is over; `result` holds what a probe measured, or
    why the step failed.
    """

    run = models.ForeignKey(ExperimentRun, on_delete=models.CASCADE, related_name="step_rows")
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=10)
    name = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=[(state, state) for state in STEP_STATES], default=PLANNED)
    change = models.PositiveBigIntegerField(null=True, blank=True)
    result: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["run", "seq"]
        constraints = [models.UniqueConstraint(fields=["run", "seq"], name="one_row_per_step")]

    def __str__(self) -> str:
        return f"{self.seq + 1}. {self.name} ({self.state})"


class GuardDecision(models.Model):
    """What the guards said right before one step: no fault goes in without one that allows it and is young enough."""

    run = models.ForeignKey(ExperimentRun, on_delete=models.CASCADE, related_name="decisions")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)
    allowed = models.BooleanField()
    reasons: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    targets_hash = models.CharField(max_length=64)
    """SHA-256 over the experiment and the target that were asked for."""

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "seq"], name="guard_decision_of_step")]

    def __str__(self) -> str:
        return f"step {self.seq + 1}: {'allowed' if self.allowed else 'denied'}"


class Approval(models.Model):
    """A second person's yes to one experiment as it is written and to what it would hit.

    `bound_to` is the hash of the targets, or with `standing` of their shape, so that runs of a schedule may follow
    hosts that come and go. It counts until it expires, is withdrawn, or experiment or targets change.
    """

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="approvals")
    experiment_sha256 = models.CharField(max_length=64)
    bound_to = models.CharField(max_length=64)
    standing = models.BooleanField(default=False)
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["experiment", "-id"], name="approvals_of_experiment")]

    def __str__(self) -> str:
        return f"{self.experiment.slug} approved by {self.by}"


class KillSwitch(models.Model):
    """A halt: while it is not cleared, nothing in its scope may start and what runs is taken out.

    `scope` is "all" or the entity ref of a team.
    """

    scope = models.CharField(max_length=200, default=EVERYTHING)
    reason = models.CharField(max_length=500)
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField(default=clock.now)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.CharField(max_length=150, blank=True)
    cleared_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["scope"], condition=Q(cleared_at=None), name="one_open_halt_per_scope")
        ]

    def __str__(self) -> str:
        return f"halt {self.scope}"

    @property
    def sentence(self) -> str:
        """The halt in words."""
        where = (
            "All experiments are" if self.scope == EVERYTHING else f"Experiments of {self.scope.rpartition('/')[2]} are"
        )
        return f"{where} halted by {self.set_by}: {self.reason}"
