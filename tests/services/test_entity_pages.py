"""Pages of systems, domains, teams, people, APIs and resources: verdict first, constant queries, safe text, files to take away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.plugins import Panel, panels
from services import ingest
from services.models import Document, Entity
from services.storing import documents

pytestmark = pytest.mark.django_db
HEAD = "apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
ORGANISATION = [
    ("Domain", "commerce", "owner: payments"),
    ("System", "shop", "owner: payments, domain: commerce"),
    ("Group", "company", "type: company, children: []"),
    ("Group", "payments", "type: team, parent: company, children: []"),
    ("User", "pia", "memberOf: [payments]"),
    ("API", "orders", "type: openapi, lifecycle: deprecated, owner: payments, system: shop, definition: '<script>alert(1)</script>'"),
    ("Resource", "table", "type: database, owner: payments, system: shop"),
    ("Component", "web", "type: website, lifecycle: production, owner: payments, system: shop, consumesApis: [orders], dependsOn: [resource:table]"),
    ("Component", "back", "type: service, lifecycle: deprecated, owner: payments, system: shop, providesApis: [orders], dependsOn: [component:gone]"),
]  # fmt: skip


@pytest.fixture
def client(browse: Callable[..., Client], vera: User) -> Client:
    return browse(vera)


def read(*rows: tuple[str, str, str], source: str = "organisation.yaml") -> None:
    text = "---\n".join(HEAD.format(kind=kind, name=name, spec=spec) for kind, name, spec in rows)
    outcome = ingest.ingest(text.encode(), source)
    assert not outcome.errors, outcome.errors


@pytest.fixture
def organisation(db: None) -> None:
    read(*ORGANISATION)


@pytest.mark.parametrize(
    ("path", "sentences"),
    [
        ("system/default/shop", ["Holds 2 services, 1 API and 1 resource.", "1 service of them is deprecated."]),
        ("domain/default/commerce", ["Holds 1 system with 2 services."]),
        ("group/default/payments", ["Owns 2 services, 1 API, 1 resource and 1 system.", "1 person belongs to it."]),
        ("group/default/company", ["Owns nothing yet.", "Nobody belongs to it."]),
        ("user/default/pia", ["Belongs to 1 team, which owns 2 services."]),
        ("api/default/orders", ["Provided by 1 service, called by 1 service.", "It is deprecated, and still called."]),
        ("resource/default/table", ["1 service leans on it."]),
    ],
)
def test_the_page_says_first_how_it_stands(client: Client, organisation: None, path: str, sentences: list[str]) -> None:
    page = client.get(f"/services/{path}/").content.decode()
    main = page[page.index("<main") :]
    assert all(words in main for words in sentences)
    assert main.index(sentences[0]) < main.index('class="card"')


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("system/default/shop", ["domain/default/commerce", "component/default/web", "component/default/back", "api/default/orders", "resource/default/table"]),
        ("domain/default/commerce", ["system/default/shop", "component/default/web"]),
        ("group/default/payments", ["user/default/pia", "group/default/company", "system/default/shop", "component/default/web"]),
        ("group/default/company", ["group/default/payments"]),
        ("user/default/pia", ["group/default/payments", "component/default/web"]),
        ("api/default/orders", ["component/default/web", "component/default/back"]),
        ("resource/default/table", ["component/default/web"]),
        ("component/default/web", ["api/default/orders", "resource/default/table"]),
    ],
)  # fmt: skip
def test_the_page_leads_to_what_belongs_to_it(client: Client, organisation: None, path: str, others: list[str]) -> None:
    page = client.get(f"/services/{path}/").content.decode()
    assert not [other for other in others if f'href="/services/{other}/"' not in page]


def test_what_nothing_belongs_to_says_how_that_is_mended(client: Client) -> None:
    for kind in ("system", "domain", "group", "user", "api", "resource"):
        made = Entity.objects.create(kind=kind, name="lonely")
        page = client.get(made.get_absolute_url())
        assert page.status_code == 200
        assert page.context["verdict"].state in {"stale", "poor"}


def test_teams_that_go_round_in_a_circle_are_shown_once_round(client: Client) -> None:
    read(("Group", "a", "type: team, parent: b, children: []"), ("Group", "b", "type: team, parent: a, children: []"))
    page = client.get("/services/group/default/a/").content.decode()
    assert "These teams go round in a circle." in page


def test_a_definition_is_text(client: Client, organisation: None) -> None:
    page = client.get("/services/api/default/orders/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_definition_that_is_no_text_leaves_the_page_standing(client: Client) -> None:
    for number, definition in enumerate(([1], {"a": 1}, 7, None, "", "  ")):
        made = Entity.objects.create(kind="api", name=f"a{number}", data={"spec": {"definition": definition}})
        page = client.get(made.get_absolute_url())
        assert page.status_code == 200
        assert b">Definition<" not in page.content


def test_what_leans_on_a_service_stands_beside_what_it_leans_on(client: Client, organisation: None) -> None:
    read(("Component", "cli", "type: tool, lifecycle: production, owner: payments, dependsOn: [component:back]"), source="more.yaml")  # fmt: skip
    page = client.get("/services/component/default/back/").content.decode()
    assert page.index("What it leans on") < page.index("What leans on it")
    assert 'href="/services/component/default/cli/"' in page
    assert "not in the catalog" in page


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_the_descriptor_is_shown_and_taken_away_in_both_forms(client: Client, organisation: None, form: str) -> None:
    base = "/services/component/default/web/"
    answer = client.get(f"{base}descriptor.{form}")
    document: Any = json.loads(answer.content) if form == "json" else yaml.safe_load(answer.content)
    assert answer["Content-Disposition"] == f'attachment; filename="component-web.{form}"'
    assert document["kind"] == "Component"
    assert {"type": "consumesApi", "targetRef": "api:default/orders"} in document["relations"]
    page = client.get(f"{base}descriptor/?as={form}").content.decode()
    assert "targetRef" in page
    assert "backstage.io/managed-by-location" in page


def test_a_descriptor_in_another_form_or_of_nothing_is_missing(client: Client, organisation: None) -> None:
    assert client.get("/services/component/default/web/descriptor.xml").status_code == 404
    assert client.get("/services/component/default/none/descriptor.json").status_code == 404
    assert client.get("/services/component/default/web/descriptor/?as=nonsense").status_code == 200


def test_a_document_that_lags_behind_is_made_for_the_reader(client: Client, organisation: None) -> None:
    web = Entity.objects.get(name="web")
    Document.objects.filter(entity=web).update(text="{}")
    documents.mark([web.ref])
    assert b"api:default/orders" in client.get("/services/component/default/web/descriptor.json").content


def test_plugins_add_to_every_kind_of_page(client: Client, organisation: None) -> None:
    def context(request: Any, subject: Entity) -> dict[str, Any]:
        return {"title": f"Card of {subject.name}"}

    for slot, path in (("system.main", "system/default/shop"), ("user.side", "user/default/pia"), ("api.full", "api/default/orders")):  # fmt: skip
        with panels.temporarily(Panel("test.card", "Card", slot, "_components/row.html", context)):
            assert "Card of" in client.get(f"/services/{path}/").content.decode()
    with panels.temporarily(Panel("extra", "Extra", "entity.tab", "_components/row.html", context)):
        assert b"Card of pia" in client.get("/services/user/default/pia/extra/").content


@pytest.mark.parametrize("path", ["system/default/shop", "domain/default/commerce", "group/default/payments", "user/default/pia", "api/default/orders", "resource/default/table", "component/default/back", "component/default/back/graph"])  # fmt: skip
def test_a_page_takes_as_many_queries_for_1000_as_for_10(client: Client, organisation: None, path: str) -> None:
    taken = []
    for start, end in ((0, 10), (10, 1000)):
        for first in range(start, end, 400):
            read(
                *(
                    ("Component", f"c{number}", "type: service, lifecycle: production, owner: payments, system: shop, "
                     "consumesApis: [orders], dependsOn: [resource:table, component:back]")
                    for number in range(first, min(first + 400, end))
                ),
                source=f"many-{first}.yaml",
            )  # fmt: skip
        client.get(f"/services/{path}/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/services/{path}/").status_code == 200
        taken.append(len(queries))
    assert taken[1] <= taken[0] + 1  # beyond the first few, one more to count them
    assert taken[1] <= 40
