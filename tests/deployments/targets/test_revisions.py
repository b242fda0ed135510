"""What a revision is called, and what is made of what people call it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.targets.contract import TargetError
from deployments.targets.revisions import moved, named, short

LAMBDA = {"Name": "checkout", "Alias": "live", "CurrentVersion": "41", "TargetVersion": "42"}
ECS = {"TaskDefinition": "arn:aws:ecs:eu-west-1:111111111111:task-definition/checkout:7", "LoadBalancerInfo": {}}


def appspec(properties: dict[str, Any]) -> dict[str, Any]:
    content = json.dumps({"version": 0.0, "Resources": [{"it": {"Properties": properties}}]})
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("s3://shop/checkout.zip", {"bucket": "shop", "key": "checkout.zip", "bundleType": "zip"}),
        ("s3://shop/a/b.tar.gz?version=7x", {"bucket": "shop", "key": "a/b.tar.gz", "bundleType": "tgz", "version": "7x"}),
        ("github:shop/checkout@0123abc", {"repository": "shop/checkout", "commitId": "0123abc"}),
    ],
)  # fmt: skip
def test_a_short_name_is_the_name_of_its_revision(text: str, location: dict[str, str]) -> None:
    name, revision = named(text)
    assert name == text == short(revision)
    assert location in revision.values()
    assert named(json.dumps(revision)) == (text, revision)


@pytest.mark.parametrize(("properties", "name"), [(LAMBDA, "42"), (ECS, "checkout:7")])
def test_an_appspec_is_called_by_its_version(properties: dict[str, Any], name: str) -> None:
    assert short(appspec(properties)) == name
    assert named(name) == (name, {})


@pytest.mark.parametrize(("properties", "to"), [(LAMBDA, "43"), (ECS, "checkout:8")])
def test_the_next_appspec_is_the_last_one_with_another_version(properties: dict[str, Any], to: str) -> None:
    found = moved(appspec(properties), to)
    assert short(found) == to
    content = json.loads(found["appSpecContent"]["content"])["Resources"][0]["it"]["Properties"]
    assert content.get("CurrentVersion", "42") == "42"
    assert content.keys() == properties.keys()


@pytest.mark.parametrize("text", ["", "latest", "s3://shop/checkout", "github:shop@1", "{", '{"revisionType": "FTP"}',
                                  '{"revisionType": "S3"}', '{"revisionType": "S3", "s3Location": 5}'])  # fmt: skip
def test_what_is_no_revision_is_refused_in_words(text: str) -> None:
    with pytest.raises(TargetError, match=r"revision|bundle"):
        named(text)


def test_an_appspec_without_a_version_cannot_be_moved() -> None:
    with pytest.raises(TargetError, match="name the revision"):
        moved(appspec({"Name": "x"}), "5")


@given(st.text(max_size=60))
def test_any_appspec_has_a_name(content: str) -> None:
    assert short({"revisionType": "AppSpecContent", "appSpecContent": {"content": content}})
