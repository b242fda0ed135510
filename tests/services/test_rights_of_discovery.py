"""The rights that discovery needs are the ones that its session policy allows and the documentation names."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from portal.aws.session_policy import LIMIT, READ, session_policy
from services.discovery import Family, families
from services.discovery.inventory import TAGS

PAGE = (Path(__file__).parents[2] / "docs" / "production.md").read_text()
NAMED = set(re.findall(r"`([a-z0-9-]+:[A-Za-z*]+)`", PAGE))
ALL = (*families.items(), TAGS)


@pytest.mark.parametrize("family", ALL, ids=lambda family: family.key)
def test_every_action_of_a_family_is_allowed_and_documented(family: Family) -> None:
    for action in family.actions:
        assert any(fnmatchcase(action, allowed) for allowed in READ), action
        assert any(fnmatchcase(action, named) for named in NAMED), action


def test_the_policy_fits_into_what_aws_takes() -> None:
    assert len(session_policy("read")) <= LIMIT
