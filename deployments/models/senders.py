"""Who may send events without a user behind them: senders of hooks with their secrets, and CI jobs with signed identities."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils import timezone

GITHUB, GITLAB, SNS, EVENTBRIDGE, FLAGGER, ARGO = "github", "gitlab", "sns", "eventbridge", "flagger", "argo"
HOOK_DIALECTS = (GITHUB, GITLAB, SNS, EVENTBRIDGE, FLAGGER, ARGO)
HMAC, STANDARD, KEY = "hmac", "standard", "key"
SCHEMES = (HMAC, STANDARD, KEY)


class Scope(models.Model):
    """What a sender may report for: everything, or what these teams own and these services (refs)."""

    everything = models.BooleanField(default=False)
    teams = models.JSONField(default=list, blank=True)
    services = models.JSONField(default=list, blank=True)
    enabled = models.BooleanField(default=True)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def covers(self, ref: str, owner_ref: str) -> bool:
        """Whether it may report for the service `ref` that `owner_ref` owns."""
        return self.everything or ref in self.services or (bool(owner_ref) and owner_ref in self.teams)

    @property
    def scope_words(self) -> str:
        """The scope for people."""
        if self.everything:
            return "every service"
        names = [f"what {ref.rpartition('/')[2]} owns" for ref in self.teams]
        return ", ".join(names + [ref.rpartition("/")[2] for ref in self.services]) or "nothing yet"


class HookSender(Scope):
    """A system that posts to /api/v1/hooks/. `topics` are the SNS topics it may send from; `rate` is events a minute."""

    name = models.SlugField(max_length=60, unique=True)
    dialect = models.CharField(max_length=20, choices=[(name, name) for name in HOOK_DIALECTS])
    topics = models.JSONField(default=list, blank=True)
    rate = models.PositiveIntegerField(default=12_000)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.dialect})"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("deployments:sender", args=[self.pk])


class HookSecret(models.Model):
    """One secret of a sender. What must be known to check a signature is sealed; a key that is only compared is a digest.

    `hint` is its first characters, so that people can tell two apart; `retires_at` is when the older of two ends.
    """

    sender = models.ForeignKey(HookSender, on_delete=models.CASCADE, related_name="secrets")
    scheme = models.CharField(max_length=10, choices=[(name, name) for name in SCHEMES])
    sealed = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    hint = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    retires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.sender_id} {self.hint}…"


class CiIdentity(Scope):
    """CI jobs that may report deployments with the token their platform signs. Bound to ids that never change hands.

    `repository_id` is GitHub's repository_id or GitLab's project_id, `owner_id` GitHub's repository_owner_id or GitLab's
    namespace_id; `repository` is only shown. An empty `environment`, `ref` or `workflow` is not asked for; a `ref` or `workflow`
    may end in * and then names a beginning.
    """

    name = models.SlugField(max_length=60, unique=True)
    issuer = models.CharField(max_length=200)
    repository_id = models.CharField(max_length=20)
    owner_id = models.CharField(max_length=20)
    repository = models.CharField(max_length=200, blank=True)
    environment = models.CharField(max_length=60, blank=True)
    ref = models.CharField(max_length=200, blank=True)
    workflow = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["issuer", "repository_id"], name="ci_by_repository")]
        ordering = ["name"]
        verbose_name_plural = "CI identities"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("deployments:ci-identity", args=[self.pk])


class IssuerKeys(models.Model):
    """The public keys (JWK set) of an issuer on the list, as a job has fetched them."""

    issuer = models.CharField(max_length=200, unique=True)
    keys = models.JSONField(default=list)
    fetched_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "issuer keys"

    def __str__(self) -> str:
        return self.issuer


class SigningCertificate(models.Model):
    """A certificate that SNS signs with, as a job has fetched it. PEM text."""

    url = models.CharField(max_length=300, unique=True)
    pem = models.TextField()
    fetched_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.url
