"""Reading: accounts × regions × families, where one refusal never stops the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from portal.aws import tagging
from portal.aws.accounts import AccountInfo, accounts
from portal.aws.errors import AwsDenied, AwsError, AwsThrottled, AwsUnavailable, AwsUnsupported
from portal.aws.resource import AwsResource
from services.discovery import Description, Family, families
from services.discovery.grouping import service_of

SETTLED = frozenset({"ok", "unsupported"})
log = logging.getLogger(__name__)
TAGS = Family("tags", "Tagged resources", "aws.tags", lambda account, region: (), ("tag:GetResources",))


@dataclass(frozen=True)
class Scope:
    """One account in one region."""

    account: AccountInfo
    region: str


@dataclass(frozen=True)
class Reading:
    """How one family went in one scope. `state`: ok, denied, throttled, unsupported, unavailable or failed."""

    scope: Scope
    family: Family
    state: str
    found: int = 0
    error: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Found:
    """A resource with the service it belongs to ("" for none) and all its tags."""

    family: Family
    resource: AwsResource
    service: str
    tags: Mapping[str, str]

    @property
    def said(self) -> Description:
        """What its family says of it; an empty description where no entity is made of this family."""
        return self.family.describe(self.resource) if self.family.describe else Description("", "")


@dataclass
class Inventory:
    """All that one pass saw."""

    found: list[Found] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every family that is offered could be read everywhere."""
        return all(reading.state in SETTLED for reading in self.readings)

    @property
    def untagged(self) -> set[tuple[str, str]]:
        """(account, region) pairs without tags: nobody can say there which service a resource belongs to."""
        return self._places(TAGS.fact)

    def hidden(self, account: str, region: str, family: str = "") -> bool:
        """Whether this family, or any family where none is named, could not be seen in this place."""
        return (account, region) in self.untagged or any(
            (reading.scope.account.account_id, reading.scope.region) == (account, region)
            and family in ("", reading.family.key)
            and reading.state not in SETTLED
            for reading in self.readings
        )

    def failed(self, fact: str) -> set[tuple[str, str]]:
        """(account, region) pairs in which a family behind `fact`, or the tags, could not be read."""
        return self._places(fact) | self.untagged

    def _places(self, fact: str) -> set[tuple[str, str]]:
        return {
            (reading.scope.account.account_id, reading.scope.region)
            for reading in self.readings
            if reading.family.fact == fact and reading.state not in SETTLED
        }


Progress = Callable[[int, int, str], None]


def read_everything(progress: Progress) -> Inventory:
    """Ask AWS for everything that the families name. `progress(done, total, text)` may raise to stop the pass."""
    inventory = Inventory()
    scopes = [Scope(account, region) for account in accounts() for region in account.regions]
    tags = {scope: _tags(scope, inventory) for scope in scopes}
    total = sum(len(known) for known in tags.values())
    for scope in scopes:
        for family in families.items():
            _read(scope, family, tags[scope], inventory)
            done = len(inventory.found)
            total = max(total, done)
            progress(done, total, f"{scope.account.name}: {done} of {total} resources")
    return inventory


def _tags(scope: Scope, inventory: Inventory) -> dict[str, Mapping[str, str]]:
    known: dict[str, Mapping[str, str]] = {}

    def ask(account: str, region: str) -> Sequence[AwsResource]:
        known.update({row.arn: row.tags for row in tagging.resources(account, region)})
        return ()

    reading, _ = _attempt(scope, TAGS, ask)
    inventory.readings.append(_counted(reading, len(known)))
    return known


def _read(scope: Scope, family: Family, tags: Mapping[str, Mapping[str, str]], inventory: Inventory) -> None:
    reading, resources = _attempt(scope, family, family.read)
    inventory.readings.append(_counted(reading, len(resources)))
    for resource in resources:
        merged = {**tags.get(resource.arn, {}), **resource.tags}
        inventory.found.append(Found(family, resource, service_of(merged), merged))


def _counted(reading: Reading, found: int) -> Reading:
    return Reading(reading.scope, reading.family, reading.state, found, reading.error, reading.remedy)


def _attempt(
    scope: Scope, family: Family, read: Callable[[str, str], Sequence[AwsResource]]
) -> tuple[Reading, Sequence[AwsResource]]:
    try:
        return Reading(scope, family, "ok"), read(scope.account.account_id, scope.region)
    except AwsError as error:
        state, remedy = _remedy(error, scope, family)
        return Reading(scope, family, state, error=str(error)[:500], remedy=remedy), ()
    except Exception as error:  # an answer of an unexpected shape must not hide the other families
        log.exception("discovery of %s in %s %s", family.key, scope.account.name, scope.region)
        text = f"{type(error).__name__}: {error}"[:500]
        return Reading(scope, family, "failed", error=text, remedy="See the worker's log and report it."), ()


def _remedy(error: AwsError, scope: Scope, family: Family) -> tuple[str, str]:
    if isinstance(error, AwsDenied):
        actions = ", ".join(family.actions)
        return (
            "denied",
            f"Allow {actions} to the read role of account {scope.account.name} ({scope.account.account_id}).",
        )
    if isinstance(error, AwsThrottled):
        return "throttled", "AWS asked to slow down. The next run tries again; run discovery less often if it stays."
    if isinstance(error, AwsUnsupported):
        return "unsupported", f"{family.title} are not offered in {scope.region} by this endpoint. Nothing to do."
    if isinstance(error, AwsUnavailable):
        return "unavailable", "AWS could not be reached. Check the network and the endpoint; the next run tries again."
    return "failed", "Read the error; the next run tries again."
