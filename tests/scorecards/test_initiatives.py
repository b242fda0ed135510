"""Claims about initiatives: their states follow the calendar, the forecast the pace, and a digest never flaps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from portal.access.models import AuditEvent
from scorecards.engine.forecast import reaches
from scorecards.evaluate import evaluate_due
from scorecards.initiatives import decide, digest, progress
from scorecards.models import DigestLine, Initiative
from services.models import Entity
from tests.scorecards.conftest import START, databases, later

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
BASE = "/api/v1/scorecards/initiatives/"
AIM: dict[str, Any] = {
    "title": "Backups everywhere", "pillar": "reliability", "level": "bronze", "team": "payments",
    "starts_on": date(2026, 11, 20), "target_on": date(2026, 12, 20),
}  # fmt: skip


def run() -> None:
    evaluate_due(settle=timedelta(0))


def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def four(clock: Clock, checks: None, component: Callable[..., Entity]) -> list[Entity]:
    """Four services of payments without backups, one of search with them."""
    found = [component(f"pay-{number}") for number in range(4)]
    for entity in found:
        databases(entity, 1)
    databases(component("indexer", team="search"), 7)
    run()
    return found


def launched(user: Any, **change: Any) -> Initiative:
    return decide.launch(user, decide.write(user, AIM | change))


def test_the_state_follows_the_calendar(mira: Any, four: list[Entity], clock: Clock) -> None:
    draft = decide.write(mira, AIM | {"starts_on": date(2026, 11, 25)})
    seen = [draft.state_on(today())]
    found = decide.launch(mira, draft)
    for days in (0, 5, 25, 1):
        later(clock, days=days)
        seen.append(found.state_on(today()))
        assert Initiative.objects.in_state(seen[-1], today()).get() == found
    seen.append(decide.end(mira, found).state_on(today()))
    assert seen == ["draft", "scheduled", "running", "running", "late", "ended"]


def test_a_standard_can_be_withdrawn_and_is_then_asked_of_nobody(mira: Any, four: list[Entity]) -> None:
    found = decide.promote(mira, launched(mira))
    assert progress.about(four[0], today()) == [found]
    found = decide.withdraw(mira, found)
    assert (found.standard, found.withdrawn_by, found.promoted_at is None) == (False, "mira", False)
    assert progress.about(four[0], today()) == []
    event = AuditEvent.objects.get(action="initiative.withdraw")
    assert (event.actor, event.severity) == ("mira", "medium")
    with pytest.raises(decide.Conflict, match="no standard"):
        decide.withdraw(mira, found)
    assert decide.promote(mira, found).standard


def test_only_who_leads_it_withdraws_a_standard(mira: Any, vera: Any, jon: Any, four: list[Entity]) -> None:
    found = decide.promote(mira, launched(mira))
    for user in (vera, jon):
        with pytest.raises(PermissionDenied):
            decide.withdraw(user, found)
    assert Initiative.objects.get().standard


def test_a_standard_is_withdrawn_on_its_page_and_over_rest(
    browse: Callable[..., Client], mira: Any, vera: Any, four: list[Entity]
) -> None:
    first, second = (decide.promote(mira, launched(mira, title=title)) for title in ("One", "Two"))
    client = browse(mira)
    assert "Withdraw the standard" in client.get(first.get_absolute_url()).content.decode()
    assert "Withdraw the standard" not in browse(vera).get(first.get_absolute_url()).content.decode()
    answer = client.post(f"{first.get_absolute_url()}withdraw/", follow=True).content.decode()
    assert "Its aim is no standard any more." in answer
    assert "Standard withdrawn by mira" in answer
    assert browse(vera).post(f"{BASE}{second.pk}/withdraw/").status_code == 403
    assert client.post(f"{BASE}{second.pk}/withdraw/").json()["withdrawn_by"] == "mira"
    assert client.post(f"{BASE}{second.pk}/withdraw/").status_code == 409
    listed = client.get(BASE, {"standard": "true"}).json()["results"]
    assert listed == []


def test_an_aim_stands_once_it_is_launched(mira: Any, four: list[Entity]) -> None:
    found = launched(mira)
    with pytest.raises(decide.Conflict, match="its aim stands"):
        decide.write(mira, {"level": "gold"}, found)
    with pytest.raises(decide.Conflict, match="is running"):
        decide.launch(mira, found)


def test_the_scope_is_a_filter_and_a_new_service_joins_by_itself(
    mira: Any, four: list[Entity], component: Callable[..., Entity]
) -> None:
    found = launched(mira)
    assert progress.counts([found]) == {found.pk: (0, 4)}
    component("pay-new")
    assert progress.counts([found]) == {found.pk: (0, 5)}
    databases(four[0], 7)
    component("toy", lifecycle="experimental")
    narrow = launched(mira, title="Narrow", lifecycle="experimental")
    assert [entity.name for entity in progress.members(narrow)] == ["toy"]


def test_the_burn_up_counts_what_held_and_forecasts_from_the_pace(mira: Any, four: list[Entity], clock: Clock) -> None:
    found = launched(mira)
    for entity in four[:2]:
        later(clock, days=4)
        databases(entity, 7)
        run()
    later(clock, hours=1)
    chart = progress.burn_up(found, datetime.now(UTC))
    assert chart.points[0][1] == 0
    assert (chart.reached, chart.total) == (2, 4)
    assert chart.expected is not None
    assert START + timedelta(days=12) < chart.expected < START + timedelta(days=25)
    assert chart.in_time
    assert [row.entity.name for row in progress.ways(found, list(progress.open_services(found)))] == ["pay-2", "pay-3"]
    assert progress.ways(found, four[2:3])[0].effort == 20


def test_without_progress_there_is_no_forecast(mira: Any, four: list[Entity], clock: Clock) -> None:
    found = launched(mira)
    later(clock, days=9)
    assert progress.burn_up(found, datetime.now(UTC)).expected is None


@given(st.floats(0.1, 9), st.integers(2, 30), st.floats(1, 50))
def test_a_steady_pace_is_forecast_exactly(rate: float, steps: int, more: float) -> None:
    points = [(float(x), rate * x) for x in range(steps)]
    goal = points[-1][1] + more
    expected = reaches(points, goal)
    assert expected is not None
    assert abs(expected - goal / rate) < 1e-6 * max(1.0, goal / rate)
    assert reaches(points, points[-1][1]) == points[-1][0]


def test_a_standard_goes_on_being_watched(mira: Any, four: list[Entity], browse: Callable[..., Client]) -> None:
    found = decide.promote(mira, launched(mira))
    assert (found.stage, found.ended_by) == ("ended", "mira")
    page = browse(mira).get("/scorecards/initiatives/", {"standard": "true"}).content.decode()
    assert "Backups everywhere" in page
    assert "0 of 4" in page
    with pytest.raises(decide.Conflict, match="standard already"):
        decide.promote(mira, found)


def test_only_those_who_lead_the_scope_write_and_it_is_audited(
    mira: Any, jon: Any, vera: Any, admin: Any, four: list[Entity]
) -> None:
    for stranger in (jon, vera):
        with pytest.raises(PermissionDenied):
            decide.write(stranger, AIM)
    with pytest.raises(PermissionDenied):
        decide.write(mira, AIM | {"team": ""})
    decide.write(admin, AIM | {"team": ""})
    found = launched(mira)
    for act in (decide.end, decide.promote):
        with pytest.raises(PermissionDenied):
            act(jon, found)
    with pytest.raises(PermissionDenied):
        decide.write(mira, {"team": "search"}, decide.write(mira, AIM))
    assert AuditEvent.objects.filter(action="initiative.launch", actor="mira").count() == 1


def tell() -> list[str]:
    digest.levels(datetime.now(UTC))
    return list(DigestLine.objects.order_by("id").values_list("text", flat=True))


def test_a_level_is_told_once_it_has_held(four: list[Entity], clock: Clock) -> None:
    assert tell() == []
    later(clock, hours=1)
    databases(four[0], 7)
    run()
    later(clock, hours=5)
    assert tell() == []
    later(clock, hours=2)
    said = tell()
    assert said == tell()
    assert len(said) == 1
    assert said[0].startswith("pay-0 rose from Below to Bronze: Databases")


def test_a_level_that_flaps_is_never_told(four: list[Entity], clock: Clock) -> None:
    tell()
    for number in range(12):
        later(clock, hours=3)
        databases(four[0], 7 if number % 2 == 0 else 1)
        run()
        assert tell() == []
    later(clock, hours=7)
    assert tell() == [], "it is back where it was"


def test_a_reminder_comes_once_a_week_and_names_what_is_left(mira: Any, four: list[Entity], clock: Clock) -> None:
    launched(mira)
    said = []
    for _day in range(35):
        said.append(digest.reminders(datetime.now(UTC)))
        later(clock, days=1)
    assert sum(said) == 5
    texts = list(DigestLine.objects.order_by("id").values_list("text", flat=True))
    assert texts[0] == "Backups everywhere: 4 of your services have not reached Bronze in reliability, due on 20 Dec"
    for entity in four:
        databases(entity, 7)
    run()
    assert digest.reminders(datetime.now(UTC) + timedelta(days=9)) == 0


def test_the_digest_is_mailed_once_to_the_team(mira: Any, jon: Any, four: list[Entity]) -> None:
    for person in (mira, jon):
        person.email = f"{person.username}@example.com"
        person.save()
    launched(mira)
    digest.reminders(datetime.now(UTC))
    assert (digest.mail(datetime.now(UTC)), digest.mail(datetime.now(UTC))) == (1, 0)
    assert [message.bcc for message in mail.outbox] == [["mira@example.com"]]
    assert "4 of your services" in str(mail.outbox[0].body)


def test_a_mail_server_that_is_down_loses_nothing(
    mira: Any, four: list[Entity], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mira.email = "mira@example.com"
    mira.save()
    launched(mira)
    digest.reminders(datetime.now(UTC))

    def down(*_: Any) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", down)
        assert digest.mail(datetime.now(UTC)) == 0
    assert digest.mail(datetime.now(UTC)) == 1


def test_a_service_is_told_what_it_is_to_hold(
    browse: Callable[..., Client], mira: Any, vera: Any, four: list[Entity], component: Callable[..., Entity]
) -> None:
    launched(mira)
    decide.promote(mira, launched(mira, title="Traced", pillar="operationalExcellence"))
    launched(mira, title="Only tier 3", tier=3)
    page = browse(vera).get(f"{four[0].get_absolute_url()}scorecard/").content.decode()
    assert "Backups everywhere" in page
    assert "Bronze in operations, a standard" in page
    assert "Only tier 3" not in page
    other = component("other", team="search")
    assert "Backups everywhere" not in browse(vera).get(f"{other.get_absolute_url()}scorecard/").content.decode()


def as_json(**change: Any) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in (AIM | change).items()}


def test_the_rest_course_of_an_initiative(
    api: Callable[..., APIClient], mira: Any, jon: Any, four: list[Entity]
) -> None:
    client = api(mira)
    made = client.post(BASE, as_json(), format="json")
    assert (made.status_code, made.json()["state"], made.json()["team"]) == (201, "draft", "group:default/payments")
    one = f"{BASE}{made.json()['id']}/"
    assert api(jon).patch(one, {"level": "gold"}, format="json").status_code == 403
    assert client.patch(one, {"level": "silver"}, format="json").json()["level"] == "silver"
    assert client.post(f"{one}launch/").json()["state"] == "running"
    assert client.patch(one, {"level": "gold"}, format="json").status_code == 409
    assert api(jon).post(f"{one}end/").status_code == 403
    body = client.get(f"{one}progress/").json()
    assert (body["reached"], body["total"], len(body["open"])) == (0, 4, 4)
    assert client.get(BASE, {"state": "running", "team": "payments"}).json()["results"][0]["id"] == made.json()["id"]
    assert client.post(f"{one}promote/").json()["promoted_at"]
    assert client.post(f"{one}end/").status_code == 409
    assert client.get("/api/v1/scorecards/digest/").status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"level": "tin"}, "level"), ({"pillar": "beauty"}, "pillar"), ({"target_on": "2026-11-20"}, "target_on"),
        ({"target_on": "2099-01-01"}, "target_on"), ({"tier": 77}, "tier"), ({"title": " "}, "title"),
        ({"starts_on": "soon"}, "starts_on"),
    ],
)  # fmt: skip
def test_a_wrong_aim_names_its_field(
    change: dict[str, Any], field: str, api: Callable[..., APIClient], mira: Any, four: list[Entity]
) -> None:
    answer = api(mira).post(BASE, as_json(**change), format="json")
    assert (answer.status_code, set(answer.json()["error"]["fields"])) == (400, {field})


def test_the_pages_write_launch_and_show_the_burn_up(
    browse: Callable[..., Client], mira: Any, vera: Any, four: list[Entity], clock: Clock
) -> None:
    client = browse(mira)
    assert browse(vera).get("/scorecards/initiatives/new/").status_code == 403
    assert client.post("/scorecards/initiatives/new/", as_json(target_on="2020-01-01")).status_code == 422
    answer = client.post("/scorecards/initiatives/new/", as_json())
    assert answer.status_code == 302
    page = answer["Location"]
    assert client.get(f"{page}edit/").status_code == 200
    assert client.post(f"{page}launch/").status_code == 302
    later(clock, days=4)
    digest.reminders(datetime.now(UTC))
    text = " ".join(browse(vera).get(page).content.decode().split())
    assert "0 of 4 services have reached it." in text
    assert "there is no end in sight" in text
    assert "line-chart" in text
    assert "4 of your services" in client.get("/scorecards/digest/").content.decode()
    assert browse(vera).post(f"{page}end/").status_code == 403


@pytest.mark.parametrize("number", [2, 25])
def test_the_list_asks_a_constant_number_of_questions(
    number: int, browse: Callable[..., Client], vera: Any, mira: Any, four: list[Entity],
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for each in range(number):
        decide.write(mira, AIM | {"title": f"Aim {each}"})
    client = browse(vera)
    with django_assert_max_num_queries(12):
        assert client.get("/scorecards/initiatives/").status_code == 200
