"""Whatever the order in which events arrive, and however often: the same state comes out."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.forms.models import model_to_dict
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from deployments.intake import accept
from deployments.intake.dialects import READERS
from deployments.intake.record import Clue, Commit, Message, Record
from deployments.intake.settle import NEVER, settled
from deployments.models import Deployment, DeploymentCommit, Incident, IntakeEvent, MergedCommit
from deployments.models.states import DEPLOYMENT_STATES
from services.models import Entity
from tests.deployments.intake.senders import example

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
SHA = "3f786850e387550fdab836ed7e6dc881de23001b"
texts = st.sampled_from(["", "a", "b"])
moments = st.integers(0, 4).map(lambda minute: START + timedelta(minutes=minute))
shares = st.one_of(st.none(), st.sampled_from([10.0, 50.0]))


class Anybody:
    """A reporter that may report for all."""

    name, hook, identity = "anybody", None, None

    def may_report(self, entity: Entity) -> bool:
        return True


def _incident(draw: Callable[..., Any], number: int) -> Record:
    return Record(
        dialect="test", event_id=f"incident-{number}", source="test", kind="incident", occurred_at=draw(moments),
        service=Clue(name="checkout"), external_id="inc", status=draw(st.sampled_from(["open", "resolved"])), title=draw(texts),
        artifact=draw(texts), caused_by=draw(st.sampled_from(["", "one", "two"])),
    )  # fmt: skip


@st.composite
def deployments(draw: Callable[..., Any]) -> list[Record]:
    """Up to six reports of two deployments, an incident and a push, as confused as they may be."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        at = draw(moments)
        found.append(
            Record(
                dialect="test", event_id=str(number), source="test", kind=draw(st.sampled_from(["deploy", "rollback"])), occurred_at=at,
                service=Clue(name="checkout"), external_id=draw(st.sampled_from(["one", "two"])),
                status=draw(st.sampled_from(DEPLOYMENT_STATES)), version=draw(texts), actor=draw(texts), environment=draw(texts),
                weight=draw(shares), started_at=draw(st.one_of(st.none(), moments)), finished_at=draw(st.one_of(st.none(), moments)),
                contained=draw(st.booleans()), artifact=draw(texts), commit=draw(st.sampled_from(["", SHA])),
            )
        )  # fmt: skip
    found += [_incident(draw, number) for number in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()):
        commits = (Commit("0" * 40, draw(moments), SHA), Commit(SHA, draw(moments), SHA))
        found.append(
            Record(
                dialect="test", event_id="push", source="test", kind="change", occurred_at=START, service=Clue(name="checkout"),
                commits=commits,
            )
        )  # fmt: skip
    return found


def state() -> Any:
    """All that intake has written, without keys and the time of arrival."""
    hidden = {"id", "received_at", "deployment", "service"}

    def rows(found: Iterable[Any]) -> list[dict[str, Any]]:
        return [{name: value for name, value in model_to_dict(row).items() if name not in hidden} for row in found]

    return {
        "deployments": rows(Deployment.objects.order_by("source", "external_id")),
        "incidents": rows(Incident.objects.order_by("external_id")),
        "blamed": list(Incident.objects.order_by("external_id").values_list("deployment__external_id", flat=True)),
        "commits": sorted(DeploymentCommit.objects.values_list("deployment__external_id", "sha", "committed_at")),
        "merged": sorted(MergedCommit.objects.values_list("sha", "head", "committed_at")),
        "events": IntakeEvent.objects.count(),
    }


def forget() -> None:
    """An empty intake."""
    for model in (IntakeEvent, Incident, DeploymentCommit, MergedCommit, Deployment):
        model.objects.all().delete()


class Orders(TestCase):
    """On the database of this run: SQLite, or PostgreSQL with DATABASE_URL."""

    def setUp(self) -> None:
        Entity.objects.create(
            kind="component", namespace="default", name="checkout", owner_ref="group:default/payments"
        )

    @given(records=deployments(), data=st.data())
    def test_permutations_and_duplicates_give_the_same_state(self, records: list[Record], data: Any) -> None:
        outcomes = []
        shuffled = data.draw(st.permutations(records + records[: data.draw(st.integers(0, 3))]))
        for order in (records, shuffled):
            forget()
            with time_machine.travel(START + timedelta(hours=1), tick=False):
                for record in order:
                    accept.accept(record, Anybody())
            outcomes.append(state())
        assert outcomes[0] == outcomes[1]


fields = st.fixed_dictionaries(
    {"state": st.sampled_from(DEPLOYMENT_STATES), "version": texts, "weight": shares, "contained": st.booleans()}
)


@given(reports=st.lists(st.tuples(moments, fields), min_size=1, max_size=6), data=st.data())
def test_settling_is_the_same_in_any_order(reports: list[Any], data: Any) -> None:
    def fold(order: list[Any]) -> dict[str, Any]:
        held: dict[str, Any] = {
            "state": "running", "occurred_at": NEVER, "version": "", "weight": None, "contained": False, "stamps": {}
        }  # fmt: skip
        for at, told in order:
            held |= settled(held, told, at)
        return held

    assert fold(reports) == fold(data.draw(st.permutations(reports)))


def test_a_late_older_report_fills_blanks_and_changes_nothing_else() -> None:
    held: dict[str, Any] = {"state": "running", "occurred_at": NEVER, "version": "", "actor": "", "stamps": {}}
    held |= settled(held, {"state": "succeeded", "version": "2"}, START + timedelta(minutes=5))
    held |= settled(held, {"state": "failed", "version": "1", "actor": "mira"}, START)
    assert (held["state"], held["version"], held["actor"]) == ("succeeded", "2", "mira")


@time_machine.travel("2026-11-20T10:01:00Z", tick=False)
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_real_deliveries_in_any_order_end_in_the_last_state(order: Any, send: Callable[..., Any]) -> None:
    names = ("github-deployment", "github-deployment-status-in-progress", "github-deployment-status-success")
    for number in order:
        assert send(example(names[number])).status_code == 202
    row = Deployment.objects.get()
    assert (row.state, row.started_at) == ("succeeded", datetime(2026, 11, 20, 9, 50, tzinfo=UTC))


@time_machine.travel("2026-11-20T10:01:00Z", tick=False)
@pytest.mark.parametrize("first", ["github-push", "github-deployment"])
def test_a_deployment_gets_all_commits_of_its_push_whichever_comes_first(first: str, send: Callable[..., Any]) -> None:
    for name in sorted(("github-push", "github-deployment"), key=lambda name: name != first):
        send(example(name))
    assert Deployment.objects.get().commits.count() == 2


@time_machine.travel("2026-11-20T10:01:00Z", tick=False)
def test_codedeploy_over_sns_and_over_eventbridge_is_one_deployment(send: Callable[..., Any]) -> None:
    body = json.loads(example("sns-codedeploy-succeeded")["body"]["Message"]) | {"deploymentId": "d-6G5JZ2QPC"}
    send(example("sns-codedeploy-succeeded"), Message=json.dumps(body))
    send(example("eventbridge-codedeploy-start"))
    assert Deployment.objects.get().state == "succeeded"


def test_an_incident_is_blamed_on_the_newest_deployment_of_its_artifact(send: Callable[..., Any]) -> None:
    with time_machine.travel("2026-11-20T10:05:00Z", tick=False):
        detected = example("cdevents-incident-detected")
        detected["body"]["context"]["timestamp"] = "2026-11-20T10:04:00Z"
        send(detected)
        assert Incident.objects.get().deployment is None
        send(example("cdevents-service-deployed"))
    assert Incident.objects.get().deployment == Deployment.objects.get()


def test_every_reader_is_pure(catalog: Any, django_assert_num_queries: Any) -> None:
    recorded = example("github-deployment")
    with django_assert_num_queries(0):
        READERS["github"](Message(json.dumps(recorded["body"]).encode(), recorded["headers"]))
