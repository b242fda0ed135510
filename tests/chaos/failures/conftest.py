"""A portal of real processes on PostgreSQL and Redis whose AWS, database and broker a test can slow down or take away."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis

from benchmarks.chaos_fleet import CALLS, make_functions, own_client
from portal.sandbox.gate import Gate
from portal.sandbox.server import start_thread
from tests.service.stack import ROOT, Stack, until

from .links import Link

EXPERIMENTS = 24
"""How many services there are; each test takes the next, so that none meets another's remains."""


def owner(run: int) -> str:
    """How the changes of a run name it."""
    return f"experiment-run:{run}"


class Portal(Stack):
    """Workers reach database and broker through links; the test itself looks at both directly."""

    def __init__(self, folder: Path, gate: Gate, url: str) -> None:
        super().__init__(folder, "services", AWS_ENDPOINT_URL=url, PORTAL_PLUGINS="services,chaos")
        self.gate, self.owner = gate, own_client(url)
        self.wire, self.broker = Link(self.env["DATABASE_URL"], 5432), Link(self.env["REDIS_URL"], 6379)
        self.direct = dict(self.env)
        self.slugs: list[str] = self.fleet("prepare", str(EXPERIMENTS))["slugs"]

    def fleet(self, *arguments: str) -> Any:
        """What a program with Django prints."""
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.chaos_fleet", *arguments],
            cwd=ROOT, env=self.direct, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a process behind the links."""
        self.env = {**self.direct, "DATABASE_URL": self.wire.url, "REDIS_URL": self.broker.url}
        try:
            return super().start(name, *command)
        finally:
            self.env = self.direct

    def experiment(self) -> int:
        """Start a run on a service that nobody has touched yet; its id."""
        number: int = self.fleet("start", self.slugs.pop())["runs"][0]
        return number

    def state(self, run: int) -> str:
        """The run's state."""
        return str(self.rows("SELECT state FROM chaos_experimentrun WHERE id = %s", run)[0][0])

    def changes(self, run: int) -> list[str]:
        """The states of what it has armed."""
        return [row[0] for row in self.rows("SELECT state FROM changes_change WHERE owner = %s", owner(run))]

    def column(self, run: int, name: str) -> Any:
        """One column of the run."""
        return self.rows("SELECT to_jsonb(r) FROM chaos_experimentrun r WHERE id = %s", run)[0][0][name]

    def reach(self, run: int, *states: str, seconds: float = 180) -> None:
        """Wait until the run is in one of the states."""
        until(lambda: self.state(run) in states, seconds, f"run {run} to be {' or '.join(states)}")

    def reserved(self, run: int) -> int | None:
        """The reserved concurrency of the run's function, as AWS has it: None on an ordinary day, 0 under the fault."""
        name = self.rows(
            "SELECT e.name FROM services_entity e JOIN chaos_experimentrun r ON r.service_id = e.id WHERE r.id = %s",
            run,
        )[0][0]
        answer = self.owner("lambda").get_function_concurrency(FunctionName=name)
        return answer.get("ReservedConcurrentExecutions")

    def holder(self, run: int) -> subprocess.Popen[bytes]:
        """The worker that is at the run now."""
        pid = until(lambda: self.column(run, "holder"), 60, "a worker at the run").rpartition(":")[2]
        return next(process for process in self.processes if process.pid == int(pid))

    def workers(self) -> None:
        """Two workers, each with a beat."""
        for name in ("one", "two"):
            self.worker(name, "-B", "-s", str(self.folder / f"{name}.beat"))

    def called(self, name: str, since: float = 0.0) -> list[float]:
        """When the fault's calls of this name reached AWS."""
        return self.gate.came(CALLS[name], since)

    def quiet(self) -> None:
        """Back to an ordinary day: nothing held, nothing cut, no process."""
        self.gate.open()
        self.wire.mend()
        self.broker.mend()
        for process in list(self.processes):
            self.kill(process)


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal for all tests of this folder: only its processes are started anew."""
    sandbox = start_thread()
    sandbox.reset()
    make_functions(sandbox.url, EXPERIMENTS)
    made = Portal(tmp_path_factory.mktemp("failures"), Gate(sandbox), sandbox.url)
    try:
        yield made
    finally:
        made.close()
        for link in (made.wire, made.broker):
            link.close()
        sandbox.stop()


@pytest.fixture
def portal(built: Portal) -> Iterator[Portal]:
    """It without processes, and with none left behind."""
    with closing(redis.Redis.from_url(built.direct["REDIS_URL"])) as server:
        server.flushdb()
    built.rows("UPDATE chaos_experimentrun SET state = 'ended' WHERE state NOT IN ('ended', 'blocked') RETURNING 1")
    built.rows("UPDATE changes_change SET state = 'undone' WHERE state NOT IN ('undone', 'kept') RETURNING 1")
    built.rows("UPDATE jobs_run SET state = 'lost' WHERE state IN ('queued', 'running') RETURNING 1")
    built.gate.calls.clear()
    yield built
    built.quiet()
