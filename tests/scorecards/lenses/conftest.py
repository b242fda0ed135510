"""A small lens that every test of the lenses may bend, reviews under it, and evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from scorecards.engine.lens.merge import Said
from scorecards.lenses import answering, library, linking
from scorecards.models import CheckResult, CheckVersion, LensVersion, Review, WorkloadLink
from services.models import Entity
from tests.scorecards.lenses.aws_side import HOME, Q, run, say_there

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def document() -> dict[str, Any]:
    """A lens of one question that has no fault."""
    return {
        "schemaVersion": "2021-11-01",
        "name": "Small lens",
        "description": "One question.",
        "pillars": [
            {
                "id": "reliability",
                "name": "Reliability",
                "questions": [
                    {
                        "id": "rel_backup",
                        "title": "How do you know that a restore works?",
                        "description": "A backup nobody has restored is a hope.",
                        "choices": [
                            practice("backup_taken"),
                            practice("backup_restored"),
                            practice("backup_measured"),
                            {"id": "backup_no", "title": "None of these"},
                        ],
                        "riskRules": [
                            {"condition": "backup_taken && backup_restored", "risk": "NO_RISK"},
                            {"condition": "backup_taken && !backup_restored", "risk": "MEDIUM_RISK"},
                            {"condition": "default", "risk": "HIGH_RISK"},
                        ],
                    }
                ],
            }
        ],
    }


def practice(name: str) -> dict[str, Any]:
    """A choice with all that the format wants."""
    return {
        "id": name,
        "title": name.replace("_", " "),
        "helpfulResource": {"displayText": "Why", "url": "https://example.com/why"},
        "improvementPlan": {"displayText": "Do it"},
    }


@pytest.fixture
def small(db: None, document: dict[str, Any]) -> LensVersion:
    """The small lens, published."""
    version = library.import_lens(json.dumps(document), "admin").version
    library.publish(version, "admin")
    return version


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks answer two choices of the small lens."""
    links = {"rel_backup": {"backup_taken": ("x.taken",), "backup_restored": ("x.restored",)}}
    monkeypatch.setattr("scorecards.lenses.standing.links", lambda lens: links)


@pytest.fixture
def review(small: LensVersion, service: Callable[..., Entity], mira: Any) -> Review:
    """The checkout of payments under the small lens."""
    return answering.start(service("checkout"), small.lens, mira)


def prove(entity: Entity, check: str, state: str = "pass") -> None:
    """A check's standing result for a service."""
    version, _ = CheckVersion.objects.get_or_create(
        check_id=check, version=1,
        defaults={"app": "x", "definition": {"effort": 30}, "sha": "0", "title": f"Check {check}",
                  "pillar": "reliability", "weight": 1, "level": "bronze", "valid_from": NOW},
    )  # fmt: skip
    CheckResult.objects.filter(entity=entity, check_key=check).delete()
    CheckResult.objects.create(
        entity=entity, check_version=version, check_key=check, state=state, valid_from=NOW, cause="fact"
    )


@pytest.fixture
def link(aws: Any, review: Review, mira: Any, monkeypatch: pytest.MonkeyPatch) -> WorkloadLink:
    """The review, linked and not yet synced."""
    monkeypatch.setattr("portal.jobs.doorbell.send", lambda run_id, name: None)
    linking.link(review, HOME.account, HOME.region, mira)
    return WorkloadLink.objects.get(review=review)


@pytest.fixture
def torn(link: WorkloadLink, mira: Any) -> WorkloadLink:
    """Changed on both sides since they agreed."""
    answering.answer(link.review, Q, Said(("backup_taken",)), mira)
    run(link)
    answering.answer(link.review, Q, Said(("backup_taken", "backup_restored")), mira)
    say_there(link, "backup_no")
    assert run(link).conflicts == 1
    return link
