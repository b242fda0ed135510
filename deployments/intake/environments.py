"""Names of environments: the one word for production, and the tier that a name speaks of."""

from __future__ import annotations

import re

PRODUCTION, STAGING, TESTING, DEVELOPMENT = "production", "staging", "testing", "development"
TIERS = (PRODUCTION, STAGING, TESTING, DEVELOPMENT, "other")
WORDS = {
    PRODUCTION: {"production", "prod", "prd", "live"},
    STAGING: {"staging", "stage", "stg", "preprod", "uat"},
    TESTING: {"testing", "test", "tst", "qa", "integration"},
    DEVELOPMENT: {"development", "dev", "sandbox", "preview", "review"},
}


def named(name: str) -> str:
    """The name as it is kept: `production` for prod, PRD, live and the like, else the name as it was written."""
    return PRODUCTION if name.strip().lower() in WORDS[PRODUCTION] else name.strip()[:60]


def tier(name: str) -> str:
    """The tier that a word of the name speaks of, such as production for eu-prod; "" where none does."""
    words = set(re.split(r"[^a-z0-9]+", name.lower()))
    return next((found for found, fits in WORDS.items() if words & fits), "")
