"""Fixtures of every test: the people, a service, the embedded AWS, clients; and what this machine cannot run.

The people: mira operates payments, jon operates search, ana edits logistics, vera only looks, admin may do all.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings as hypothesis_settings

from scripts import machine

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from rest_framework.test import APIClient

    from portal.sandbox.server import Sandbox
    from services.models import Entity

ACCOUNTS = {"111111111111": "production", "222222222222": "platform"}
REGIONS = ["eu-west-1", "us-east-1"]
ROLES = ("read", "rollout", "chaos", "review")
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}

# Timing on a shared machine says nothing about a property, hence no deadline.
hypothesis_settings.register_profile("quick", deadline=None, max_examples=60, derandomize=True)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=1000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure() -> None:
    """Cheap password hashes: sign-in is not what most tests are about."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what the machine lacks, or fail it when REQUIRE names the missing part."""
    for name, sentence in machine.missing().items():
        if item.get_closest_marker(name) is None:
            continue
        if name in machine.required():
            pytest.fail(f"REQUIRE names {name}, but this machine cannot run {sentence}.", pytrace=False)
        pytest.skip(f"this machine cannot run {sentence}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say in plain words which tests could not be run here."""
    skipped = terminalreporter.stats.get("skipped", [])
    for sentence in machine.missing().values():
        if any(sentence in str(report.longrepr) for report in skipped):
            terminalreporter.write_line(f"Not run here: {sentence}.", yellow=True)


@pytest.fixture
def person(db: None, django_user_model: type[User]) -> Callable[..., User]:
    """Make a user: person("mira", role="operator", team="payments"); without a team the role holds everywhere."""
    from portal.access.models import Grant

    def make(username: str, role: str = "", team: str = "") -> User:
        user, _ = django_user_model.objects.get_or_create(username=username)
        user.set_password("colonnade")
        user.save()
        if role:
            team_ref = f"group:default/{team}" if team else ""
            Grant.objects.update_or_create(user=user, team_ref=team_ref, defaults={"role": role})
        return user

    return make


@pytest.fixture
def mira(person: Callable[..., User]) -> User:
    """Operator of payments."""
    return person("mira", "operator", "payments")


@pytest.fixture
def jon(person: Callable[..., User]) -> User:
    """Operator of search."""
    return person("jon", "operator", "search")


@pytest.fixture
def ana(person: Callable[..., User]) -> User:
    """Editor of logistics."""
    return person("ana", "editor", "logistics")


@pytest.fixture
def vera(person: Callable[..., User]) -> User:
    """Viewer of everything, no more."""
    return person("vera")


@pytest.fixture
def admin(person: Callable[..., User]) -> User:
    """Admin of everything."""
    return person("admin", "admin")


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """A REST client that acts for a user; anonymous without one."""
    from rest_framework.test import APIClient

    def make(user: User | None = None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_authenticate(user)
        return client

    return make


@pytest.fixture
def browse() -> Callable[..., Client]:
    """A browser-like client that is signed in as a user; anonymous without one."""
    from django.test import Client

    def make(user: User | None = None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return make


@pytest.fixture
def service(db: None) -> Callable[..., Entity]:
    """Make a service of the catalog: service("checkout", team="payments", tier=1)."""
    from services.models import Entity

    def make(name: str = "checkout", *, team: str = "payments", system: str = "payments", **fields: Any) -> Entity:
        defaults: dict[str, Any] = {
            "title": name.replace("-", " ").capitalize(),
            "owner_ref": f"group:default/{team}",
            "system_ref": f"system:default/{system}",
            "type": "service",
            "lifecycle": "production",
            "source": "test",
        }
        written = {key: fields.pop(key) for key in ("tags", "links", "annotations") if key in fields}
        data = {"metadata": {"name": name, **written}} if written else {}
        return Entity.objects.create(kind="component", namespace="default", name=name, data=data, **(defaults | fields))

    return make


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[Sandbox]:
    """One embedded AWS for all tests of this process. Use the fixture `aws`, which empties it first."""
    from portal.sandbox.server import start_thread

    sandbox = start_thread()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def aws(
    sandbox_server: Sandbox, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Sandbox:
    """An empty embedded AWS that every client of this process talks to; in database tests also its two accounts."""
    from portal.aws import session

    sandbox_server.reset()
    for name, value in {
        "AWS_ENDPOINT_URL": sandbox_server.url,
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_DEFAULT_REGION": REGIONS[0],
    }.items():
        monkeypatch.setenv(name, value)
    settings.AWS_ENDPOINT_URL = sandbox_server.url
    session.forget()
    if DATABASE_FIXTURES & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        make_accounts()
    return sandbox_server


def make_accounts() -> None:
    """The two accounts of the demo organisation."""
    from portal.aws.models import Account

    for account_id, name in ACCOUNTS.items():
        roles = {f"{role}_role_arn": f"arn:aws:iam::{account_id}:role/colonnade-{role}" for role in ROLES}
        Account.objects.get_or_create(account_id=account_id, defaults={"name": name, "regions": REGIONS, **roles})


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """DATABASE_URL of a fresh, empty PostgreSQL database, dropped afterwards. Mark the test with `postgres`."""
    with postgres_database() as url:
        yield url


@contextmanager
def postgres_database() -> Iterator[str]:
    """DATABASE_URL of a fresh, empty PostgreSQL database for the time of the block."""
    import psycopg

    name = f"colonnade_test_{secrets.token_hex(4)}"
    with psycopg.connect(machine.POSTGRES_URL, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield f"{machine.POSTGRES_URL.rpartition('/')[0]}/{name}"
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def redis_url() -> Iterator[str]:
    """REDIS_URL of an empty database of the Redis server, emptied afterwards. Mark the test with `redis`."""
    import redis

    number = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
    url = f"{machine.REDIS_URL.rstrip('/')}/{number}"
    with redis.Redis.from_url(url) as server:
        server.flushdb()
        yield url
        server.flushdb()
