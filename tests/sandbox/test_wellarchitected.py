"""The embedded Well-Architected Tool refuses what AWS refuses, with AWS's errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from portal.sandbox.wellarchitected import true
from scorecards.engine.lens.grammar import parse
from tests.sandbox.conftest import Clients
from tests.sandbox.lens_walk import TOOL, lens
from tests.scorecards.lenses.test_engine import NAMES, bare, trees


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("import_lens", {"JSONString": "{}", "ClientRequestToken": "a"}, "ValidationException"),
        ("import_lens", {"JSONString": json.dumps(lens(riskRules=[])), "ClientRequestToken": "b"}, "ValidationException"),
        ("get_workload", {"WorkloadId": "0" * 32}, "ResourceNotFoundException"),
        ("get_lens", {"LensAlias": "arn:aws:wellarchitected:eu-west-1:111111111111:lens/none"}, "ResourceNotFoundException"),
        ("export_lens", {"LensAlias": "arn:aws:wellarchitected:eu-west-1:111111111111:lens/none"}, "ResourceNotFoundException"),
    ],
)  # fmt: skip
def test_errors_are_those_of_the_service(client: Clients, operation: str, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(TOOL), operation)(**arguments)
    assert caught.value.response["Error"]["Code"] == code


def test_accounts_do_not_see_each_other(client: Clients) -> None:
    client(TOOL).import_lens(JSONString=json.dumps(lens()), ClientRequestToken="a")
    assert len(client(TOOL).list_lenses(LensStatus="ALL")["LensSummaries"]) == 1
    assert client(TOOL, account="222222222222").list_lenses(LensStatus="ALL")["LensSummaries"] == []
    assert client(TOOL, region="us-east-1").list_lenses(LensStatus="ALL")["LensSummaries"] == []


@given(trees, st.sets(st.sampled_from(NAMES)))
def test_two_readings_of_a_condition_agree(tree: Any, selected: set[str]) -> None:
    """The embedded AWS and the portal's engine were written apart."""
    assert true(bare(tree), selected) == parse(bare(tree)).holds(selected)
