"""Who reports, and for which services they may: a user, a sender of hooks, a CI job, or the portal itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q
from django.utils import timezone

from deployments.intake.record import Refusal
from deployments.models import CiIdentity, HookSender
from portal.access import policy
from portal.access.tokens import LAST_USED_EVERY
from services.models import Entity


class Reporter(Protocol):
    """Whoever an event comes from."""

    @property
    def name(self) -> str:
        """How logs name it."""

    @property
    def hook(self) -> HookSender | None:
        """The sender of hooks behind it."""

    @property
    def identity(self) -> CiIdentity | None:
        """The CI identity behind it."""

    def may_report(self, entity: Entity) -> bool:
        """Whether it may report for this service."""


@dataclass(frozen=True)
class UserReporter:
    """A person or token: an editor of the team that owns the service."""

    user: Any
    hook: HookSender | None = None
    identity: CiIdentity | None = None

    @property
    def name(self) -> str:
        """The user's name."""
        return str(self.user.get_username())

    def may_report(self, entity: Entity) -> bool:
        """By role."""
        return policy.may(self.user, "editor", entity.owner_ref)


@dataclass(frozen=True)
class ScopedReporter:
    """A sender of hooks or a CI job: what its scope covers."""

    scope: HookSender | CiIdentity

    @property
    def name(self) -> str:
        """Kind and name."""
        return f"{'hook' if self.hook else 'ci'}:{self.scope.name}"

    @property
    def hook(self) -> HookSender | None:
        """The sender of hooks, if it is one."""
        return self.scope if isinstance(self.scope, HookSender) else None

    @property
    def identity(self) -> CiIdentity | None:
        """The CI identity, if it is one."""
        return self.scope if isinstance(self.scope, CiIdentity) else None

    def may_report(self, entity: Entity) -> bool:
        """By scope."""
        return self.scope.enabled and self.scope.covers(entity.ref, entity.owner_ref)


def require(reporter: Reporter, entity: Entity) -> None:
    """Raise Refusal (403) unless the reporter may report for the service."""
    if not reporter.may_report(entity):
        remedy = (
            f"Ask an admin to let {reporter.name} report for {entity.name} (Deployments, Senders)."
            if reporter.hook or reporter.identity
            else f"You need the role editor of {entity.owner_name or 'the portal'}. Ask an admin for it."
        )
        raise Refusal(f"{reporter.name} may not report for {entity.ref}.", "service", remedy, status=403)


def seen(scope: HookSender | CiIdentity) -> None:
    """Note that a sender or identity was used, at most once a minute."""
    now = timezone.now()
    if scope.last_used_at is None or scope.last_used_at < now - LAST_USED_EVERY:
        unseen = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_EVERY)
        type(scope)._default_manager.filter(unseen, pk=scope.pk).update(last_used_at=now)
