"""Discovery again and again: unchanged worlds are not written, killed runs are repeated, two at once do no harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.jobs.context import Cancelled, JobContext
from portal.jobs.models import RUNNING, Run
from services import discover as job
from services.discover import discover
from services.ingest import ingest
from services.models import Entity, Fact, Relation, Stray

from .conftest import World, table
from .test_discover import OTHER

pytestmark = pytest.mark.django_db
NOTHING: Callable[[], None] = lambda: None  # noqa: E731


def run(check: Callable[[], None] = NOTHING) -> dict[str, Any]:
    return discover(lambda done, total, text: None, check)


def fill(world: World) -> None:
    """Three services, one of them described, and two strays."""
    text = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: checkout}\n"
    ingest(f"{text}spec: {{type: service, lifecycle: production, owner: payments}}\n".encode(), "a.yaml")
    world.put(
        table("orders"), table("carts"), table("ledger-table", "ledger", OTHER), table("prices", "prices"),
        table("checkout-old", ""), table("poc", "", OTHER),
    )  # fmt: skip


def duplicates() -> dict[str, int]:
    """How many rows there are beyond one for each thing."""
    entities = list(Entity.objects.live().values_list("kind", "namespace", "name"))
    relations = list(Relation.objects.values_list("source_ref", "type", "target_ref"))
    open_facts = list(Fact.objects.filter(valid_to=None).values_list("entity", "key"))
    rows = list(Stray.objects.values_list("account", "region", "arn"))
    return {
        name: len(found) - len(set(found))
        for name, found in {"entities": entities, "relations": relations, "facts": open_facts, "strays": rows}.items()
    }


def world_as_written() -> tuple[Any, ...]:
    """Everything that discovery writes, without row ids and moments."""
    return (
        sorted(Entity.objects.live().values_list("kind", "name", "title", "owner_ref", "type", "source")),
        sorted(Relation.objects.values_list("source_ref", "type", "target_ref")),
        sorted(Fact.objects.filter(valid_to=None).values_list("entity__name", "key", "sha256")),
        sorted(Stray.objects.values_list("account", "region", "arn", "state")),
    )


def writes(caught: CaptureQueriesContext) -> list[str]:
    """The tables that are written, without last-seen times of facts and the reports."""
    said = [query["sql"] for query in caught.captured_queries]
    changing = [sql for sql in said if sql.startswith(("INSERT", "UPDATE", "DELETE"))]
    harmless = ('UPDATE "services_fact" SET "observed_at"', 'INSERT INTO "services_discoveryreport"')
    return [
        sql[:160] for sql in changing if not sql.startswith(harmless) or '"valid_to" =' in sql.partition("WHERE")[0]
    ]


def test_an_unchanged_second_pass_writes_only_last_seen_times_and_reports(world: World) -> None:
    fill(world)
    run()
    with CaptureQueriesContext(connection) as caught:
        assert run()["facts_changed"] == 0
    assert writes(caught) == []


@pytest.mark.parametrize("stop_at", range(2, 9))
def test_a_run_killed_anywhere_and_repeated_leaves_what_one_whole_run_leaves(world: World, stop_at: int) -> None:
    fill(world)
    asked: list[int] = []

    def die() -> None:
        asked.append(1)
        if len(asked) == stop_at:
            raise KeyboardInterrupt

    try:
        run(die)
        assert len(asked) < stop_at
    except KeyboardInterrupt:
        assert set(duplicates().values()) == {0}
    run()
    assert set(duplicates().values()) == {0}
    repeated = world_as_written()
    assert len(repeated[0]) == 3 + 4
    assert len(repeated[3]) == 2
    run()
    assert world_as_written() == repeated


@pytest.mark.parametrize("meet_at", range(1, 9))
def test_a_second_discovery_in_the_middle_of_the_first_leaves_no_duplicate(world: World, meet_at: int) -> None:
    fill(world)
    asked: list[int] = []

    def meet() -> None:
        asked.append(1)
        if len(asked) == meet_at:
            run()

    run(meet)
    assert len(asked) >= meet_at or meet_at > 6
    assert set(duplicates().values()) == {0}
    written = world_as_written()
    assert (len(written[0]), len(written[3])) == (3 + 4, 2)
    run()
    assert world_as_written() == written


def test_a_cancelled_job_stops_between_two_reads(world: World, admin: User) -> None:
    fill(world)
    row = Run.objects.create(job=job.JOB, state=RUNNING, cancel_by="admin")
    with pytest.raises(Cancelled):
        job.run(JobContext(row, lease=60))
    assert world.calls == []
    assert not Entity.objects.filter(source="discovery").exists()


def test_progress_counts_reads_up_to_their_number(world: World) -> None:
    fill(world)
    said: list[tuple[int, int, str]] = []
    discover(lambda *one: said.append(one), NOTHING)
    done = [one[0] for one in said]
    assert done == sorted(done)
    assert {one[1] for one in said} == {said[-1][0]}
    assert any(text.startswith("platform, eu-west-1: DynamoDB tables") for _, _, text in said)
