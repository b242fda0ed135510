"""The model of the catalog: what a descriptor must be, and which relations its fields say, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from services.descriptors import Problem
from services.descriptors.columns import fill
from services.descriptors.edges import edges
from services.descriptors.ends import INVERSE, Edge
from services.descriptors.refs import full_ref
from services.descriptors.rules import findings
from services.models import Document, Entity, Relation
from services.storing import documents, write
from services.storing.history import Author
from tests.services.model_cases import CASES, Case, document, with_metadata


def verdict(data: dict[str, Any]) -> str:
    """ "" where a descriptor may be stored, else the first reason."""
    for field, reason, remedy in findings(data):
        assert remedy
        return f"{field}: {reason}"
    metadata, ref = data["metadata"], ""
    ref = f"{data['kind']}:{metadata.get('namespace', 'default')}/{metadata['name']}".lower()
    try:
        edges(ref, data.get("spec") or {})
    except Problem as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_descriptor_is_good_or_refused(case: Case) -> None:
    assert bool(verdict(case.document)) is not case.good, verdict(case.document)


# field, kinds, default kind of the target, relation: the thirteen fields of Backstage, and `owners` beside them.
RELATIONS = [
    ("owner", ["Component", "API", "Resource", "System", "Domain", "Template", "AiResource"], "group", "ownedBy"),
    ("owners", ["Component", "API", "Resource", "System", "Domain", "Template", "AiResource"], "group", "ownedBy"),
    ("system", ["Component", "API", "Resource", "AiResource"], "system", "partOf"),
    ("subcomponentOf", ["Component"], "component", "partOf"),
    ("domain", ["System"], "domain", "partOf"),
    ("subdomainOf", ["Domain"], "domain", "partOf"),
    ("providesApis", ["Component"], "api", "providesApi"),
    ("consumesApis", ["Component"], "api", "consumesApi"),
    ("dependsOn", ["Component", "Resource"], "", "dependsOn"),
    ("dependencyOf", ["Component", "Resource"], "", "dependencyOf"),
    ("memberOf", ["User"], "group", "memberOf"),
    ("members", ["Group"], "user", "hasMember"),
    ("parent", ["Group"], "group", "childOf"),
    ("children", ["Group"], "group", "parentOf"),
]
SINGLE = {"owner", "system", "subcomponentOf", "domain", "subdomainOf", "parent"}
ROWS = [(field, kind, target, relation) for field, kinds, target, relation in RELATIONS for kind in kinds]


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "kind", "target", "relation"), ROWS)
def test_a_field_says_a_relation_at_both_ends(field: str, kind: str, target: str, relation: str) -> None:
    written = "other" if target else "resource:other"
    data = document(kind, **{field: written if field in SINGLE else [written]})
    data["metadata"]["namespace"] = "eu"
    ref = f"{kind}:eu/x".lower()
    said = edges(ref, data["spec"])
    write.store([write.Wanted(ref, data, said)], Author("test", "test.yaml"))
    other = f"{target or 'resource'}:eu/other"
    ends = set(Relation.objects.values_list("source_ref", "type", "target_ref"))
    assert {(ref, relation, other), (other, INVERSE[relation], ref)} <= ends


@pytest.mark.parametrize(
    ("kind", "field"),
    [("Location", "owner"), ("User", "owner"), ("Group", "system"), ("API", "dependsOn"), ("System", "providesApis")],
)
def test_the_same_field_on_another_kind_says_nothing(kind: str, field: str) -> None:
    data = document(kind, **{field: "x"})
    relations = {edge.target for edge in edges(f"{kind.lower()}:default/y", data["spec"])}
    assert not any(ref.endswith("/x") for ref in relations)


@pytest.mark.parametrize(
    ("type_", "field", "relation"), [("skill", "dependsOn", "dependsOn"), ("plugin", "skills", "hasPart"), ("marketplace", "plugins", "hasPart")]
)  # fmt: skip
def test_an_ai_resource_names_others_of_its_kind(type_: str, field: str, relation: str) -> None:
    said = edges("airesource:eu/x", {"type": type_, field: ["y"]})
    assert said == [Edge("airesource:eu/x", relation, "airesource:eu/y")]


def test_several_owners_each_own_it_and_the_first_is_the_owner() -> None:
    data = document("Component", owner="user:mira", owners=["payments", "search"])
    said = edges("component:default/x", data["spec"])
    assert [edge.target for edge in said] == ["user:default/mira", "group:default/payments", "group:default/search"]
    entity = Entity()
    fill(entity, "component:default/x", data, said)
    assert entity.owner_ref == "user:default/mira"


@pytest.mark.django_db
def test_the_finished_document_sorts_its_lists_and_keeps_every_field() -> None:
    data = document("Component", dependsOn=["resource:z", "component:a"], own={"deep": [2, 1]})
    data["metadata"] |= {"odd": [{"key": 1}], "namespace": "eu"}
    ref = "component:eu/x"
    write.store([write.Wanted(ref, data, edges(ref, data["spec"]))], Author("test", "test.yaml"))
    documents.refresh()
    import orjson

    made = orjson.loads(Document.objects.get().text)
    assert made["spec"] == data["spec"] | {"dependsOn": ["component:a", "resource:z"]}
    assert made["metadata"]["odd"] == [{"key": 1}]
    assert made["relations"] == sorted(made["relations"], key=lambda row: (row["type"], row["targetRef"]))
    assert Entity.objects.get().data["spec"]["dependsOn"] == ["resource:z", "component:a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "group:eu/x"), ("user:X", "user:eu/x"), ("us/x", "group:us/x"), ("user:us/x", "user:us/x"),
        ("Group:US/X", "group:us/x"),
    ],
)  # fmt: skip
def test_refs_are_completed_from_their_field_and_entity(text: str, expected: str) -> None:
    assert full_ref(text, kind="group", namespace="eu") == expected


@pytest.mark.parametrize("text", ["", ":x", "user:", "/x", "user:/x", "us/", "user:us/", "a/b/c", "a b", "x/y:z"])
def test_refs_with_an_empty_or_impossible_part_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="kind"):
        full_ref(text, kind="group")


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (with_metadata(labels={"a": "x", "A": "y"}), "metadata.labels"),
        (document("Component", deep={"one": {"Key": 1, "key": 2}}), "spec.deep.one"),
        (document("Component", words=["Java", "java"]), "spec.words"),
    ],
)
def test_keys_that_differ_only_in_case_are_an_error(data: dict[str, Any], path: str) -> None:
    assert [(field, "differ only in case" in reason) for field, reason, _ in findings(data)] == [(path, True)]
