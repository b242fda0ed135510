"""Where a fixture stands: one account and region of an empty embedded AWS, and a service of its own in the catalog."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import time_machine
import yaml

from portal.sandbox.seeding.aws import Place
from portal.sandbox.state import State
from services.ingest import ingest
from services.models import Entity

TEAM, OWNER = "payments", "payments@example.com"
ACCOUNT, BARE = "111111111111", "222222222222"
"""The account of nearly all fixtures, and one in which nobody has set anything up."""
REGION = "eu-west-1"


@dataclass(frozen=True)
class Network:
    """A VPC whose three subnets give no public address, and the default subnets of the region, which do."""

    vpc: str
    group: str
    private: tuple[str, ...]
    public: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """Hands a fixture what it needs. `clock` is the one clock of portal and embedded AWS; `state` is the latter's inside."""

    name: str
    place: Place
    network: Network
    clock: time_machine.Traveller
    state: State

    def client(self, service: str) -> Any:
        """A boto3 client of the account and region."""
        return self.place.client(service)

    def within(self, account: str) -> Stage:
        """The same stage in another account, which has no network of ours."""
        return replace(self, place=Place(self.place.aws, account, self.place.region))

    @property
    def tags(self) -> dict[str, str]:
        """The tags of a resource of this service that is kept well."""
        return {"service": self.name, "team": TEAM, "env": "production", "owner": OWNER, "CostCenter": "4711"}

    def listed(self, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
        """The tags as a list of pairs, which some services spell with small letters."""
        return [{key: name, value: text} for name, text in self.tags.items()]

    @property
    def service(self) -> Entity:
        """The service in the catalog, once a descriptor or discovery has made it."""
        return Entity.objects.get(kind="component", name=self.name)

    def describe(self, *more: dict[str, Any], metadata: dict[str, Any] | None = None, **spec: Any) -> None:
        """Import a descriptor of the service, and of `more` entities, as if somebody had committed the file."""
        said = {"type": "service", "lifecycle": "production", "owner": TEAM, **spec}
        kept = {key: value for key, value in said.items() if value is not None}
        mine = entity("Component", self.name, kept, **(metadata or {}))
        outcome = ingest(yaml.safe_dump_all([mine, *more]).encode(), f"{self.name}/catalog-info.yaml")
        assert not outcome.errors, [(row.field, row.reason) for row in outcome.errors]


def entity(kind: str, name: str, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """A descriptor as it stands in a file."""
    return {
        "apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec,
    }  # fmt: skip
