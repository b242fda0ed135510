"""Experiments and runs of one fault become methods of one step, and a planned run stays what it was."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chaos import experiments
from chaos.models import Experiment, ExperimentRun

BEFORE, AFTER = [("chaos", "0001_initial")], [("chaos", "0002_method")]
ARGUMENTS = {"account": "111111111111", "region": "us-east-1", "zone": "us-east-1a"}
DEFINITION = {
    "hypothesis": {"sentence": "It holds.", "probes": []}, "fault": "zone-network-cut", "arguments": ARGUMENTS,
    "stop_conditions": [], "observe_seconds": 30, "max_seconds": 60, "recover_seconds": 20,
}  # fmt: skip
TARGET = {"sentence": "2 of 6 hosts.", "rows": [], "refusal": "", "target": {"zone": "us-east-1a"}}


def _rows(apps: Any) -> None:
    service = apps.get_model("services", "Entity").objects.create(kind="component", namespace="default", name="a")
    made = apps.get_model("chaos", "Experiment").objects.create(
        slug="a", title="A", service=service, sha256="a" * 64, created_by="jon", preview=TARGET, **DEFINITION
    )
    runs = apps.get_model("chaos", "ExperimentRun").objects
    fields = {"experiment": made, "service": service, "requested_by": "jon", "definition": DEFINITION}
    for number, sha256 in enumerate(("a" * 64, "b" * 64)):
        runs.create(slot_at=f"2026-01-0{number + 1}T00:00Z", experiment_sha256=sha256, state="blocked", **fields)
    done = runs.create(slot_at="2026-01-03T00:00Z", experiment_sha256="a" * 64, state="ended", preview=TARGET, **fields)
    apps.get_model("changes", "Change").objects.create(
        kind="zone-network-cut", target={}, before={}, owner=f"experiment-run:{done.pk}", by="jon", reason="x",
        state="undone", lease_until="2026-01-03T00:00Z",
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_one_fault_becomes_a_method_of_one_step() -> None:
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] != "chaos"]
    latest = executor.loader.graph.leaf_nodes("chaos")
    executor.migrate(BEFORE)
    try:
        _rows(executor.loader.project_state([*BEFORE, *others]).apps)
    finally:
        MigrationExecutor(connection).migrate(latest)
    made = Experiment.objects.get()
    step = {"type": "fault", "name": "zone-network-cut", "fault": "zone-network-cut", "arguments": ARGUMENTS}
    assert made.method == [step]
    assert made.sha256 == experiments.digest(made)
    assert made.preview["steps"][0]["sentence"] == "2 of 6 hosts."
    planned, older, done = ExperimentRun.objects.order_by("pk")
    assert planned.experiment_sha256 == made.sha256
    assert older.experiment_sha256 == "b" * 64
    assert all(run.definition["method"] == [step] for run in (planned, older, done))
    assert [run.step_rows.get().state for run in (planned, older, done)] == ["skipped", "skipped", "undone"]
    assert done.step_rows.get().change is not None


def test_the_migration_hashes_what_an_experiment_hashes_today() -> None:
    assert importlib.import_module("chaos.migrations.0002_method").DEFINING == experiments.DEFINING
