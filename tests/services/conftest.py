"""A small AWS for discovery's tests: families whose answers the test decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from portal.aws.dynamodb import Table
from portal.aws.models import Account
from portal.aws.tagging import TaggedResource
from services.discovery import Description, Family, families

PLACE = ("111111111111", "eu-west-1")


def table(name: str, service: str = "checkout", place: tuple[str, str] = PLACE, **fields: Any) -> Table:
    """A DynamoDB table that carries the tags of a well-kept service."""
    account, region = place
    tags = (
        {"service": service, "team": "payments", "env": "production", "tier": "1", "owner": "p@example.com"}
        if service
        else {}
    )
    values: dict[str, Any] = {
        "billing_mode": "PAY_PER_REQUEST", "read_capacity": 0, "write_capacity": 0, "point_in_time_recovery": True,
        "deletion_protection": False, "encryption": "KMS", "table_class": "STANDARD", "indexes": 0, "replicas": (),
        "streams": False, "tags": tags,
    }  # fmt: skip
    arn = f"arn:aws:dynamodb:{region}:{account}:table/{name}"
    return Table(name=name, arn=arn, account=account, region=region, **(values | fields))


class World:
    """What the fake AWS answers: tables by place, or an error to raise there."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], list[Table]] = {}
        self.errors: dict[tuple[str, str], Exception] = {}
        self.calls: list[tuple[str, str]] = []

    def read(self, account: str, region: str) -> list[Table]:
        """The tables of one place."""
        self.calls.append((account, region))
        if (account, region) in self.errors:
            raise self.errors[account, region]
        return self.tables.get((account, region), [])

    def put(self, *tables: Table) -> None:
        """Make these all that there is."""
        self.tables = {}
        for entry in tables:
            self.tables.setdefault((entry.account, entry.region), []).append(entry)


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two accounts in one region, with DynamoDB only."""
    made = World()
    for account, name in (("111111111111", "production"), ("222222222222", "platform")):
        arn = f"arn:aws:iam::{account}:role/colonnade-read"
        Account.objects.create(account_id=account, name=name, regions=["eu-west-1"], read_role_arn=arn)
    empty: Callable[[str, str], list[Any]] = lambda account, region: []  # noqa: E731
    with ExitStack() as stack:
        for family in families.items():
            silent = Family(
                family.key, family.title, family.fact, empty, family.actions, family.describe, family.always
            )
            stack.enter_context(families.temporarily(silent))
        describe: Callable[[Table], Description] = lambda found: Description("dynamodb-table", "DynamoDB", "key-value")  # noqa: E731
        dynamodb = Family("dynamodb", "DynamoDB tables", "aws.dynamodb", made.read, ("dynamodb:ListTables",), describe)
        stack.enter_context(families.temporarily(dynamodb))
        tagged: Callable[[str, str], list[TaggedResource]] = lambda account, region: []  # noqa: E731
        monkeypatch.setattr("portal.aws.tagging.resources", tagged)
        yield made
