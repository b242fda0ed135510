"""Reading: accounts × regions × families, where one refusal never stops the rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from portal.aws import tagging
from portal.aws.accounts import AccountInfo, accounts
from portal.aws.errors import AwsDenied, AwsError, AwsThrottled, AwsUnavailable, AwsUnsupported
from portal.aws.gaps import collecting
from portal.aws.resource import AwsResource
from services.discovery import Description, Family, counted, families
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
    """How one family went in one scope. `state`: ok, partial, denied, throttled, unsupported, unavailable or failed.

    `partial`: all resources were seen, but a detail of them was refused and is unknown now.
    """

    scope: Scope
    family: Family
    state: str
    found: int = 0
    error: str = ""
    remedy: str = ""

    @property
    def seen(self) -> bool:
        """Whether the resources themselves could be seen, or cannot be there."""
        return self.state in SETTLED or self.state == "partial"


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
    shared: list[Found] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)

    @property
    def resources(self) -> list[Found]:
        """What was found, each resource once."""
        return [found for found in self.found if not found.family.beside]

    @property
    def complete(self) -> bool:
        """Whether every family that is offered could be seen everywhere."""
        return all(reading.seen for reading in self.readings)

    @property
    def untagged(self) -> set[tuple[str, str]]:
        """(account, region) pairs without tags: nobody can say there which service a resource belongs to."""
        return self._places(TAGS.fact)

    def hidden(self, account: str, region: str, family: str = "") -> bool:
        """Whether this family, or any family where none is named, could not be seen in this place."""
        return (account, region) in self.untagged or any(
            (reading.scope.account.account_id, reading.scope.region) == (account, region)
            and family in ("", reading.family.key)
            and not reading.seen
            for reading in self.readings
        )

    def failed(self, fact: str) -> set[tuple[str, str]]:
        """(account, region) pairs in which a family behind `fact`, or the tags, could not be read."""
        return self._places(fact) | self.untagged

    def _places(self, fact: str) -> set[tuple[str, str]]:
        return {
            (reading.scope.account.account_id, reading.scope.region)
            for reading in self.readings
            if reading.family.fact == fact and not reading.seen
        }


Progress = Callable[[int, int, str], None]
Assignments = Mapping[tuple[str, str, str], str]


def read_everything(progress: Progress, adopted: Assignments | None = None) -> Inventory:
    """Ask AWS for everything that the families name. `progress(done, total, text)` may raise to stop the pass.

    `adopted` gives services by (account, region, ARN); it goes before any tag. Progress counts reads.
    """
    inventory, wanted = Inventory(), families.items()
    scopes = [Scope(account, region) for account in accounts() for region in account.regions]
    total = len(scopes) * (len(wanted) + 1)
    for scope in scopes:
        progress(len(inventory.readings), total, _place(scope, TAGS, inventory))
        tags = _tags(scope, inventory)
        for family in wanted:
            progress(len(inventory.readings), total, _place(scope, family, inventory))
            _read(scope, family, tags, adopted or {}, inventory)
    progress(total, total, f"{counted(len(inventory.resources), 'resource')} found")
    return inventory


def _place(scope: Scope, family: Family, inventory: Inventory) -> str:
    return f"{scope.account.name}, {scope.region}: {family.title} ({len(inventory.resources)} resources so far)"


def _tags(scope: Scope, inventory: Inventory) -> dict[str, Mapping[str, str]]:
    known: dict[str, Mapping[str, str]] = {}

    def ask(account: str, region: str) -> Sequence[AwsResource]:
        known.update({row.arn: row.tags for row in tagging.resources(account, region)})
        return ()

    reading, _ = _attempt(scope, TAGS, ask)
    inventory.readings.append(_counted(reading, len(known)))
    return known


def _read(
    scope: Scope, family: Family, tags: Mapping[str, Mapping[str, str]], adopted: Assignments, inventory: Inventory
) -> None:
    reading, resources = _attempt(scope, family, family.read)
    inventory.readings.append(_counted(reading, len(resources)))
    keys, stacks = settings.DISCOVERY_SERVICE_TAGS, settings.DISCOVERY_STACKS
    kept = inventory.shared if family.shared else inventory.found
    for resource in resources:
        merged = {**tags.get(resource.arn, {}), **resource.tags}
        given = adopted.get((resource.account, resource.region, resource.arn), "")
        kept.append(Found(family, resource, given or service_of(merged, keys, stacks=stacks), merged))


def _counted(reading: Reading, found: int) -> Reading:
    return Reading(reading.scope, reading.family, reading.state, found, reading.error, reading.remedy)


def _attempt(
    scope: Scope, family: Family, read: Callable[[str, str], Sequence[AwsResource]]
) -> tuple[Reading, Sequence[AwsResource]]:
    try:
        with collecting() as gaps:
            resources = read(scope.account.account_id, scope.region)
        return _partial(gaps, scope, family), resources
    except AwsError as error:
        state, remedy = _remedy(error, scope, family)
        return Reading(scope, family, state, error=str(error)[:500], remedy=remedy), ()
    except Exception as error:  # an answer of an unexpected shape must not hide the other families
        log.exception("discovery of %s in %s %s", family.key, scope.account.name, scope.region)
        text = f"{type(error).__name__}: {error}"[:500]
        return Reading(scope, family, "failed", error=text, remedy="See the worker's log and report it."), ()


def _partial(gaps: Sequence[AwsError], scope: Scope, family: Family) -> Reading:
    """The reading of a family whose resources were seen; details that were refused are named."""
    refused = [gap for gap in gaps if isinstance(gap, AwsDenied)]
    if not refused:
        return Reading(scope, family, "ok")
    actions = ", ".join(sorted({gap.action for gap in refused}))
    text = f"What {actions} would say is unknown. {refused[0]}"
    return Reading(scope, family, "partial", error=text[:500], remedy=_allow(actions, scope))


def _allow(actions: str, scope: Scope) -> str:
    return f"Allow {actions} to the read role of account {scope.account.name} ({scope.account.account_id})."


def _remedy(error: AwsError, scope: Scope, family: Family) -> tuple[str, str]:
    if isinstance(error, AwsDenied):
        if ":" not in error.action:
            return "denied", f"Check the read role of account {scope.account.name} and its trust: {error.remedy}"[:500]
        rest = ", ".join(action for action in family.actions if action != error.action)
        more = f" {family.title} are also read with {rest}." if rest else ""
        return "denied", f"{_allow(error.action, scope)}{more}"[:500]
    if isinstance(error, AwsThrottled):
        return "throttled", "AWS asked to slow down. The next run tries again; run discovery less often if it stays."
    if isinstance(error, AwsUnsupported):
        return "unsupported", f"{family.title} are not offered in {scope.region} by this endpoint. Nothing to do."
    if isinstance(error, AwsUnavailable):
        return "unavailable", "AWS could not be reached. Check the network and the endpoint; the next run tries again."
    return "failed", "Read the error; the next run tries again."
