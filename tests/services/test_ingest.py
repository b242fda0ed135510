"""Descriptors become entities, relations and facts; one bad document never stops its neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from services import facts
from services.ingest import ingest
from services.models import Entity, Fact, Import, Relation

pytestmark = pytest.mark.django_db
HEAD = "apiVersion: backstage.io/v1alpha1\n"
DEMO = Path(__file__).parents[2] / "services" / "demo"


def component(name: str, extra: str = "", metadata: str = "") -> str:
    return (
        f"---\n{HEAD}kind: Component\nmetadata:\n  name: {name}\n{metadata}"
        f"spec:\n  type: service\n  lifecycle: production\n  owner: payments\n{extra}"
    )


def read(text: str, source: str = "test.yaml") -> list[str]:
    """Ingest, and hand back "ref: reason" of every error."""
    return [f"{row.ref}: {row.reason}" for row in ingest(text.encode(), source).errors]


def ends(ref: str) -> set[tuple[str, str]]:
    return set(Relation.objects.filter(source_ref=ref).values_list("type", "target_ref"))


def test_a_component_is_stored_with_its_owner_tier_and_links() -> None:
    links = "  links: [{url: 'https://example.com/run', title: Runbook, type: runbook}]\n"
    assert read(component("checkout", "  system: shop\n  tier: 1\n", links)) == []
    stored = Entity.objects.get()
    assert (stored.ref, stored.owner_ref, stored.system_ref) == (
        "component:default/checkout", "group:default/payments", "system:default/shop",
    )  # fmt: skip
    fact = facts.current(stored)["catalog.descriptor"].value
    assert (stored.tier, fact["tier"], fact["has_runbook"], fact["has_docs"]) == (1, 1, True, False)


def test_reading_a_file_twice_changes_nothing() -> None:
    text = component("checkout") + component("ledger", "  dependsOn: [component:checkout]\n")
    read(text)
    before = (
        list(Entity.objects.values()),
        set(Relation.objects.values_list("pk")),
        list(Fact.objects.values("pk", "sha256")),
    )
    outcome = ingest(text.encode(), "test.yaml")
    assert (outcome.stored, outcome.unchanged) == (0, 2)
    after = (
        list(Entity.objects.values()),
        set(Relation.objects.values_list("pk")),
        list(Fact.objects.values("pk", "sha256")),
    )
    assert before == after


def test_a_bad_document_does_not_stop_the_others() -> None:
    text = component("first") + "---\nkind: {\n" + component("no good") + "---\n- a list\n" + component("last")
    assert len(read(text)) == 3
    assert set(Entity.objects.values_list("name", flat=True)) == {"first", "last"}
    assert list(Import.objects.values_list("state", flat=True)) == ["ok", "error", "error", "error", "ok"]


def test_the_report_names_line_field_reason_and_remedy() -> None:
    read(component("first") + component("second").replace("owner: payments", "owner: 5"))
    row = Import.objects.get(state="error")
    assert (row.ref, row.field, row.line) == ("component:default/second", "spec.owner", 18)
    assert row.reason
    assert row.remedy


def test_a_new_reading_replaces_the_reports_of_that_file_only() -> None:
    read("- broken", "a.yaml")
    read("- broken", "b.yaml")
    read(component("checkout"), "a.yaml")
    assert list(Import.objects.filter(state="error").values_list("source", flat=True)) == ["b.yaml"]


def test_relations_stand_at_both_ends_whichever_comes_first() -> None:
    read(component("checkout", "  dependsOn: [component:ledger]\n"), "a.yaml")
    assert ends("component:default/checkout") >= {("dependsOn", "component:default/ledger")}
    read(component("ledger"), "b.yaml")
    assert ends("component:default/ledger") >= {("dependencyOf", "component:default/checkout")}


def test_a_relation_that_is_taken_out_goes_at_both_ends() -> None:
    read(component("ledger"), "b.yaml")
    read(component("checkout", "  dependsOn: [component:ledger]\n"), "a.yaml")
    read(component("checkout"), "a.yaml")
    assert not Relation.objects.filter(type__in=["dependsOn", "dependencyOf"]).exists()


def test_a_ref_takes_the_kind_of_its_field_and_the_namespace_of_its_entity() -> None:
    read(component("checkout", "  system: shop\n", "  namespace: eu\n"))
    assert ends("component:eu/checkout") == {("ownedBy", "group:eu/payments"), ("partOf", "system:eu/shop")}


def test_a_ref_without_a_kind_where_none_is_known_is_refused() -> None:
    assert "does not say which kind" in read(component("checkout", "  dependsOn: [ledger]\n"))[0]


def test_the_first_file_keeps_an_entity_that_two_files_claim() -> None:
    read(component("checkout"), "a.yaml")
    assert read(component("checkout"), "b.yaml") == [
        "component:default/checkout: component:default/checkout already comes from a.yaml."
    ]
    assert Entity.objects.get().source == "a.yaml"


def test_the_same_entity_twice_in_a_file_is_refused_once() -> None:
    assert len(read(component("checkout") + component("Checkout"))) == 1


def test_an_entity_that_left_its_file_is_removed_with_its_relations_and_fact() -> None:
    read(component("checkout", "  dependsOn: [component:ledger]\n") + component("ledger"))
    read(component("ledger"))
    assert list(Entity.objects.live().values_list("name", flat=True)) == ["ledger"]
    assert not Relation.objects.filter(target_ref="component:default/checkout").exists()
    assert not Fact.objects.filter(entity__name="checkout", valid_to=None).exists()


def test_nothing_is_removed_while_a_file_has_an_error() -> None:
    read(component("checkout") + component("ledger"))
    read(component("ledger") + "---\nkind: {\n")
    assert Entity.objects.live().count() == 2


def test_a_removed_entity_may_come_back() -> None:
    read(component("checkout"))
    read(component("other"))
    read(component("checkout"))
    assert Entity.objects.by_ref("component:default/checkout").count() == 1


def test_a_descriptor_takes_over_what_discovery_found() -> None:
    Entity.objects.create(kind="component", name="checkout", source="discovery", owner_ref="group:default/old")
    read(component("checkout"))
    assert Entity.objects.get().owner_ref == "group:default/payments"


def test_the_demo_organisation_is_complete_and_only_the_drafts_are_refused() -> None:
    errors = {
        file.name: [row.field for row in ingest(file.read_bytes(), file.name).errors]
        for file in sorted(DEMO.glob("*.yaml"))
    }
    refused = errors.pop("drafts.yaml")
    assert set(refused) == {"metadata.links[0].url", "spec.lifecycle", "metadata.name", ""}
    assert not any(errors.values())
    assert Entity.objects.services().count() == 26
    teams = Entity.objects.services().values_list("owner_ref", flat=True).distinct()
    assert {ref for ref in teams if not Entity.objects.by_ref(ref).exists()} == set()
    dangling = [row for row in Relation.objects.all() if not Entity.objects.by_ref(row.target_ref).exists()]
    assert dangling == []
