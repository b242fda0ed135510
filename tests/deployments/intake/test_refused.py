"""What was refused stands in a log with its reason, and can be taken once the reason is gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from deployments.intake.senders import manage
from deployments.models import Deployment, RefusedEvent
from portal.access.models import AuditEvent
from tests.deployments.intake.senders import example, make_sender, post, signed


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel("2026-11-20T10:01:00Z", tick=False):
        yield


@pytest.fixture
def unknown(send: Callable[..., Any]) -> RefusedEvent:
    """A deployment of a repository that the catalog does not know yet."""
    recorded = example("github-deployment")
    recorded["body"]["repository"] |= {"full_name": "example/wallet"}
    assert send(recorded).status_code == 422
    return RefusedEvent.objects.get()


def appear(service: Callable[..., Any], team: str = "payments") -> Any:
    """The service comes into the catalog."""
    from services.models import SearchKey

    entity = service("wallet", team=team)
    SearchKey.objects.create(entity=entity, key="metadata.annotations.github.com/project-slug", value="example/wallet")
    return entity


def test_the_reason_the_field_and_the_remedy_are_kept_but_no_secret(unknown: RefusedEvent) -> None:
    assert "example/wallet" in unknown.reason
    assert (unknown.field, unknown.state, unknown.sender) == ("service", "open", "hook:github-main")
    assert "X-Hub".lower() not in json.dumps(unknown.headers)
    assert unknown.headers["x-github-event"] == "deployment"


def test_the_same_event_again_raises_the_count_and_adds_no_row(unknown: RefusedEvent, send: Callable[..., Any]) -> None:
    recorded = example("github-deployment")
    recorded["body"]["repository"] |= {"full_name": "example/wallet"}
    send(recorded)
    assert RefusedEvent.objects.get().times == 2


def test_it_is_taken_when_it_is_replayed_after_the_service_exists(
    unknown: RefusedEvent, service: Any, mira: Any, api: Any
) -> None:
    url = f"/api/v1/deployments/refused/{unknown.pk}/replay/"
    assert api(mira).post(url).status_code == 409
    appear(service)
    reply = api(mira).post(url)
    assert (reply.status_code, reply.json()["state"]) == (200, "replayed")
    assert Deployment.objects.get().service.name == "wallet"
    assert AuditEvent.objects.get(action="event.replay").actor == "mira"
    assert api(mira).post(url).status_code == 409


def test_a_replay_that_is_still_refused_says_the_reason_of_now(
    unknown: RefusedEvent, service: Any, admin: Any, mira: Any, api: Any
) -> None:
    manage.change(unknown.hook, {"everything": False, "teams": ["group:default/search"]}, admin)  # type: ignore[arg-type]
    appear(service)
    assert api(mira).post(f"/api/v1/deployments/refused/{unknown.pk}/replay/").status_code == 409
    unknown.refresh_from_db()
    assert "may not report" in unknown.reason
    assert not Deployment.objects.exists()


@pytest.mark.parametrize("who", ["vera", "ana", "jon"])
def test_only_an_operator_of_the_owning_team_replays(
    who: str, unknown: RefusedEvent, service: Any, request: Any, api: Any
) -> None:
    appear(service)
    user = request.getfixturevalue(who)
    assert api(user).post(f"/api/v1/deployments/refused/{unknown.pk}/replay/").status_code == 403
    assert not Deployment.objects.exists()
    unknown.refresh_from_db()
    assert unknown.state == "open"


def test_several_are_replayed_each_by_itself(
    unknown: RefusedEvent, send: Any, service: Any, mira: Any, api: Any, browse: Any
) -> None:
    other = example("github-deployment-status-success")
    other["body"]["repository"] |= {"full_name": "example/nowhere"}
    send(other)
    appear(service)
    ids = list(RefusedEvent.objects.order_by("pk").values_list("pk", flat=True))
    reply = api(mira).post("/api/v1/deployments/refused/replay/", {"ids": ids})
    assert [row["state"] for row in reply.json()] == ["replayed", "open"]
    assert browse(mira).post("/deployments/refused/replay/", {"event": ids}).status_code == 302


def test_a_dismissed_event_leaves_the_list_and_may_come_again(
    unknown: RefusedEvent, mira: Any, api: Any, browse: Any
) -> None:
    assert browse(mira).post(f"/deployments/refused/{unknown.pk}/dismiss/").status_code == 302
    unknown.refresh_from_db()
    assert (unknown.state, unknown.decided_by) == ("dismissed", "mira")
    assert api(mira).get("/api/v1/deployments/refused/").json()["results"] == []
    assert len(api(mira).get("/api/v1/deployments/refused/?state=all").json()["results"]) == 1


def test_what_was_cut_is_not_replayed(catalog: Any, admin: Any, mira: Any, api: Any) -> None:
    from django.test import Client

    _, secret = make_sender(admin, "argo")
    body = json.dumps({"rollout": "x" * 70_000}).encode()
    post(Client(), "argo", body, {"content-type": "application/json", **signed("argo", secret, body)})
    row = RefusedEvent.objects.get()
    assert (row.whole, len(row.raw)) == (False, 65_536)
    assert api(mira).post(f"/api/v1/deployments/refused/{row.pk}/replay/").status_code == 409


@pytest.mark.parametrize("path", ["events/", "sources/", "senders/"])
def test_a_viewer_sees_what_came_and_how_to_connect(path: str, vera: Any, browse: Any) -> None:
    assert browse(vera).get(f"/deployments/{path}").status_code == 200


def test_a_viewer_does_not_see_what_was_refused(
    unknown: RefusedEvent, vera: Any, mira: Any, browse: Any, api: Any
) -> None:
    for path in ("/deployments/refused/", f"/deployments/refused/{unknown.pk}/"):
        assert browse(vera).get(path).status_code == 403
        assert browse(mira).get(path).status_code == 200
    assert api(vera).get("/api/v1/deployments/refused/").status_code == 403


def test_what_was_sent_cannot_run_in_the_page(send: Any, mira: Any, browse: Any) -> None:
    recorded = example("argo-rollout-healthy")
    send(recorded, rollout="<script>alert(1)</script>", image="")
    page = browse(mira).get(RefusedEvent.objects.get().get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "path",
    [
        "/deployments/refused/",
        "/deployments/events/",
        "/api/v1/deployments/refused/?state=all",
        "/api/v1/deployments/events/",
    ],
)
def test_a_list_costs_the_same_for_ten_rows_as_for_a_hundred(path: str, catalog: Any, mira: Any, browse: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from deployments.models import IntakeEvent

    client, counted = browse(mira), []
    for number in range(100):
        RefusedEvent.objects.create(sender="x", dialect="github", reason="r", remedy="m", digest=str(number))
        IntakeEvent.objects.create(
            source="s", event_id=str(number), dialect="plain", kind="deploy", sender="x", occurred_at=timezone.now(), service=catalog["checkout"],
        )  # fmt: skip
        if number in (9, 99):
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            counted.append(len(queries))
    assert counted[0] == counted[1]
