"""The pages of gates, freezes and pipelines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from deployments.gates import ask
from deployments.gates.freezes import write
from deployments.models import Approval, DeployGroup, DeploymentWindow, Freeze, FreezeCalendar, Pipeline, Rollout
from services import facts
from tests.deployments.gates.conftest import ALWAYS
from tests.deployments.gates.test_freezes import FILE, WEEKEND
from tests.deployments.gates.test_gates import alarms

STAGE = {
    "name": "Production", "status": "Succeeded", "execution": "", "queued": 0, "trouble": "", "open": False,
    "reason": "Black <b>Friday</b>", "changed_by": "arn:aws:iam::1:user/eve", "changed_at": "2026-11-24T10:00:00+00:00",
    "approvals": [],
}  # fmt: skip


def pipelines(count: int, **fields: Any) -> None:
    """Rows as the job leaves them."""
    Pipeline.objects.bulk_create(
        Pipeline(
            name=f"line-{number}", account="111111111111", region="eu-west-1", stages=[STAGE], closed=True, **fields
        )
        for number in range(count)
    )


def asked(rollout: Rollout) -> Rollout:
    """The gates were asked by a worker."""
    rollout.gates = ask.stored(ask.ask(rollout))
    rollout.save()
    return rollout


def test_a_rollout_shows_its_gates_with_code_reason_and_age(
    planned: Callable[..., Any], vera: Any, browse: Callable[..., Any]
) -> None:
    rollout = planned()
    alarms(rollout.entity, "ALARM")
    page = browse(vera).get(asked(rollout).get_absolute_url()).content.decode()
    assert "alarms/alarm" in page
    assert "alarm-0" in page
    assert "override/" not in page


def test_who_may_override_finds_the_way_and_the_page_says_overridden(
    planned: Callable[..., Any], mira: Any, browse: Callable[..., Any]
) -> None:
    rollout = planned()
    alarms(rollout.entity, "ALARM")
    client, address = browse(mira), f"/deployments/rollouts/{rollout.pk}/gates/alarms/override/"
    assert address in client.get(asked(rollout).get_absolute_url()).content.decode()
    assert client.post(address, {"reason": "no", "minutes": 60}).status_code == 422
    assert client.post(address, {"reason": "it is the fix", "minutes": 60}).status_code == 302
    page = client.get(asked(rollout).get_absolute_url()).content.decode()
    assert "overridden by mira" in page
    assert "/revoke/" in page


def test_a_segment_is_approved_on_the_page(planned: Callable[..., Any], admin: Any, browse: Callable[..., Any]) -> None:
    rollout = planned(approvals=[{"segment": "Canary"}])
    address = f"/deployments/rollouts/{rollout.pk}/segments/0/decide/"
    assert address in browse(admin).get(asked(rollout).get_absolute_url()).content.decode()
    assert browse(admin).post(address, {"verdict": "deny", "reason": ""}).status_code == 422
    assert browse(admin).post(address, {"verdict": "approve", "reason": ""}).status_code == 302
    assert Approval.objects.filter(verdict="approved", by="admin").count() == 1
    assert browse(admin).get(f"/deployments/rollouts/{rollout.pk}/segments/1/decide/").status_code == 404


def test_a_freeze_is_planned_on_the_page_and_shown_where_it_holds(
    service: Callable[..., Any], admin: Any, mira: Any, browse: Callable[..., Any]
) -> None:
    service("checkout")
    client = browse(mira)
    calendar = {"title": "Ours", "scope": "team", "scope_value": "payments", "zone": "UTC", "overrider": "operator"}
    assert client.post("/deployments/freezes/new-calendar/", {**calendar, "scope_value": "nobody"}).status_code == 422
    assert client.post("/deployments/freezes/new-calendar/", calendar).status_code == 302
    now = timezone.now()
    body = {
        "calendar": "ours", "title": "Audit <week>", "starts": f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}",
        "ends": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}", "repeat": "",
    }  # fmt: skip
    assert client.post("/deployments/freezes/new/", {**body, "zone": "Mars"}).status_code == 422
    assert client.post("/deployments/freezes/new/", body).status_code == 302
    row = Freeze.objects.get()
    for address in ("/deployments/", "/deployments/freezes/", "/deployments/freezes/calendars/ours/"):
        assert "Audit &lt;week&gt;" in client.get(address).content.decode()
    edit = f"/deployments/freezes/{row.pk}/edit/"
    assert client.get(edit).status_code == 200
    assert client.post(edit, {**body, "repeat": "own", "rrule": "FREQ=MONTHLY;BYDAY=-1FR"}).status_code == 302
    assert Freeze.objects.get().rrule == "FREQ=MONTHLY;BYDAY=-1FR"
    assert client.post(f"/deployments/freezes/{row.pk}/delete/").status_code == 302
    assert not Freeze.objects.exists()


@pytest.mark.parametrize("who", ["vera", "jon"])
def test_others_can_look_but_not_write(
    who: str, service: Callable[..., Any], admin: Any, request: pytest.FixtureRequest, browse: Callable[..., Any]
) -> None:
    service("checkout")
    calendar = write.calendar(None, {"title": "Ours", "scope": "team", "scope_value": "payments"}, admin)
    row = write.freeze(None, calendar, {"title": "Stop", **ALWAYS}, admin)
    client = browse(request.getfixturevalue(who))
    assert client.get("/deployments/freezes/calendars/ours/").status_code == 200
    for address in (
        "calendars/ours/edit/", "calendars/ours/import/", f"{row.pk}/edit/", f"{row.pk}/delete/",
        f"calendar/{calendar.pk}/delete/",
    ):  # fmt: skip
        assert client.post(f"/deployments/freezes/{address}").status_code == 403
    assert (Freeze.objects.count(), FreezeCalendar.objects.count()) == (1, 1)


def test_a_window_is_made_changed_and_deleted_on_the_page(
    service: Callable[..., Any], mira: Any, browse: Callable[..., Any]
) -> None:
    service("checkout")
    client, new = browse(mira), "/deployments/windows/new/"
    body = {
        "title": "Day",
        "scope": "service",
        "scope_value": "checkout",
        "days": ["0", "1"],
        "opens": "09:00",
        "closes": "16:00",
    }
    assert client.post(new, {**body, "zone": "UTC", "days": []}).status_code == 422
    assert client.post(new, {**body, "zone": "Europe/Berlin"}).status_code == 302
    row = DeploymentWindow.objects.get()
    assert (row.days, row.owner_ref) == ([0, 1], "group:default/payments")
    assert client.get(f"/deployments/windows/{row.pk}/edit/").status_code == 200
    assert "Day" in client.get("/deployments/freezes/").content.decode()
    assert client.post(f"/deployments/windows/{row.pk}/delete/").status_code == 302


def test_a_file_is_taken_and_given_on_the_page(admin: Any, browse: Callable[..., Any]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    write.calendar(None, {"title": "All"}, admin)
    address, client = "/deployments/freezes/calendars/all/", browse(admin)
    reply = client.post(f"{address}import/", {"file": SimpleUploadedFile("a.ics", FILE.encode())}, follow=True)
    assert "4 freezes are new" in reply.content.decode()
    assert b"BEGIN:VCALENDAR" in client.get(f"{address}export/").content
    reply = client.post(f"{address}import/", {"file": SimpleUploadedFile("a.ics", b"garbage")}, follow=True)
    assert "not an iCalendar file" in reply.content.decode()
    assert "Choose a file" in client.post(f"{address}import/", follow=True).content.decode()


@pytest.mark.parametrize(
    "query",
    ["month=2026-03&zone=Europe/Berlin", "month=nonsense&zone=Mars", "month=9999-12", "month=0001-01", "calendar=none"],
)
def test_any_month_and_zone_can_be_asked_for(
    query: str, admin: Any, freeze: Callable[..., Freeze], browse: Callable[..., Any]
) -> None:
    freeze(**WEEKEND)
    assert browse(admin).get(f"/deployments/freezes/?{query}").status_code == 200


def test_pages_are_empty_with_a_sentence(vera: Any, browse: Callable[..., Any]) -> None:
    assert "No pipeline was seen yet" in browse(vera).get("/deployments/pipelines/").content.decode()
    page = browse(vera).get("/deployments/freezes/").content.decode()
    assert "No freeze is planned" in page
    assert "Nothing is frozen now" in page


def test_what_aws_says_is_shown_as_text_and_named_as_not_ours(vera: Any, browse: Callable[..., Any]) -> None:
    pipelines(1)
    page = browse(vera).get(Pipeline.objects.get().get_absolute_url()).content.decode()
    assert "Black &lt;b&gt;Friday&lt;/b&gt;" in page
    assert "by eve, not by the portal" in page


def test_filters_csv_and_rest_answer_the_same(vera: Any, api: Callable[..., Any], browse: Callable[..., Any]) -> None:
    pipelines(3)
    Pipeline.objects.filter(name="line-1").update(closed=False, status="Failed", region="us-east-1")
    DeployGroup.objects.create(
        name="production", application="a", account="111111111111", region="eu-west-1", platform="ECS", config="c"
    )
    for query, names in (
        ("state=closed", {"line-0", "line-2"}),
        ("region=us-east-1", {"line-1"}),
        ("q=line-2", {"line-2"}),
    ):
        rows = api(vera).get(f"/api/v1/deployments/pipelines/?{query}").json()["results"]
        csv = b"".join(browse(vera).get(f"/deployments/pipelines/?{query}&format=csv")).decode()
        assert {row["name"] for row in rows} == names == {line.split(",")[0] for line in csv.splitlines()[1:]}
        assert browse(vera).get(f"/deployments/pipelines/?{query}").status_code == 200
    assert (
        api(vera).get("/api/v1/deployments/deploy-groups/?region=eu-west-1").json()["results"][0]["application"] == "a"
    )


def test_the_list_of_pipelines_asks_as_often_for_ten_as_for_a_thousand(vera: Any, browse: Callable[..., Any]) -> None:
    counted = []
    for count in (10, 1000):
        Pipeline.objects.all().delete()
        pipelines(count)
        client = browse(vera)
        client.get("/deployments/pipelines/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/deployments/pipelines/").status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_whoever_starts_a_rollout_sees_what_would_hold_it(
    service: Callable[..., Any], mira: Any, browse: Callable[..., Any]
) -> None:
    checkout = service("checkout")
    item = {"name": "checkout", "account": "111111111111", "region": "eu-west-1"}
    facts.publish(checkout, "aws.lambda", {"items": [item], "count": 1}, source="test")
    address = "/deployments/rollouts/new/?service=checkout"
    assert "would be let through" in browse(mira).get(address).content.decode()
    alarms(checkout, "ALARM")
    page = browse(mira).get(address).content.decode()
    assert "would wait" in page
    assert "alarm-0" in page


def test_the_home_page_and_the_search_know_freezes_and_pipelines(
    freeze: Callable[..., Freeze], vera: Any, browse: Callable[..., Any]
) -> None:
    freeze(title="Audit week")
    pipelines(1)
    assert "Audit week" in browse(vera).get("/").content.decode()
    assert "line-0" in browse(vera).get("/search/?q=line-0").content.decode()
    assert "Calendar" in browse(vera).get("/search/?q=audit").content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/deployments/freezes/?service=%00", "/deployments/freezes/?calendar=%00", "/deployments/freezes/?zone=%00",
        "/deployments/freezes/?month=%00", "/deployments/pipelines/?account=%00", "/deployments/pipelines/?q=%00",
        "/api/v1/deployments/gates/?service=%00", "/api/v1/deployments/budgets/?service=%00", "/api/v1/deployments/freezes/?calendar=%00",
        "/api/v1/deployments/pipelines/?q=%00&account=%00", "/api/v1/deployments/approvals/?rollout=%00",
    ],
)  # fmt: skip
def test_no_address_breaks_a_page(address: str, admin: Any, browse: Callable[..., Any]) -> None:
    assert browse(admin).get(address).status_code in (200, 400, 404)


def test_the_home_page_shows_what_waits_for_this_person_and_nobody_else(
    planned: Callable[..., Any], admin: Any, mira: Any, vera: Any, browse: Callable[..., Any]
) -> None:
    rollout = asked(planned(approvals=[{"segment": "Canary", "count": 2}]))
    waits = [{"action": "Approve", "execution": "1", "since": "2026-11-24T10:00:00+00:00"}]
    stages = [{**STAGE, "name": "Approval", "approvals": waits}]
    Pipeline.objects.create(
        name="line", account="1", region="eu-west-1", waiting=True, stages=stages, service=rollout.entity
    )
    pages = {user.username: browse(user).get("/").content.decode() for user in (admin, mira, vera)}
    assert "Canary of Checkout 2026.11.3" in pages["admin"]
    assert "Canary of Checkout" not in pages["mira"]
    assert "Approval of the pipeline line" in pages["mira"]
    assert "Releases wait for you" not in pages["vera"]
    browse(admin).post(f"/deployments/rollouts/{rollout.pk}/segments/0/decide/", {"verdict": "approve"})
    assert "Canary of Checkout" not in browse(admin).get("/").content.decode()
