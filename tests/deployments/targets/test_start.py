"""A rollout starts on any kind of target, from the form and over REST, and takes only what the kind takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from deployments.models import Rollout
from deployments.targets.contract import targets
from services import facts
from services.models import Entity

from .worlds import KINDS, World

pytestmark = pytest.mark.django_db
ROLLOUTS, NEW = "/api/v1/deployments/rollouts/", "/deployments/rollouts/new/?service=checkout"


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, world_of: Callable[[str], World]) -> World:
    return world_of(request.param)


@pytest.fixture
def entity(world: World, service: Callable[..., Entity]) -> Entity:
    made = service("checkout")
    for key, items in world.facts.items():
        facts.publish(made, key, {"items": items, "count": len(items)}, source="test")
    return made


def body(world: World) -> dict[str, str]:
    named = {field.name: str(world.target[field.name]) for field in world.kind.fields}
    return {"version": "2026.11.3", "plan": "standard canary", "canary": world.target["canary"], **named}


def test_a_pipeline_starts_one_over_rest(world: World, entity: Entity, mira: Any, api: Callable[..., Any]) -> None:
    sent = {**body(world), "service": "checkout", "kind": world.kind.key}
    reply = api(mira).post(ROLLOUTS, sent, format="json")
    assert reply.status_code == 201, reply.json()
    assert Rollout.objects.get().target.items() >= {"kind": world.kind.key, "canary": world.target["canary"]}.items()


def test_the_form_offers_what_discovery_found(
    world: World, entity: Entity, mira: Any, browse: Callable[..., Any]
) -> None:
    client, where = browse(mira), f"{NEW}&kind={world.kind.key}"
    page = client.get(where).content.decode()
    for kind in targets.items():
        assert f"kind={kind.key}" in page
    for field in (*world.kind.fields, world.kind.canary):
        assert f'name="{field.name}"' in page
    reply = client.post(where, body(world))
    assert reply.status_code == 302, reply.content.decode()
    assert Rollout.objects.get().target["kind"] == world.kind.key


def test_a_key_of_another_kind_is_refused_by_name(
    world: World, entity: Entity, mira: Any, api: Callable[..., Any]
) -> None:
    foreign = "listener" if world.kind.key == "lambda-alias" else "alias"
    sent = {**body(world), "service": "checkout", "kind": world.kind.key, foreign: "live", "colour": "green"}
    reply = api(mira).post(ROLLOUTS, sent, format="json")
    assert reply.status_code == 400
    assert "colour" in str(reply.json())
    del sent["colour"]
    reply = api(mira).post(ROLLOUTS, sent, format="json")
    assert reply.status_code == 400
    assert foreign in str(reply.json())
    assert not Rollout.objects.exists()


@pytest.mark.parametrize("canary", ["", " ", None, ["2"], {"a": 1}, "\x00", "a b\nc"])
def test_a_version_that_is_none_is_refused(
    canary: Any, world: World, entity: Entity, mira: Any, api: Callable[..., Any], browse: Callable[..., Any]
) -> None:
    sent = {**body(world), "service": "checkout", "kind": world.kind.key, "canary": canary}
    assert api(mira).post(ROLLOUTS, sent, format="json").status_code in (400, 409)
    if isinstance(canary, str):
        assert browse(mira).post(f"{NEW}&kind={world.kind.key}", {**body(world), "canary": canary}).status_code == 422
    assert not Rollout.objects.exists()


def test_an_unknown_kind_names_the_known_ones(service: Callable[..., Any], mira: Any, api: Callable[..., Any]) -> None:
    service("checkout")
    sent = {"service": "checkout", "version": "1", "canary": "2", "plan": "standard canary", "kind": "fax"}
    reply = api(mira).post(ROLLOUTS, sent, format="json")
    assert reply.status_code == 400
    assert "elbv2-weights" in str(reply.json())


def test_no_key_of_a_kind_is_one_of_the_rollout_itself() -> None:
    own = {"service", "version", "previous_version", "plan", "kind", "by", "entity"}
    assert not own & {field.name for kind in targets.items() for field in kind.fields}
