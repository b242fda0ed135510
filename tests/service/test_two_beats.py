"""Two beats and two workers, for a minute, on Redis and PostgreSQL: every slot runs exactly once."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.service.stack import stack, until

APP = """
from portal.plugins import PluginConfig
class Config(PluginConfig):
    name = "counting"
"""
PLUGIN = """
import os
from portal.plugins import Job, jobs
def run(context):
    line = f"{context.slot.isoformat()} {context.run.attempt}\\n".encode()
    log = os.open(os.environ["COUNTING_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, line)
    os.close(log)
jobs.add(Job("counting.count", "Count", run, every=1, keep=10_000))
"""


def counting_plugin(folder: Path) -> None:
    """A third-party package, laid out as pip would, whose job writes its slot to a file."""
    package, info = folder / "counting", folder / "counting-1.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "__init__.py").write_text("")
    (package / "apps.py").write_text(APP)
    (package / "plugin.py").write_text(PLUGIN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: counting\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[colonnade.plugins]\ncounting = counting.apps:Config\n")


@pytest.mark.service
@pytest.mark.postgres
@pytest.mark.redis
def test_two_beats_and_two_workers_run_every_slot_exactly_once(tmp_path: Path) -> None:
    counting_plugin(tmp_path)
    counted = tmp_path / "counted.txt"
    env = {"PORTAL_PLUGINS": "services,counting", "COUNTING_FILE": str(counted)}
    with stack(tmp_path, "services", **env) as portal:
        for number in "12":
            portal.worker(f"worker{number}")
            portal.beat(f"beat{number}")
        until(counted.exists, 240, "the first slot")  # starting may take long; the minute begins with the first slot
        # The claim is about a minute of real time; nothing is polled meanwhile.
        threading.Event().wait(60)
        states = portal.ask(
            "from portal.jobs.models import Run\n"
            "answer = list(Run.objects.filter(job='counting.count').values_list('state', 'attempt', 'slot'))"
        )
    slots = Counter(line.split()[0] for line in counted.read_text().splitlines())
    assert len(slots) >= 15
    assert set(slots.values()) == {1}, "a slot ran twice"
    assert len({slot for _, _, slot in states}) == len(states), "a slot has two rows"
    assert {attempt for state, attempt, _ in states if state == "succeeded"} == {1}
    unfinished = [slot for state, _, slot in states if state not in ("succeeded", "running", "queued")]
    assert unfinished == []
