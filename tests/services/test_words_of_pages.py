"""Pages speak of things by the names that people use, say a thing once, and lead on where there is nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.template import Context, Template
from django.test import Client

from services import facts, ingest, naming, search_source
from services.direct import apply
from services.imports import locations
from services.models import Entity, Source
from services.panels import leans_on

pytestmark = pytest.mark.django_db
HEAD = "apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"


def read(kind: str, name: str, spec: str) -> Entity:
    outcome = ingest.ingest(HEAD.format(kind=kind, name=name, spec=spec).encode(), f"{kind}-{name}.yaml")
    assert not outcome.errors, outcome.errors
    return Entity.objects.by_ref(f"{kind}:default/{name}".lower()).get()


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("kind", "type_", "words"),
    [
        ("component", "service", "service"),
        ("component", "worker", "worker"),
        ("component", "", "service"),
        ("resource", "lambda-function", "Lambda function"),
        ("resource", "oracle-rack", "oracle-rack"),
        ("api", "openapi", "API · OpenAPI"),
        ("group", "team", "team"),
        ("group", "organization", "team · organization"),
        ("user", "", "person"),
        ("template", "", "template"),
    ],
)
def test_everything_is_called_what_people_call_it(kind: str, type_: str, words: str) -> None:
    assert naming.what(kind, type_) == words


def test_a_fact_is_called_by_its_name_and_one_without_is_spelled_out() -> None:
    assert facts.name_of("aws.alb") == "Load balancers"
    assert facts.name_of("costs.findings") == "Savings"
    assert facts.name_of("acme.feature-flags") == "Feature flags"


def test_every_fact_of_ours_has_a_name() -> None:
    ours = [source for source in facts.sources.items() if source.key in {"aws", "catalog", "catalog.kinds", "costs"}]
    assert ours
    for source in ours:
        assert set(source.names) == set(source.keys)


def test_a_list_counts_its_rows_in_one_wording() -> None:
    template = Template("{% load colonnade %}{% found count %}")
    said = [template.render(Context({"count": count})) for count in (0, 1, 1234)]
    assert said == ["Nothing found", "1 found", "1\u202f234 found"]


def test_a_load_balancer_with_the_name_of_a_database_is_not_said_to_fit(service: Callable[..., Entity]) -> None:
    fits = {("search-api", "search"): ("match", "PE")}
    domain = Entity(kind="resource", name="search-api", data={"spec": {"type": "search-domain", "store": "search"}})
    balancer = Entity(kind="resource", name="search-api", data={"spec": {"type": "load-balancer"}})
    assert leans_on._badge(domain, {}, fits) == ("fits: PE, search", "good", "check")
    assert leans_on._badge(balancer, {}, fits) == ("", "neutral", "")


def test_only_services_have_a_level_in_the_list(browse: Callable[..., Client], vera: User) -> None:
    read("Resource", "table", "type: dynamodb-table, owner: payments")
    page = text_of(browse(vera), "/services/?kind=resource&columns=scorecards.level&columns=owner")
    assert "DynamoDB table" in page
    assert "badge" not in page.partition("<tbody")[2].partition("</tbody>")[0]


def test_the_history_stands_under_the_tabs_of_its_entity(browse: Callable[..., Client], vera: User) -> None:
    read("System", "shop", "owner: payments")
    page = text_of(browse(vera), "/services/history/system/default/shop/")
    assert '<a href="/services/system/default/shop/">Overview</a>' in page
    assert '<a href="/services/history/system/default/shop/" aria-current="page">History</a>' in page


def test_a_system_without_services_offers_a_new_entry_to_editors_only(
    browse: Callable[..., Client], vera: User, mira: User
) -> None:
    read("System", "shop", "owner: payments")
    for user, offered in ((vera, False), (mira, True)):
        main = text_of(browse(user), "/services/system/default/shop/").partition("No service says")[2][:400]
        assert ('href="/services/new/"' in main) is offered
        assert "Set it up" not in main


def test_a_removal_without_a_reason_is_told_once(
    service: Callable[..., Entity], browse: Callable[..., Client], mira: User
) -> None:
    gone = service("gone")
    Entity.objects.filter(pk=gone.pk).update(source=apply.SOURCE)
    gone.refresh_from_db()
    apply.remove(mira, gone)
    page = text_of(browse(mira), "/services/component/default/gone/", status=410)
    assert "This service was removed" in page
    assert "by mira.</strong> No reason was given." in page
    assert "Removed by mira." not in page


def test_the_search_tells_resources_of_one_name_apart(vera: User) -> None:
    for name, kind in (("pay-a", "queue"), ("pay-b", "lambda-function")):
        read("Resource", name, f"type: {kind}, owner: payments")
    notes = [hit.note for hit in search_source.search(vera, "pay", 8)]
    assert notes == ["queue · payments", "Lambda function · payments"]


def test_who_may_not_edit_what_a_file_owns_is_told_which_file_and_when_it_is_read(
    browse: Callable[..., Client], mira: User
) -> None:
    entity = read("System", "shop", "owner: payments")
    place = locations.register("file", "demo/catalog-info.yaml", by=mira).location
    Source.objects.create(name=entity.source, location=place)
    page = text_of(browse(mira), "/services/edit/system/default/shop/")
    assert f"<code>{entity.source}</code>" in page
    assert f'href="{place.get_absolute_url()}"' in page
    assert f'href="{place.get_absolute_url()}"' in text_of(browse(mira), "/services/system/default/shop/")


def test_a_search_without_hits_gives_the_list_box_an_option_that_cannot_be_chosen(
    browse: Callable[..., Client], vera: User
) -> None:
    page = browse(vera).get("/search/?q=zzzzqq", headers={"HX-Request": "true"}).content.decode()
    assert 'class="hits-none" role="option" aria-disabled="true"' in page


def test_each_fact_of_the_tab_can_be_led_to(
    service: Callable[..., Entity], browse: Callable[..., Client], vera: User
) -> None:
    checkout = service("checkout")
    facts.publish(checkout, "aws.alb", {"items": [], "count": 0}, source="aws")
    page = text_of(browse(vera), f"{checkout.get_absolute_url()}facts/")
    assert '<tr id="aws.alb">' in page
    assert "Load balancers <code>aws.alb</code>" in page
