"""A rollout that goes through two regions, and comes back from both."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from deployments.engine.plan.reading import PlanError
from deployments.engine.plan.segments import parse
from deployments.models import Rollout, RolloutPlan
from deployments.rollouts import control
from deployments.rollouts.start import CannotStart, start
from portal.aws import session
from services import facts
from services.models import Entity
from tests.deployments.conftest import ACCOUNT, REGION, Alias, age, counts, ring

FURTHER = "us-east-1"
TWO_REGIONS = {
    "period": 10,
    "segments": [
        {"name": "Canary", "weight": 5, "bake_seconds": 30, "minimum_requests": 100},
        {"name": REGION, "weight": 100, "bake_seconds": 30, "minimum_requests": 100},
        {"name": FURTHER, "weight": 100, "bake_seconds": 30, "minimum_requests": 100, "place": {"region": FURTHER}},
    ],
}
GOOD = {"canary": (100, 1), "baseline": (1900, 19)}


def further_alias() -> Any:
    """The same function in the further region, where the versions have other numbers: 1 is live, 3 is new."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam = session.client(ACCOUNT, FURTHER, "iam", role="rollout")
    role = iam.create_role(RoleName="checkout-us", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    client = session.client(ACCOUNT, FURTHER, "lambda", role="rollout")
    code = {"FunctionName": "checkout", "Runtime": "python3.13", "Handler": "a.b", "Role": role, "Publish": True}
    client.create_function(Code={"ZipFile": b"1"}, **code)
    for number in (b"2", b"3"):
        client.update_function_code(FunctionName="checkout", ZipFile=number, Publish=True)
    client.create_alias(FunctionName="checkout", Name="live", FunctionVersion="1")
    return client


@pytest.fixture
def checkout(service: Callable[..., Entity]) -> Entity:
    """The service with its function discovered in both regions."""
    entity = service("checkout")
    items = [{"name": "checkout", "account": ACCOUNT, "region": region} for region in (REGION, FURTHER)]
    facts.publish(entity, "aws.lambda", {"items": items}, source="test")
    return entity


@pytest.fixture
def rollout(alias: Alias, checkout: Entity) -> Rollout:
    """Planned: 5 % and 100 % in the first region, then 100 % in the second."""
    plan = RolloutPlan.objects.create(name="two regions", definition=TWO_REGIONS)
    return start(
        checkout, plan, version="2026.11.3", canary="2", canaries={FURTHER: "3"}, region=REGION, by="mira"
    )  # fmt: skip


def test_a_pipeline_names_the_version_of_each_region_over_rest(
    alias: Alias, checkout: Entity, mira: Any, api: Any
) -> None:
    RolloutPlan.objects.create(name="two regions", definition=TWO_REGIONS)
    body = {"service": "checkout", "plan": "two regions", "version": "3", "canary": "2", "region": REGION}
    refused = api(mira).post("/api/v1/deployments/rollouts/", {**body, "canaries": {FURTHER: "x"}}, format="json")
    assert (refused.status_code, FURTHER in str(refused.json())) == (400, True)
    made = api(mira).post("/api/v1/deployments/rollouts/", {**body, "canaries": {FURTHER: "3"}}, format="json")
    assert made.status_code == 201, made.json()
    assert Rollout.objects.get().segments.get(order=2).place["canary"] == "3"


def live(client: Any) -> str:
    return str(client.get_alias(FunctionName="checkout", Name="live")["FunctionVersion"])


def to_the_second_region(rollout: Rollout) -> None:
    for _ in range(8):
        ring(rollout)
        if rollout.segment_index == 2:
            return
        counts(**GOOD)
        age(rollout, 60)
    pytest.fail(f"stuck at segment {rollout.segment_index}: {rollout.paused_reason or rollout.reason}")


def test_the_second_region_follows_the_first_with_its_own_version(alias: Alias, rollout: Rollout, mira: Any) -> None:
    client = further_alias()
    to_the_second_region(rollout)
    ring(rollout)
    assert (alias.traffic, live(client)) == (("2", {}), "3")
    control.promote(rollout, mira, "no traffic at night")
    ring(rollout)
    assert (rollout.state, live(client)) == ("succeeded", "3")


def test_a_failure_in_the_second_region_takes_back_the_first_as_well(alias: Alias, rollout: Rollout, mira: Any) -> None:
    client = further_alias()
    to_the_second_region(rollout)
    ring(rollout)
    control.abort(rollout, mira, "complaints from overseas")
    ring(rollout)
    ring(rollout)
    assert (rollout.state, alias.traffic, live(client)) == ("rolled_back", ("1", {}), "1")
    proof = rollout.steps.first().text
    assert proof.count("serves") == 2


def test_a_region_where_the_version_is_live_already_rules_the_rollout_out(alias: Alias, rollout: Rollout) -> None:
    client = further_alias()
    client.update_alias(FunctionName="checkout", Name="live", FunctionVersion="3")
    ring(rollout)
    assert (rollout.state, alias.writes) == ("failed", [])
    assert "already serves" in rollout.reason


def test_a_place_that_discovery_does_not_know_is_refused_before_anything_starts(
    alias: Alias, service: Callable[..., Entity]
) -> None:
    entity = service("checkout")
    facts.publish(
        entity, "aws.lambda", {"items": [{"name": "checkout", "account": ACCOUNT, "region": REGION}]}, source="test"
    )
    plan = RolloutPlan.objects.create(name="two regions", definition=TWO_REGIONS)
    with pytest.raises(CannotStart, match="no Lambda function"):
        start(entity, plan, version="3", canary="2", by="mira")
    assert not Rollout.objects.exists()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"place": {"region": ""}}, "1 to 300"),
        ({"place": "us-east-1"}, "object of texts"),
        ({"place": {"region": 3}}, "object of texts"),
        ({"weight": 50, "place": {"region": "us-east-1"}}, "each place"),
        ({"kind": "zone"}, "names its zone"),
        ({"timeout_seconds": 1}, "timeout_seconds"),
    ],
)
def test_a_place_that_makes_no_sense_is_refused_in_words(changed: dict[str, Any], says: str) -> None:
    segments = [{"name": "Here", "weight": 100}, {"name": "There", "weight": 100, **changed}]
    with pytest.raises(PlanError, match=says):
        parse({"segments": segments})


@pytest.mark.parametrize(
    ("definition", "weights"),
    [
        ({"strategy": "all_at_once"}, [100]),
        ({"strategy": "blue_green", "bake_seconds": 900}, [100]),
        ({"strategy": "linear", "step": 40}, [40, 80, 100]),
        ({"strategy": "rolling", "step": 25}, [25, 50, 75, 100]),
        ({"strategy": "canary", "canary_percent": 2}, [2, 100]),
    ],
)
def test_a_strategy_without_segments_means_its_usual_ones(definition: dict[str, Any], weights: list[int]) -> None:
    assert [segment.weight for segment in parse(definition).segments] == weights


@pytest.mark.parametrize(
    "definition",
    [{"strategy": "linear"}, {"step": 20, "segments": [{"name": "All"}]}, {"strategy": "linear", "step": 0}],
)
def test_a_strategy_that_says_too_little_or_too_much_is_refused(definition: dict[str, Any]) -> None:
    with pytest.raises(PlanError):
        parse(definition)


def test_a_hundred_due_rollouts_are_rung_for_once_each(
    service: Callable[..., Entity], monkeypatch: pytest.MonkeyPatch
) -> None:
    from deployments import advance
    from deployments.rollouts.start import plan_rollout
    from tests.deployments.conftest import PLAN, TARGET

    rung: list[int] = []
    monkeypatch.setattr("portal.jobs.doorbell.tell", lambda task, pk, **_: rung.append(pk) or True)
    plan = RolloutPlan.objects.create(name="many", definition=PLAN)
    made = [plan_rollout(service(f"s{n}"), plan, dict(TARGET), version="2", by="mira").pk for n in range(10)]
    assert advance.ring(made) == 10
    assert advance.ring(made) == 0
    assert advance.ring(made, timezone.now() + timedelta(seconds=21)) == 10
    assert sorted(rung) == sorted(made * 2)
