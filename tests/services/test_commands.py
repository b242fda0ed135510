"""`manage.py ingest`, the demo's step and the job that shows its progress."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.jobs.context import JobContext
from portal.jobs.models import RUNNING, Run
from services import demo, discover, home
from services.models import DiscoveryReport, Entity

pytestmark = pytest.mark.django_db
GOOD = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: checkout}
spec: {type: service, lifecycle: production, owner: payments}
"""


@pytest.fixture
def context(db: None) -> JobContext:
    run = Run.objects.create(job="services.discover", state=RUNNING, due_at=timezone.now())
    return JobContext(run, 60)


def test_a_folder_is_read_and_a_problem_makes_the_command_fail(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text("- broken")
    with pytest.raises(CommandError, match="1 problem; everything else was stored"):
        call_command("ingest", str(tmp_path))
    said = capsys.readouterr()
    assert "a.yaml: 1 stored" in said.out
    assert "b.yaml:1: The document is not a mapping." in said.err
    assert Entity.objects.get().name == "checkout"


def test_a_file_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no such file"):
        call_command("ingest", str(tmp_path / "none.yaml"))


def test_an_address_needs_its_host_on_the_list(settings: Any) -> None:
    settings.READING_ALLOW = ["git.example.com"]
    with pytest.raises(CommandError, match="Add it to READING_ALLOW"):
        call_command("ingest", "http://169.254.169.254/latest/meta-data")


def test_the_demo_waits_until_the_embedded_aws_is_furnished(
    context: JobContext, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.AWS_ENDPOINT_URL = "http://127.0.0.1:1"
    answers = iter(
        [{}, {"seeded": 3, "total": 26, "text": "Loading ledger"}, {"ready": True, "seeded": 26, "total": 26}]
    )
    slept: list[float] = []
    discovered: list[JobContext] = []
    monkeypatch.setattr(demo, "_status", lambda: next(answers))
    monkeypatch.setattr(demo.time, "sleep", slept.append)
    monkeypatch.setattr(discover, "run", lambda got: discovered.append(got) or {"resources": 0, "services": 0})
    demo.load(context)
    assert (len(slept), discovered) == (2, [context])
    assert Entity.objects.services().count() == 26


def test_a_status_page_that_does_not_answer_is_no_status(settings: Any) -> None:
    settings.AWS_ENDPOINT_URL = "http://127.0.0.1:1"
    assert demo._status() == {}


def test_a_running_discovery_is_shown_with_its_progress(context: JobContext, vera: User) -> None:
    assert home.running(vera) == []
    for account in ("1", "2"):
        DiscoveryReport.objects.create(
            account=account, account_name="x", region="r", kind="k", state="ok", at=timezone.now()
        )
    context.progress(120, 380, "payments: 120 of 380 resources")
    (row,) = home.running(vera)
    assert (row.title, row.note, row.progress) == ("Discovery, 2 accounts", "payments: 120 of 380 resources", 32)


def test_the_job_stops_when_it_is_cancelled(context: JobContext, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.jobs.context import Cancelled

    def cancelled(progress: Any, check: Any) -> dict[str, Any]:
        Run.objects.update(cancel_by="mira")
        progress(1, 2, "production: 1 of 2 resources")
        return {}

    monkeypatch.setattr(discover, "discover", cancelled)
    with pytest.raises(Cancelled):
        discover.run(context)
