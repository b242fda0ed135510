"""A sandbox for these tests, boto3 clients by account and region, and a wall clock that moves when told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config

from portal.sandbox.server import Sandbox

PRODUCTION = "111111111111"
PLATFORM = "222222222222"

Clients = Callable[..., Any]


class Wall:
    """A clock that stands still until `move(seconds)`."""

    def __init__(self) -> None:
        self.at = 1_795_000_000.0

    def __call__(self) -> float:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def sandbox(sandbox_server: Sandbox) -> Sandbox:
    """An empty AWS."""
    sandbox_server.reset()
    return sandbox_server


@pytest.fixture
def wall(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Wall:
    """The sandbox's time."""
    clock = Wall()
    monkeypatch.setattr(sandbox.state, "wall", clock)
    return clock


@pytest.fixture
def client(sandbox: Sandbox) -> Clients:
    """client("lambda", "eu-west-1", account="111111111111"): boto3 without retries, acting in an account."""
    made: dict[tuple[str, str, str], Any] = {}

    def make(service: str, region: str = "eu-west-1", account: str = PRODUCTION) -> Any:
        key = (service, region, account)
        if key not in made:
            config = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20)
            made[key] = boto3.client(
                service,
                region_name=region,
                endpoint_url=sandbox.url,
                config=config,
                aws_access_key_id="SANDBOXTESTINGKEY000",
                aws_secret_access_key="-",
            )
            made[key].meta.events.register(
                "before-sign", lambda request, **_: request.headers.add_header("x-moto-account-id", account)
            )
        return made[key]

    return make
