"""Claims about waivers: four eyes, an end, never a pass, shown in every roll-up, and a cause when they begin and end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from rest_framework.test import APIClient

from portal.access.models import AuditEvent
from scorecards.evaluate import evaluate_due
from scorecards.models import CheckResult, ScorePoint, Waiver
from scorecards.recompute import card_at
from scorecards.waivers import decide
from services.models import Entity
from tests.scorecards.conftest import databases, later, prove

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
Person = Callable[..., Any]
REASON = "The vendor ships backups in January."
BASE = "/api/v1/scorecards/waivers/"


@pytest.fixture
def eva(person: Person) -> Any:
    """Editor of payments."""
    return person("eva", "editor", "payments")


@pytest.fixture
def checkout(clock: Clock, checks: None, component: Callable[..., Entity]) -> Entity:
    """A service whose backups are too short (weight 4) and whose proof passed (weight 6)."""
    entity = component("checkout")
    databases(entity, 1)
    prove(entity)
    run()
    return entity


def run() -> None:
    evaluate_due(settle=timedelta(0))


def ask(user: Any, entity: Entity, days: float = 30) -> Waiver:
    return decide.request(user, entity, "demo.backups", REASON, datetime.now(UTC) + timedelta(days=days))


def state(entity: Entity) -> str:
    return str(CheckResult.objects.standing().get(entity=entity, check_key="demo.backups").state)


def point(scope: str = "service", pillar: str = "reliability") -> ScorePoint:
    return ScorePoint.objects.standing().get(scope_type=scope, pillar=pillar)


def waived(eva: Any, mira: Any, entity: Entity, clock: Clock, days: float = 30) -> Waiver:
    found = ask(eva, entity, days)
    later(clock, minutes=1)
    decide.approve(mira, found, "Agreed.")
    later(clock, minutes=1)
    run()
    return found


def test_a_request_alone_changes_nothing(eva: Any, checkout: Entity) -> None:
    ask(eva, checkout)
    run()
    assert state(checkout) == "fail"


def test_a_waived_check_is_no_pass_and_leaves_the_points(eva: Any, mira: Any, checkout: Entity, clock: Clock) -> None:
    assert (point().score, point().level) == (60.0, "below")
    waived(eva, mira, checkout, clock)
    assert state(checkout) == "waived"
    assert (point().score, point().level, point().confidence) == (100.0, "gold", 1.0)
    assert (point().cause, point().waived, point().waived_checks) == ("waiver", 4, 1)
    assert point().cause_text.startswith(f"a waiver began — {REASON}")


@pytest.mark.parametrize("scope", ["team", "system", "organisation"])
def test_every_roll_up_says_what_is_waived(scope: str, eva: Any, mira: Any, checkout: Entity, clock: Clock) -> None:
    waived(eva, mira, checkout, clock)
    for pillar in ("reliability", "overall"):
        assert (point(scope, pillar).waived, point(scope, pillar).waived_checks) == (4, 1)


def test_a_pillar_whose_only_check_is_waived_keeps_a_point_that_says_so(
    eva: Any, mira: Any, checkout: Entity, clock: Clock, checks: Callable[[str], None]
) -> None:
    from tests.scorecards.conftest import CHECKS

    checks(CHECKS.replace("pillar: reliability\n    title: Every", "pillar: security\n    title: Every"))
    waived(eva, mira, checkout, clock)
    found = point(pillar="security")
    assert (found.score, found.level, found.waived_checks) == (None, "unknown", 1)
    assert point(pillar="overall").waived_checks == 1


def test_a_waiver_ends_by_itself_at_its_instant_and_is_named_as_the_cause(
    eva: Any, mira: Any, checkout: Entity, clock: Clock
) -> None:
    found = waived(eva, mira, checkout, clock, days=2)
    later(clock, days=5)
    run()
    assert state(checkout) == "fail"
    assert (point().valid_from, point().cause) == (found.expires_at, "waiver")
    assert "the waiver ended" in point().cause_text
    assert found.state_at(datetime.now(UTC)) == "expired"


def test_a_waived_check_that_passes_is_a_pass(eva: Any, mira: Any, checkout: Entity, clock: Clock) -> None:
    waived(eva, mira, checkout, clock)
    later(clock, minutes=1)
    databases(checkout, 7)
    run()
    assert state(checkout) == "pass"
    assert (point().waived_checks, point().cause) == (0, "fact")
    later(clock, minutes=1)
    databases(checkout, 1)
    run()
    assert state(checkout) == "waived"
    result = CheckResult.objects.standing().get(check_key="demo.backups")
    assert result.cause == "fact", "the fact failed it; the waiver was there before"


def test_revoking_counts_the_check_again(eva: Any, mira: Any, checkout: Entity, clock: Clock) -> None:
    found = waived(eva, mira, checkout, clock)
    at = later(clock, hours=1)
    decide.revoke(mira, found)
    later(clock, minutes=1)
    run()
    assert (state(checkout), point().valid_from, point().cause) == ("fail", at, "waiver")
    assert card_at(checkout, at - timedelta(seconds=1)).scores["reliability"].waived == 4


def test_a_decision_while_an_evaluation_runs_is_not_lost(
    eva: Any, mira: Any, checkout: Entity, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from scorecards import evaluate

    found = ask(eva, checkout)
    write = evaluate.record

    def late(*args: Any) -> None:
        monkeypatch.setattr(evaluate, "record", write)
        decide.approve(mira, found)
        write(*args)

    monkeypatch.setattr(evaluate, "record", late)
    evaluate.evaluate_service(checkout)
    assert state(checkout) == "fail"
    later(clock, seconds=5)
    run()
    assert state(checkout) == "waived"


def test_nobody_approves_what_they_asked_for_not_even_an_admin(admin: Any, mira: Any, checkout: Entity) -> None:
    for person in (admin, mira):
        found = ask(person, checkout)
        with pytest.raises(decide.Conflict, match="four eyes"):
            decide.approve(person, found)
        decide.revoke(person, found)
    found = ask(mira, checkout)
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=found.pk).update(state="approved", decided_by="mira")


def test_only_the_owning_team_asks_and_only_its_approvers_decide(
    eva: Any, ana: Any, vera: Any, jon: Any, person: Person, checkout: Entity
) -> None:
    for stranger in (ana, vera, jon):
        with pytest.raises(PermissionDenied):
            ask(stranger, checkout)
    found = ask(eva, checkout)
    for stranger in (ana, vera, jon, person("eddy", "editor", "payments")):
        with pytest.raises(PermissionDenied):
            decide.approve(stranger, found)
        with pytest.raises(PermissionDenied):
            decide.revoke(stranger, found)


@pytest.mark.parametrize("days", [-1, 0, 181, 4000])
def test_a_waiver_has_an_end_that_is_not_far(days: int, eva: Any, checkout: Entity) -> None:
    with pytest.raises(decide.Wrong) as caught:
        ask(eva, checkout, days)
    assert caught.value.field == "until"


def test_the_audit_trail_names_every_act(eva: Any, mira: Any, checkout: Entity) -> None:
    found = decide.approve(mira, ask(eva, checkout))
    decide.revoke(mira, found)
    acts = AuditEvent.objects.filter(action__startswith="waiver.").order_by("id")
    assert [(row.actor, row.action) for row in acts] == [
        ("eva", "waiver.request"), ("mira", "waiver.approve"), ("mira", "waiver.revoke"),
    ]  # fmt: skip


class Course(RuleBasedStateMachine):
    """Two people, one check, any order of acts and waits: what is in force follows from who said what when."""

    people: dict[str, Any]
    number = 0

    def __init__(self) -> None:
        super().__init__()
        Course.number += 1
        self.travel = time_machine.travel(datetime(2026, 11, 20, 9, 0, tzinfo=UTC), tick=False)
        self.clock = self.travel.start()
        self.entity = Entity.objects.create(
            kind="component", name=f"machine-{Course.number}", owner_ref="group:default/payments"
        )
        databases(self.entity, 1)
        run()
        self.open: Waiver | None = None
        self.force: list[Waiver] = []

    def teardown(self) -> None:
        self.travel.stop()

    def now(self) -> datetime:
        return datetime.now(UTC)

    @rule(who=st.sampled_from(["eva", "mira"]), days=st.sampled_from([1, 3, 9]))
    def asks(self, who: str, days: int) -> None:
        still = self.open is not None and self.open.expires_at > self.now()
        try:
            self.open = ask(self.people[who], self.entity, days)
            assert not still
        except decide.Conflict:
            assert still

    @rule(who=st.sampled_from(["eva", "mira", "admin"]), yes=st.booleans())
    def decides(self, who: str, yes: bool) -> None:
        if self.open is None:
            return
        allowed = who != "eva" and who != self.open.requested_by and self.open.expires_at > self.now()
        try:
            (decide.approve if yes else decide.deny)(self.people[who], self.open)
        except (decide.Conflict, PermissionDenied):
            assert not allowed
            return
        assert allowed
        self.force += [self.open] if yes else []
        self.open = None

    @rule(which=st.integers(0, 3))
    def revokes(self, which: int) -> None:
        if which >= len(self.force):
            return
        found = self.force[which]
        found.refresh_from_db()
        alive = found.state == "approved" and found.ended_at is not None and found.ended_at > self.now()
        try:
            decide.revoke(self.people["admin"], found)
            assert alive
        except decide.Conflict:
            assert not alive

    @rule(hours=st.sampled_from([1, 20, 50]))
    def waits(self, hours: int) -> None:
        self.clock.shift(timedelta(hours=hours))

    @rule()
    def evaluates(self) -> None:
        run()
        covered = any(
            row.began_at and row.ended_at and row.began_at <= self.now() < row.ended_at
            for row in Waiver.objects.filter(entity=self.entity)
        )
        assert state(self.entity) == ("waived" if covered else "fail")

    @invariant()
    def nothing_is_in_force_without_two_people_and_an_end(self) -> None:
        for row in Waiver.objects.filter(entity=self.entity).began():
            assert row.decided_by
            assert row.decided_by != row.requested_by
            assert row.ended_at is not None
            assert row.ended_at <= row.expires_at
            assert row.ended_at - row.requested_at <= decide.MOST


def test_any_course_of_acts_keeps_the_promises(checks: None, eva: Any, mira: Any, admin: Any) -> None:
    Course.people = {"eva": eva, "mira": mira, "admin": admin}
    run_state_machine_as_test(Course, settings=settings(max_examples=25, stateful_step_count=18, deadline=None))


def test_the_rest_course_of_a_waiver(api: Callable[..., APIClient], eva: Any, mira: Any, checkout: Entity) -> None:
    body = {"service": checkout.ref, "check": "demo.backups", "reason": REASON, "until": "2026-12-20"}
    made = api(eva).post(BASE, body, format="json")
    assert (made.status_code, made.json()["state"], made.json()["until"]) == (201, "requested", "2026-12-20T23:59:59Z")
    assert api(eva).post(BASE, body, format="json").status_code == 409
    one = f"{BASE}{made.json()['id']}/"
    assert api(eva).post(f"{one}approve/").status_code == 403
    answer = api(mira).post(f"{one}approve/", {"note": "Agreed."}, format="json")
    assert (answer.status_code, answer.json()["state"], answer.json()["decided_by"]) == (200, "approved", "mira")
    assert api(mira).post(f"{one}deny/").status_code == 409
    listed = api(mira).get(BASE, {"state": "approved", "service": "checkout", "team": "payments"}).json()["results"]
    assert [row["check"] for row in listed] == ["demo.backups"]
    run()
    card = api(mira).get("/api/v1/scorecards/services/component/default/checkout/").json()
    excused = next(row for row in card["checks"] if row["id"] == "demo.backups")
    assert (excused["state"], excused["waiver"]["decided_by"]) == ("waived", "mira")
    assert api(eva).post(f"{one}revoke/").json()["state"] == "revoked"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"service": "component:default/nobody"}, 404), ({"service": 7}, 400), ({"check": "demo.nothing"}, 400),
        ({"reason": "no"}, 400), ({"until": "2020-01-01"}, 400), ({"until": "soon"}, 400), ({"until": "2031-01-01"}, 400),
    ],
)  # fmt: skip
def test_a_wrong_request_names_its_field(
    change: dict[str, Any], status: int, api: Callable[..., APIClient], eva: Any, checkout: Entity
) -> None:
    body = {"service": checkout.ref, "check": "demo.backups", "reason": REASON, "until": "2026-12-20", **change}
    answer = api(eva).post(BASE, body, format="json")
    assert answer.status_code == status
    if status == 400:
        assert set(answer.json()["error"]["fields"]) == set(change)


def test_the_pages_lead_from_a_failing_check_to_a_decision(
    browse: Callable[..., Client], eva: Any, mira: Any, vera: Any, checkout: Entity
) -> None:
    tab = f"{checkout.get_absolute_url()}scorecard/"
    new = "/scorecards/waivers/new/component/default/checkout/demo.backups/"
    assert new in browse(eva).get(tab).content.decode()
    assert new not in browse(vera).get(tab).content.decode()
    assert browse(vera).get(new).status_code == 403
    assert browse(eva).post(new, {"reason": "no", "until": "2026-12-20"}).status_code == 422
    answer = browse(eva).post(new, {"reason": REASON, "until": "2026-12-20"})
    page = answer["Location"]
    assert "You asked for it, so somebody else has to decide." in browse(eva).get(page).content.decode()
    assert "Your decision" in browse(mira).get(page).content.decode()
    assert browse(mira).post(f"{page}approve/", {"note": "Agreed."}).status_code == 302
    run()
    text = " ".join(browse(vera).get(tab, {"state": "waived"}).content.decode().split())
    assert "Waived until 20 Dec 2026 by mira" in text
    assert "1 waived" in text
    listed = browse(vera).get("/scorecards/waivers/").content.decode()
    assert "Every database keeps backups for a week" in listed
    assert REASON in browse(vera).get("/scorecards/waivers/", {"format": "csv"}).getvalue().decode()


def test_the_home_page_shows_what_waits_for_me(
    browse: Callable[..., Client], eva: Any, mira: Any, jon: Any, checkout: Entity
) -> None:
    ask(eva, checkout)
    assert "Waits for your decision" in browse(mira).get("/").content.decode()
    for person in (eva, jon):
        assert "Waits for your decision" not in browse(person).get("/").content.decode()


@pytest.mark.parametrize("number", [10, 1000])
def test_the_list_asks_a_constant_number_of_questions(
    number: int, browse: Callable[..., Client], vera: Any, checkout: Entity, django_assert_max_num_queries: Any
) -> None:
    until = datetime.now(UTC) + timedelta(days=9)
    Waiver.objects.bulk_create(
        Waiver(entity=checkout, check_key=f"demo.c{i}", reason=REASON, requested_by="eva", expires_at=until)
        for i in range(number)
    )
    client = browse(vera)
    with django_assert_max_num_queries(14):
        assert client.get("/scorecards/waivers/").status_code == 200
