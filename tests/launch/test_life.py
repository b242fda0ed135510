"""A real run: it serves, revives what dies, keeps the data, and leaves no process behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.running import Portal, launch, serving, survivors, until

pytestmark = pytest.mark.service


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A running portal, ended afterwards by force if the test did not."""
    started = launch(tmp_path / "data")
    yield started
    if started.process.poll() is None:
        started.stop(signal.SIGTERM)


def test_it_serves_shows_the_way_in_and_stops_without_a_trace(portal: Portal) -> None:
    serving(portal)
    assert portal.get("/healthz") == {"status": "ok"}
    said = portal.said()
    assert f"http://localhost:{portal.port}" in said
    assert "mira" in said
    everything = portal.tree()
    assert portal.stop(signal.SIGINT) == 0
    assert not survivors(everything, seconds=0)


def test_a_worker_that_is_killed_is_started_again_and_its_beat_goes_with_it(portal: Portal) -> None:
    serving(portal)
    worker = until(lambda: portal.find("celery"), 120, portal, "worker")
    until(lambda: worker.children(), 120, portal, "beat inside the worker")
    family = [worker, *worker.children(recursive=True)]
    worker.kill()
    until(lambda: "The worker ended (signal SIGKILL) and was started again" in portal.said(), 120, portal, "revival")
    again = portal.find("celery")
    assert again is not None
    assert again.pid != worker.pid
    assert not survivors(family)


def test_a_launcher_that_is_killed_takes_its_children_along(portal: Portal) -> None:
    serving(portal)
    everything = portal.tree()
    portal.process.kill()
    portal.process.wait()
    _, alive = psutil.wait_procs(everything, timeout=180)  # a worker ends what it is at
    for one in alive:
        one.kill()
    assert not alive


def test_a_second_start_on_the_same_folder_is_refused_and_a_later_one_keeps_the_data(
    portal: Portal, tmp_path: Path
) -> None:
    serving(portal)
    second = launch(portal.data)
    assert second.process.wait(120) == 1
    assert "already runs on the data folder" in second.said()
    key = (portal.data / "secret-key").read_text()
    portal.manage("shell", "-c", "from django.contrib.auth.models import User; User.objects.create(username='kept')")
    portal.stop()
    again = serving(launch(portal.data))
    try:
        assert (portal.data / "secret-key").read_text() == key
        counted = again.manage(
            "shell",
            "-v",
            "0",
            "-c",
            "from django.contrib.auth.models import User as U; print(U.objects.filter(username='kept').count())",
        )
        assert counted.splitlines()[-1] == "1"
    finally:
        again.stop()
