"""A small lens that every test of the lenses may bend."""

from __future__ import annotations

from typing import Any

import pytest


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
