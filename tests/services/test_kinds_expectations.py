"""What every demo service is, by a table: real discovery of the embedded AWS, the demo's descriptors and answers.

A row says: serverless verdict, what stands in the way, ways in, mesh, what the mesh does not fit, database verdict with
its severity, PIE pair, best family, and what AWS has closed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from portal.sandbox.mesh_changes import AFTER
from portal.sandbox.organisation import SERVICES
from portal.sandbox.seed import seed_all, seed_service
from services import demo, demo_answers, facts
from services.advice import advise
from services.discover import discover
from services.ingest import ingest
from services.kinds import publish as judge_kinds
from services.kinds.judgement import ADVICE, MESH, SERVERLESS
from services.models import Entity
from services.panels import mesh as mesh_panel

pytestmark = pytest.mark.django_db


class Row(NamedTuple):
    """What one service should be."""

    serverless: str
    obstacles: int
    fronts: tuple[str, ...] = ()
    mesh: str = ""
    misfits: tuple[str, ...] = ()
    database: str = ""
    pair: str = ""
    best: str = ""
    retired: tuple[str, ...] = ()


ALB, API, EVENT, LATTICE, CONNECT = ("alb",), ("private-api",), ("event",), ("lattice",), ("connect",)
HTTP = ("api", "url")
QLDB, TIMESTREAM = ("audit-journal (Amazon QLDB)",), ("tracking-positions (Timestream for LiveAnalytics)",)
EXPECTED = {
    "checkout": Row("full", 0, ("alb", "private-api"), database="match", pair="IE", best="key-value"),
    "search-api": Row("servers", 2, ALB, database="match", pair="PE", best="search"),
    "ledger": Row(
        "partly", 1, ("alb", "connect"), "ECS Service Connect", database="match", pair="PE", best="relational"
    ),
    "refunds": Row("full", 0, EVENT, database="match", pair="IE", best="distributed-sql"),
    "fraud-score": Row("partly", 1, database="unanswered"),
    "invoices": Row("partly", 1, CONNECT, "ECS Service Connect", database="match", pair="PE", best="document"),
    "products": Row("partly", 1, ALB, database="mismatch medium", pair="PE", best="search"),
    "prices": Row("full", 0, HTTP, database="match", pair="IE", best="distributed-sql"),
    "media": Row("full", 0, HTTP),
    "reviews": Row("servers", 2, database="unanswered"),
    "indexer": Row("full", 0),
    "suggest": Row("partly", 1, database="unanswered"),
    "recommendations": Row("partly", 1, database="match", pair="PE", best="graph"),
    "shipping": Row("partly", 1, ALB, "App Mesh", database="match", pair="PE", best="relational"),
    "tracking": Row("full", 0, ("url",), database="match", pair="IE", best="time-series", retired=TIMESTREAM),
    "warehouse": Row("servers", 2, database="mismatch high", pair="IE", best="distributed-sql"),
    "routing": Row("full", 0, ("mesh",), "App Mesh", ("carrier-gateway",)),
    "carrier-gateway": Row("full", 0, API, "App Mesh"),
    "login": Row("partly", 1, ALB, database="match", pair="IE", best="key-value"),
    "accounts": Row("servers", 1, database="match", pair="PE", best="relational"),
    "permissions": Row("full", 0, database="mismatch medium", pair="PE", best="graph"),
    "audit-log": Row("full", 0, EVENT, database="mismatch low", pair="PE", best="relational", retired=QLDB),
    "events": Row("full", 0, ("event", "lattice"), "VPC Lattice"),
    "warehouse-etl": Row("servers", 1),
    "reports": Row("partly", 1),
    "exports": Row("full", 0, LATTICE, "VPC Lattice"),
}


def seen(name: str) -> Row:
    """What the published facts say of a service."""
    views = facts.current(Entity.objects.services().get(name=name))
    less = views[SERVERLESS].value
    mesh: dict[str, Any] = views[MESH].value if MESH in views else {}
    advice: dict[str, Any] = views[ADVICE].value if ADVICE in views else {}
    return Row(
        less["verdict"],
        less["obstacle_count"],
        tuple(less["fronts"]),
        mesh.get("technology", ""),
        tuple(mesh.get("misfits", ())),
        f"{advice.get('match', '')} {advice.get('severity', '')}".strip(),
        advice.get("pair", ""),
        advice.get("first", ""),
        tuple(advice.get("retired", ())),
    )


def look() -> None:
    """One discovery and one judgement."""
    discover(lambda done, total, text: None, lambda: None)
    judge_kinds.judge_due(lambda done, total: None)


def test_every_demo_service_is_what_the_table_says(aws: Any) -> None:
    seed_all(aws.url)
    for file in sorted((Path(demo.__file__).parent / "demo").glob("*.yaml")):
        ingest(file.read_bytes(), f"demo/{file.name}")
    discover(lambda done, total, text: None, lambda: None)
    for name, entry in demo_answers.answers().items():
        advise.record(entry["by"], Entity.objects.services().get(name=name), entry["answers"])
    judge_kinds.judge_due(lambda done, total: None)
    assert set(EXPECTED) == {service.name for service in SERVICES}
    assert {name: seen(name) for name in EXPECTED} == EXPECTED
    assert judge_kinds.judge_due(lambda done, total: None) == 0, "an unchanged world changes no verdict"


def test_what_cloudwatch_saw_of_the_stores_is_a_fact(aws: Any) -> None:
    for name in ("checkout", "shipping"):
        seed_service(aws.url, name)
    look()

    def use(name: str) -> dict[str, Any]:
        (item,) = facts.current(Entity.objects.services().get(name=name))["aws.store-use"].value["items"]
        return dict(item)

    assert (use("checkout")["name"], use("checkout")["store"]) == ("orders-table", "dynamodb")
    assert 55 <= use("checkout")["reads_s"] <= 65
    assert 20 <= use("shipping")["cpu_percent"] <= 24


def test_the_meshes_are_read_with_their_routes_settings_and_costs(aws: Any) -> None:
    for name in ("ledger", "invoices", "exports", "events", "routing"):
        seed_service(aws.url, name)
    look()

    def mesh(name: str) -> dict[str, Any]:
        (item,) = facts.current(Entity.objects.services().get(name=name))["aws.mesh"].value["items"]
        return dict(item)

    ledger, exports, events, routing = mesh("ledger"), mesh("exports"), mesh("events"), mesh("routing")
    assert (ledger["network"], ledger["encrypted"], ledger["routes_without_timeout"]) == ("money", True, [])
    assert ledger["routes"][0]["callers"] == ["invoices"]
    assert (mesh("invoices")["encrypted"], mesh("invoices")["routes_without_timeout"]) == (False, ["invoices"])
    assert [target["share"] for target in exports["routes"][0]["targets"]] == [0.95, 0.05]
    assert (exports["authenticated"], exports["access_logs"], exports["encrypted"]) == (True, True, True)
    assert (events["authenticated"], events["access_logs"], events["encrypted"]) == (False, False, False)
    assert routing["routes_without_retry"] == routing["routes_without_timeout"] == ["plan"]
    assert routing["routes"][0]["retry_on"] == ["server-error", "gateway-error", "connection-error"]
    assert routing["members_without_outlier"] == ["routing-next"]
    assert 5 <= exports["traffic"]["mesh_ms"] - exports["traffic"]["direct_ms"] <= 9
    assert 0 <= ledger["traffic"]["mesh_ms"] - ledger["traffic"]["direct_ms"] <= 4
    assert routing["traffic"]["reason"].startswith("App Mesh publishes no latency")


def test_a_change_of_a_mesh_is_kept_with_the_services_that_it_reached(
    aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.sandbox import mesh_changes

    now = [1_800_000_000.0]
    monkeypatch.setattr(aws.state, "wall", lambda: now[0])
    for name in ("routing", "carrier-gateway"):
        seed_service(aws.url, name)
    mesh_changes.advance(aws.state)
    look()
    entity = Entity.objects.services().get(name="routing")
    assert mesh_panel.history(entity)[0] == []
    now[0] += AFTER
    mesh_changes.advance(aws.state)
    look()
    ((moment),) = mesh_panel.history(entity)[0]
    assert moment.change.words == "weights routing 90 %, routing-next 10 % → routing 70 %, routing-next 30 %"
    reached = {name: found.name if found else None for name, found in moment.reached}
    assert reached == {
        "carrier-gateway": "carrier-gateway", "routing": "routing", "routing-next": None, "shipping": None,
    }  # fmt: skip
    mesh_changes.advance(aws.state)
    look()
    assert len(mesh_panel.history(entity)[0]) == 1, "it changes once"
