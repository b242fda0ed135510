"""Services that events are about, senders, and a client that sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from services.models import Entity, SearchKey
from tests.deployments.intake.senders import certificate, make_sender, post, signed, sns_body


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    """Throttles count in the cache, under keys that come again with each test."""
    cache.clear()


@pytest.fixture
def catalog(service: Callable[..., Entity]) -> dict[str, Entity]:
    """checkout of payments at GitHub, ledger of payments at GitLab, products of search elsewhere."""
    slugs = {"checkout": "github.com/project-slug", "ledger": "gitlab.com/project-slug"}
    found = {"products": service("products", team="search")}
    for name, key in slugs.items():
        found[name] = service(name, annotations={key: f"example/{name}"})
        SearchKey.objects.create(entity=found[name], key=f"metadata.annotations.{key}", value=f"example/{name}")
    return found


@pytest.fixture
def send(catalog: dict[str, Entity], admin: Any, mira: Any) -> Callable[..., Any]:
    """Send an example through its door, signed as its sender would: send(example, **changes of the body)."""
    from portal.access import tokens

    secrets: dict[str, str] = {}

    def sent(example: dict[str, Any], **changes: Any) -> Any:
        door, headers = example["door"], dict(example["headers"])
        body = example["body"] if isinstance(example["body"], list) else {**example["body"], **changes}
        raw = json.dumps(body).encode()
        if door == "events":
            secrets.setdefault(door, "") or secrets.update({door: tokens.issue(mira, "operator")})
            headers["authorization"] = f"Bearer {secrets[door]}"
        else:
            if door not in secrets:
                secrets[door] = make_sender(admin, door, "key" if door == "gitlab" else "")[1]
            if door == "sns":
                certificate()
                raw = sns_body(body)
            headers |= signed(door, secrets[door], raw)
        return post(Client(), door, raw, headers)

    return sent


@pytest.fixture
def github(catalog: dict[str, Entity], admin: Any) -> tuple[Any, str]:
    """A sender of GitHub that may report for all, and its secret."""
    return make_sender(admin, "github")
