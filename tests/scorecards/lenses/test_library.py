"""Lenses come in as drafts, are published, and never change; what goes out equals what came in."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.access.models import AuditEvent
from scorecards.engine.lens import cheapest
from scorecards.engine.lens.document import build
from scorecards.engine.lens.risk import risk
from scorecards.lenses import library
from scorecards.models import Lens, LensVersion
from tests.scorecards.lenses.test_lens_format import json_values

ROOT = Path(__file__).parents[3]


@pytest.mark.django_db
def test_an_import_is_a_draft_until_it_is_published(document: dict[str, Any]) -> None:
    done = library.import_lens(json.dumps(document), "admin")
    assert (done.new, done.version.number, done.version.published_at) == (True, 1, None)
    assert library.current(done.version.lens) is None
    assert library.publish(done.version, "admin")
    assert not library.publish(done.version, "admin")
    assert library.current(done.version.lens) == done.version
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["scorecards.lens.import", "scorecards.lens.publish"]


@pytest.mark.django_db
def test_the_same_file_again_is_no_new_version(document: dict[str, Any]) -> None:
    first = library.import_lens(json.dumps(document), "admin").version
    again = library.import_lens(json.dumps(document, indent=4, sort_keys=True), "admin")
    assert (again.new, again.version) == (False, first)
    document["description"] = "Another."
    assert library.import_lens(json.dumps(document), "admin").version.number == 2


@pytest.mark.django_db
def test_a_version_cannot_be_changed(document: dict[str, Any]) -> None:
    version = library.import_lens(json.dumps(document), "admin").version
    version.document = "{}"
    with pytest.raises(TypeError, match="immutable"):
        version.save()
    with pytest.raises(TypeError, match="immutable"):
        version.save(update_fields=["document", "published_at"])


@pytest.mark.django_db
def test_a_refused_lens_leaves_nothing(document: dict[str, Any]) -> None:
    del document["pillars"][0]["questions"][0]["riskRules"][2]
    with pytest.raises(library.LensRefused) as caught:
        library.import_lens(json.dumps(document), "admin")
    assert caught.value.problems[0].path == "pillars[0].questions[0].riskRules"
    assert not Lens.objects.exists()


@pytest.mark.django_db
def test_a_lens_whose_name_makes_no_key_needs_one(document: dict[str, Any]) -> None:
    document["name"] = "設計の審査"
    with pytest.raises(library.LensRefused, match="Give the lens a key"):
        library.import_lens(json.dumps(document), "admin")
    assert library.import_lens(json.dumps(document), "admin", "our-lens").version.lens.name == "設計の審査"


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    extras=st.dictionaries(st.text("abc_", min_size=1, max_size=5).map(lambda key: f"x{key}"), json_values, max_size=3),
    title=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=100).filter(str.strip),
)
def test_export_and_import_lose_nothing(document: dict[str, Any], extras: dict[str, Any], title: str) -> None:
    """Unknown keys at every level are kept, and warned about."""
    sent = copy.deepcopy(document)
    question = sent["pillars"][0]["questions"][0]
    question["title"] = title
    owners = (sent, sent["pillars"][0], question, question["choices"][0], question["riskRules"][0])
    for owner in (*owners, question["choices"][0]["improvementPlan"]):
        owner |= copy.deepcopy(extras)
    version = library.import_lens(json.dumps(sent), "admin", "lossless").version
    assert json.loads(LensVersion.objects.get(pk=version.pk).document) == sent
    assert library.import_lens(version.document, "admin", "lossless").version == version
    warned = {row["path"] for row in version.warnings}
    assert {f"pillars[0].questions[0].choices[0].improvementPlan.{key}" for key in extras} <= warned
    assert len(warned) == 6 * len(extras)


def own() -> Any:
    return build(json.loads((ROOT / "scorecards/lenses/colonnade.json").read_text()))


def test_our_lens_asks_eight_questions_a_pillar_and_can_be_passed() -> None:
    assert [pillar.id for pillar in own().pillars] == [
        "operationalExcellence", "security", "reliability", "performance", "costOptimization",
    ]  # fmt: skip
    for pillar in own().pillars:
        assert len(pillar.questions) >= 8
    for _, question in own().questions():
        none = next(choice.id for choice in question.choices if choice.none_of_these)
        every = [choice.id for choice in question.choices if not choice.none_of_these]
        assert (risk(question, [none]), risk(question, every)) == ("HIGH", "NONE"), question.id
        assert cheapest.clear(question, ()) is not None


@pytest.mark.django_db
def test_our_lens_has_no_fault_and_no_warning() -> None:
    version = library.keep_own_lens()
    assert (version.warnings, version.number) == ([], 1)
    assert library.keep_own_lens() == version
    assert library.current(version.lens) == version


def test_evidence_names_only_choices_and_checks_that_there_are() -> None:
    checks = {
        check["id"] for path in ROOT.glob("*/checks.yaml") for check in yaml.safe_load(path.read_text())["checks"]
    }
    known = {question.id: set(question.choice_ids) for _, question in own().questions()}
    for question, choices in library.own_links().items():
        assert choices.keys() <= known[question]
        assert {check for ids in choices.values() for check in ids} <= checks


def test_every_check_of_the_portal_answers_a_question() -> None:
    checks = {
        check["id"] for path in ROOT.glob("*/checks.yaml") for check in yaml.safe_load(path.read_text())["checks"]
    }
    used = {check for choices in library.own_links().values() for ids in choices.values() for check in ids}
    assert checks == used
