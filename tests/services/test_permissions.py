"""What discovery asks for is what the read role may do, so that a remedy never sends people the wrong way."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from portal.aws.session_policy import ACTIONS
from services.discovery import Family, families
from services.discovery.inventory import TAGS

WRITES = ("Put", "Create", "Delete", "Update", "Modify", "Start", "Stop", "Run", "Set", "Attach", "Invoke")


@pytest.mark.parametrize("family", [TAGS, *families.items()], ids=lambda family: family.key)
def test_every_action_of_discovery_is_in_the_read_policy_and_only_reads(family: Family) -> None:
    assert family.actions
    for action in family.actions:
        assert any(fnmatch(action, allowed) for allowed in ACTIONS["read"]), action
        assert not action.partition(":")[2].startswith(WRITES)
