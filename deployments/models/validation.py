"""What was validated: the health of the hosts, scripts run on them, post-deployment tests and their answers.

`attempt` is the segment's: a segment that is tried again is validated anew.
"""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from deployments.models.rollout import Rollout, RolloutSegment

WAITING, STARTING, STARTED = "waiting", "starting", "started"
PASSED, FAILED, TIMED_OUT = "passed", "failed", "timed_out"
FINAL = (PASSED, FAILED, TIMED_OUT)
COMMAND_STATES = (STARTING, STARTED, FAILED)
CHECK_STATES = (WAITING, *FINAL)
TEST_STATES = (STARTING, STARTED, *FINAL)
SCRIPT, DOCUMENT = "script", "document"


class HostScript(models.Model):
    """What an admin lets rollouts run on hosts: a shell script of this table, or an SSM document of the account's own."""

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=[(SCRIPT, "shell script"), (DOCUMENT, "SSM document")])
    body = models.TextField(blank=True)
    created_by = models.CharField(max_length=150)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class OfSegment(models.Model):
    """A row of one attempt at one segment."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="+")
    segment = models.ForeignKey(RolloutSegment, on_delete=models.CASCADE, related_name="%(class)ss")
    attempt = models.PositiveSmallIntegerField(default=1)

    class Meta:
        abstract = True


class HostHealth(OfSegment):
    """The fleet as it was last seen: each host (id, zone, version, health, reason), and how the floors stand.

    `sizes` is how many hosts each zone had at the first look, at `first_at`.
    """

    first_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(default=timezone.now)
    hosts = models.JSONField(default=list)
    sizes = models.JSONField(default=dict)
    state = models.CharField(max_length=10, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "attempt"], name="one_host_health_per_attempt")]

    def __str__(self) -> str:
        return f"{len(self.hosts)} hosts of {self.segment_id}"


class HostCommand(OfSegment):
    """One SSM command to at most 50 hosts. `mark` is its comment in AWS: by it a command is found again whose id was lost.

    `tried_at` is set before AWS is called, so a `starting` command with it may be there already.
    """

    batch = models.PositiveSmallIntegerField(default=0)
    account = models.CharField(max_length=12)
    region = models.CharField(max_length=30)
    document = models.CharField(max_length=128)
    mark = models.CharField(max_length=100, unique=True)
    command_id = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in COMMAND_STATES], default=STARTING)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "attempt", "batch"], name="one_host_command_per_batch")
        ]
        ordering = ["segment", "attempt", "batch"]

    def __str__(self) -> str:
        return f"{self.document} {self.command_id or self.state}"


class HostCheck(OfSegment):
    """The script on one host: its state, exit code, and the end of its output, at most 4 kB without secrets."""

    command = models.ForeignKey(HostCommand, on_delete=models.CASCADE, related_name="checks")
    host = models.CharField(max_length=200)
    zone = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in CHECK_STATES], default=WAITING)
    code = models.IntegerField(null=True, blank=True)
    output = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["segment", "attempt", "host"], name="one_check_per_host")]
        ordering = ["zone", "host"]

    def __str__(self) -> str:
        return f"{self.host} {self.state}"


class PostTest(OfSegment):
    """One try of a post-deployment test (`number` counts them from 1).

    The row is committed before anything is called. `key` tells the test which call is which, so that one that was sent
    twice can be recognised; of the callback's token only the hash is kept. `tried_at` is set right before the call.
    """

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    place = models.CharField(max_length=500)
    number = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=64, unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in TEST_STATES], default=STARTING)
    external_id = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)
    calls = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    deadline_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["segment", "attempt", "name", "number"], name="one_row_per_try_of_a_test")
        ]
        ordering = ["segment", "attempt", "name", "number"]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state in FINAL


class PostTestAnswer(models.Model):
    """What came in by callback. Only the first final answer in time `counted`; the others are kept and change nothing."""

    test = models.ForeignKey(PostTest, on_delete=models.CASCADE, related_name="answers")
    at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=12)
    detail = models.TextField(blank=True)
    counted = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.status} at {self.at:%H:%M:%S}"
