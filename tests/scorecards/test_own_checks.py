"""Claims about people's own checks: faults with their place, dry runs, versions, the directory, and who may write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from portal.access.models import AuditEvent
from scorecards import definitions
from scorecards.check_files import load_text
from scorecards.evaluate import evaluate_due
from scorecards.fact_schema import path_problems
from scorecards.models import CheckResult, CheckVersion, FolderReading, OwnCheck, ScorePoint
from scorecards.own import folder, write
from scorecards.own.dry_run import dry_run
from services.models import Entity
from tests.scorecards.conftest import databases, later

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
BASE = "/api/v1/scorecards/own-checks/"
TEXT = """\
id: custom.two-weeks
pillar: reliability
title: Every database keeps backups for two weeks
why: A mistake is often found only after days.
fix: Raise the retention.
effort: 20
weight: 4
level: bronze
applies: {path: aws.rds.items, op: exists}
when: {path: "aws.rds.items[*].backup_days", op: gte, value: 14}
"""


@pytest.fixture
def checkout(clock: Clock, checks: None, component: Callable[..., Entity]) -> Entity:
    """A service that keeps backups for a week."""
    entity = component("checkout")
    databases(entity, 7)
    run()
    return entity


def run() -> None:
    evaluate_due(settle=timedelta(0))


def faults(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(write.Faulty) as caught:
        write.read(text)
    return [(fault.line, fault.column, fault.message) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("backup_days", "backup_dayz", 10, "did you mean aws.rds.items[*].backup_days?"),
        ("value: 14", "value: many", 10, "is a number, so it cannot be compared with 'many'"),
        ("level: bronze", "level: bronze\nknock_out: silver", 9, "contradicts level"),
        ("level: bronze", "level: gold\nrequires: [custom.nothing-here]", 9, "there is no check custom.nothing-here"),
        ("level: bronze", "level: gold\nenable_on: soon", 9, "write a day"),
        ("level: bronze", "level: gold\nwarn_age: 90\nmax_age: 60", 9, "contradicts max_age"),
        ("level: bronze", "level: gold\nkind: pushed", 11, "its answers decide"),
        ("custom.two-weeks", "services.two-weeks", 1, "must begin with custom."),
        ("effort: 20", "effort: twenty", 6, "whole number"),
        ('[*].backup_days", op: gte', '", op: gte', 10, "is a list"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, line: int, said: str) -> None:
    found = faults(TEXT.replace(old, new))
    assert [entry[0] for entry in found] == [line]
    assert said in found[0][2]
    assert found[0][1] > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("op: eq, value: 3", "op: eq, value: 4"), ("op: gte, value: 7", "op: lt, value: 7"),
        ("op: gt, value: 9", "op: lte, value: 2"), ("op: exists", "op: absent"), ("op: eq, value: 3", "op: ne, value: 3"),
    ],
)  # fmt: skip
def test_a_rule_that_nothing_can_satisfy_is_refused(one: str, other: str) -> None:
    when = f"when: {{all: [{{path: aws.rds.count, {one}}}, {{path: aws.rds.count, {other}}}]}}\n"
    found = faults(TEXT[: TEXT.index("when:")] + when)
    assert "contradicts another part" in found[0][2]


def test_a_circle_of_requirements_is_refused_and_what_stands_stays(admin: Any, checkout: Entity) -> None:
    write.save(admin, TEXT, "page")
    second = TEXT.replace("custom.two-weeks", "custom.second").replace(
        "effort: 20", "effort: 20\nrequires: [custom.two-weeks]"
    )
    write.save(admin, second, "page")
    with pytest.raises(write.Faulty, match=r"circle: custom\.two-weeks → custom\.second → custom\.two-weeks"):
        write.save(
            admin, TEXT.replace("effort: 20", "effort: 20\nrequires: [custom.second]"), "page", name="custom.two-weeks"
        )
    assert OwnCheck.objects.get(check_id="custom.two-weeks").revision == 1
    with pytest.raises(write.Conflict, match=r"custom\.second requires"):
        write.withdraw(admin, "custom.two-weeks")


def test_a_check_cannot_pass_while_what_it_requires_fails(admin: Any, checkout: Entity, clock: Clock) -> None:
    write.save(admin, TEXT, "page")
    needing = TEXT.replace("custom.two-weeks", "custom.one-week").replace("value: 14", "value: 7")
    write.save(admin, needing.replace("effort: 20", "effort: 20\nrequires: [custom.two-weeks]"), "page")
    later(clock, minutes=1)
    run()
    row = CheckResult.objects.standing().get(check_key="custom.one-week")
    assert (row.state, row.reason["requires"]) == ("fail", ["custom.two-weeks"])
    later(clock, minutes=1)
    databases(checkout, 14)
    run()
    assert CheckResult.objects.standing().get(check_key="custom.one-week").state == "pass"


def test_a_dry_run_says_who_drops_and_writes_nothing(checkout: Entity, component: Callable[..., Entity]) -> None:
    other = component("ledger")
    databases(other, 30)
    run()
    before = (CheckVersion.objects.count(), CheckResult.objects.count())
    found = dry_run(write.read(TEXT))
    assert (found.services, found.drops, found.rises) == (2, 1, 0)
    assert dict(found.after) == {"fail": 1, "pass": 1}
    assert [(move.service, move.before, move.after) for move in found.moves] == [
        ("component:default/checkout", "bronze", "below")
    ]
    assert (CheckVersion.objects.count(), CheckResult.objects.count()) == before
    assert not OwnCheck.objects.exists()


def test_what_a_dry_run_foretells_comes_true(admin: Any, checkout: Entity, clock: Clock) -> None:
    foretold = dry_run(write.read(TEXT))
    write.save(admin, TEXT, "page")
    later(clock, minutes=1)
    run()
    point = ScorePoint.objects.standing().get(entity=checkout, pillar="overall")
    assert (point.level, point.score) == (foretold.moves[0].after, foretold.mean_after)
    assert point.cause == "rule"


def test_versions_are_immutable_and_the_former_one_stays_in_force_until_the_next(
    admin: Any, checkout: Entity, clock: Clock
) -> None:
    write.save(admin, TEXT, "page")
    run()
    first = CheckVersion.objects.get(check_id="custom.two-weeks")
    with pytest.raises(write.Faulty):
        write.save(admin, TEXT.replace("level: bronze", "level: tin"), "page", name="custom.two-weeks", revision=1)
    later(clock, minutes=1)
    run()
    assert CheckVersion.objects.standing().get(check_id="custom.two-weeks") == first
    write.save(admin, TEXT.replace("value: 14", "value: 21"), "page", name="custom.two-weeks", revision=1)
    later(clock, minutes=1)
    run()
    versions = CheckVersion.objects.filter(check_id="custom.two-weeks")
    assert [row.definition["when"]["value"] for row in versions] == [14, 21]
    with pytest.raises(write.Conflict, match="in the meantime"):
        write.save(admin, TEXT, "page", name="custom.two-weeks", revision=1)


def test_who_will_drop_is_told_before_the_day_comes(
    browse: Callable[..., Client], vera: Any, admin: Any, checkout: Entity
) -> None:
    write.save(admin, f"{TEXT}enable_on: 2026-12-01\n", "page")
    url = "/scorecards/checks/own/custom.two-weeks/preview/"
    client = browse(vera)
    assert url in client.get("/scorecards/checks/own/").content.decode()
    assert "1 service drops a level." in " ".join(client.get(url).content.decode().split())
    assert client.get("/scorecards/checks/own/custom.other/preview/").status_code == 404


def test_a_check_waits_for_its_day(admin: Any, checkout: Entity, clock: Clock) -> None:
    write.save(admin, f"{TEXT}enable_on: 2026-12-01\n", "page")
    run()
    assert not CheckVersion.objects.filter(check_id="custom.two-weeks").exists()
    assert [each["id"] for each in definitions.pending(datetime.now(UTC).date())] == ["custom.two-weeks"]
    later(clock, days=11)
    run()
    assert CheckResult.objects.standing().get(check_key="custom.two-weeks").state == "fail"


def test_a_fact_that_somebody_pushes_may_be_asked_too(checkout: Entity) -> None:
    from services import facts

    text = TEXT.replace('"aws.rds.items[*].backup_days"', "ci.coverage.percent")
    assert "no fact source announces ci.coverage.percent" in faults(text)[0][2]
    facts.publish(checkout, "ci.coverage", {"percent": 80}, source="ci")
    assert write.read(text)["id"] == "custom.two-weeks"


def test_the_bundled_checks_fit_the_schemas_of_their_facts() -> None:
    for loaded in definitions.load_all():
        for name, definition in loaded.definitions.items():
            assert [str(problem) for problem in path_problems(definition)] == [], name


def repo(name: str = "repo.two-weeks") -> str:
    body = TEXT.replace("custom.two-weeks", name).replace("\n", "\n    ").rstrip()
    return f"checks:\n  - {body}\n"


def test_the_directory_is_taken_and_its_faults_leave_the_last_good_version(
    tmp_path: Path, checkout: Entity, clock: Clock
) -> None:
    (tmp_path / "a.yaml").write_text(repo())
    (tmp_path / "b.yaml").write_text(repo("repo.other"))
    assert folder.take(tmp_path, folder.load(tmp_path)) == {"checks": 2, "changed": 2, "withdrawn": 0, "faults": 0}
    assert folder.take(tmp_path, folder.load(tmp_path)) is None
    (tmp_path / "a.yaml").write_text(repo().replace("level: bronze", "level: tin"))
    (tmp_path / "b.yaml").write_text("checks: [")
    folder.take(tmp_path, folder.load(tmp_path))
    run()
    assert CheckVersion.objects.standing().filter(app="repo").count() == 2
    assert [text.split(":")[0] for text in FolderReading.objects.get().faults] == [
        "a.yaml, line 9, column 12", "b.yaml, line 1, column 10",
    ]  # fmt: skip
    (tmp_path / "a.yaml").write_text(repo())
    (tmp_path / "b.yaml").unlink()
    later(clock, minutes=1)
    folder.take(tmp_path, folder.load(tmp_path))
    run()
    assert [row.check_id for row in CheckVersion.objects.standing().filter(app="repo")] == ["repo.two-weeks"]


def test_two_files_with_one_id_and_a_link_out_of_the_directory_are_faults(tmp_path: Path) -> None:
    place = tmp_path / "checks"
    place.mkdir()
    (place / "a.yaml").write_text(repo())
    (place / "b.yaml").write_text(repo())
    (tmp_path / "secret.yaml").write_text(repo("repo.secret"))
    (place / "c.yaml").symlink_to(tmp_path / "secret.yaml")
    said = [str(fault) for loaded in folder.load(place) for fault in loaded.faults]
    assert "stands in a.yaml already" in said[0]
    assert "leads out of the directory" in said[1]
    assert "is no directory" in str(folder.load(tmp_path / "nowhere")[0].faults[0])


def test_the_command_validates_and_tries_out(tmp_path: Path, checkout: Entity) -> None:
    (tmp_path / "a.yaml").write_text(repo())
    call_command("scorecard_checks", str(tmp_path), "--dry-run", stdout=(said := StringIO()))
    assert "component:default/checkout: bronze → below" in said.getvalue()
    assert not OwnCheck.objects.exists()
    (tmp_path / "a.yaml").write_text(repo().replace("weight: 4", "weight: 40"))
    with pytest.raises(CommandError):
        call_command("scorecard_checks", str(tmp_path), stdout=StringIO(), stderr=(said := StringIO()))
    assert "a.yaml, line 8, column 13: repo.two-weeks: weight" in said.getvalue()


def test_only_an_administrator_writes_and_it_is_audited(
    api: Callable[..., APIClient], mira: Any, admin: Any, checkout: Entity
) -> None:
    assert api(mira).post(BASE, {"text": TEXT}, format="json").status_code == 403
    tried = api(admin).post(f"{BASE}?dry_run=true", {"text": TEXT}, format="json")
    assert (tried.status_code, tried.json()["drops"]) == (200, 1)
    made = api(admin).post(BASE, {"text": TEXT}, format="json")
    assert (made.status_code, made.json()["revision"]) == (201, 1)
    assert api(admin).post(BASE, {"text": TEXT}, format="json").status_code == 409
    definition = {**made.json()["definition"], "weight": 9}
    one = f"{BASE}custom.two-weeks/"
    changed = api(admin).put(one, {"definition": definition, "revision": 1}, format="json")
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    assert api(admin).put(one, {"definition": definition, "revision": 1}, format="json").status_code == 409
    assert api(admin).delete(one).status_code == 204
    assert api(admin).get(one).status_code == 404
    acts = AuditEvent.objects.filter(action__startswith="check.").order_by("id").values_list("action", flat=True)
    assert list(acts) == ["check.write", "check.write", "check.withdraw"]


@pytest.mark.parametrize(
    "body", [{}, {"text": TEXT, "definition": {}}, {"text": 3}, {"definition": []}, {"text": "a: ["}]
)
def test_a_wrong_body_is_400(body: dict[str, Any], api: Callable[..., APIClient], admin: Any) -> None:
    assert api(admin).post(BASE, body, format="json").status_code == 400


def test_the_page_tries_out_then_saves(browse: Callable[..., Client], admin: Any, vera: Any, checkout: Entity) -> None:
    new = "/scorecards/checks/own/new/"
    assert browse(vera).get(new).status_code == 403
    client = browse(admin)
    wrong = client.post(new, {"text": TEXT.replace("weight: 4", "weight: 40"), "try": ""})
    assert wrong.status_code == 422
    assert "Line 7, column 9" in wrong.content.decode()
    page = " ".join(client.post(new, {"text": TEXT, "try": ""}).content.decode().split())
    assert "1 service drops a level." in page
    assert not OwnCheck.objects.exists()
    assert client.post(new, {"text": TEXT, "save": ""}).status_code == 302
    listed = browse(vera).get("/scorecards/checks/own/").content.decode()
    assert "Every database keeps backups for two weeks" in listed
    assert "Write a check" not in listed
    edit = "/scorecards/checks/own/custom.two-weeks/edit/"
    assert client.post(edit, {"text": TEXT.replace("20", "30"), "revision": 1, "save": ""}).status_code == 302
    assert client.post("/scorecards/checks/own/custom.two-weeks/withdraw/").status_code == 302
    assert not OwnCheck.objects.filter(withdrawn_at=None).exists()


def test_a_knock_out_caps_the_level_while_it_fails(
    checks: Callable[[str], None], checkout: Entity, clock: Clock
) -> None:
    from tests.scorecards.conftest import CHECKS, prove

    assert not load_text("demo", CHECKS).faults
    checks(CHECKS.replace("level: silver", "level: gold\n    knock_out: below"))
    later(clock, minutes=1)
    run()
    point = ScorePoint.objects.standing().get(entity=checkout, pillar="reliability")
    assert point.level == "silver", "an unknown knock-out does not cap"
    later(clock, minutes=1)
    prove(checkout, passed=False)
    run()
    assert ScorePoint.objects.standing().get(entity=checkout, pillar="reliability").level == "below"


def test_ageing_evidence_warns_before_it_is_unknown(
    checks: Callable[[str], None], checkout: Entity, clock: Clock
) -> None:
    from tests.scorecards.conftest import CHECKS

    checks(CHECKS.replace("level: bronze", "level: bronze\n    warn_age: 86400\n    max_age: 259200", 1))
    run()
    seen = []
    for _day in range(4):
        later(clock, hours=23)
        run()
        point = ScorePoint.objects.standing().get(entity=checkout, pillar="reliability")
        state = CheckResult.objects.standing().get(entity=checkout, check_key="demo.backups").state
        seen.append((state, point.score, point.level, point.confidence))
    assert seen[0] == ("pass", 100.0, "bronze", 0.4)
    assert seen[1] == seen[2] == ("warn", 100.0, "bronze", 0.2)
    assert seen[3] == ("unknown", None, "unknown", 0.0)
