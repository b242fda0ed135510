"""A portal of real processes on a real database and a real broker, for tests that kill things."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

from scripts.machine import POSTGRES_URL, REDIS_URL

ROOT = Path(__file__).resolve().parents[2]
_pause = threading.Event()


def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true answer of `condition`, or a failure that says what was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        _pause.wait(0.2)
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")


class Stack:
    """Processes with one environment. `kind` is "embedded" (SQLite, filesystem) or "services" (PostgreSQL, Redis)."""

    def __init__(self, folder: Path, kind: str, **env: str) -> None:
        self.folder, self.kind = folder, kind
        self.processes: list[subprocess.Popen[bytes]] = []
        self.env = {**os.environ, "COLONNADE_DATA": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "portal.settings"}
        self.env |= {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]), "LOG_LEVEL": "INFO", **env}
        for name in ("DATABASE_URL", "REDIS_URL"):
            self.env.pop(name, None)
        if kind == "services":
            self.env |= {
                "DATABASE_URL": self._database(),
                "REDIS_URL": f"{REDIS_URL}/11",
                "SECRET_KEY": uuid.uuid4().hex * 2,
            }
            self.env |= {"ALLOWED_HOSTS": "localhost"}
            redis.Redis.from_url(f"{REDIS_URL}/11").flushdb()
        self.manage("migrate", "--verbosity", "0")

    def _database(self) -> str:
        self.database = f"colonnade_{uuid.uuid4().hex[:12]}"
        with psycopg.connect(POSTGRES_URL, autocommit=True) as link:
            link.execute(f"CREATE DATABASE {self.database}")
        return f"{POSTGRES_URL.rpartition('/')[0]}/{self.database}"

    def manage(self, *args: str) -> str:
        """Run a management command; its output."""
        done = subprocess.run(
            [sys.executable, "manage.py", *args], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def ask(self, code: str) -> Any:
        """Run Python with Django set up; the value it assigns to `answer`, through JSON."""
        script = f"import json\n{code}\nprint('ANSWER' + json.dumps(answer, default=str))"
        return json.loads(self.manage("shell", "--no-imports", "-v", "0", "-c", script).rpartition("ANSWER")[2])

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database answers, without the cost of starting Django. `values` are for the marks of its driver."""
        if self.kind == "services":
            with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as link:
                return link.execute(sql, values or None).fetchall()  # type: ignore[call-overload]
        with closing(sqlite3.connect(self.folder / "data" / "colonnade.sqlite3", timeout=20)) as link:
            return link.execute(sql, values).fetchall()

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own; its output goes to a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(process)
        return process

    def worker(self, name: str, *extra: str) -> subprocess.Popen[bytes]:
        """A Celery worker with four threads on all queues."""
        options = ["--pool=threads", "--concurrency=4", "-Q", "default,chaos,rescue", "-n", f"{name}@%h", "-l", "INFO"]
        return self.start(name, "-m", "celery", "-A", "portal", "worker", *options, *extra)

    def beat(self, name: str) -> subprocess.Popen[bytes]:
        """A beat of its own."""
        return self.start(name, "-m", "celery", "-A", "portal", "beat", "-s", str(self.folder / f"{name}.db"))

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 of the whole group, at once."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=60)
        self.processes.remove(process)

    def close(self) -> None:
        """Stop what still runs and drop the database."""
        for process in list(self.processes):
            self.kill(process)
        if self.kind == "services":
            with psycopg.connect(POSTGRES_URL, autocommit=True) as link:
                link.execute(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")


@contextmanager
def stack(folder: Path, kind: str, **env: str) -> Iterator[Stack]:
    """A stack that is gone after the block."""
    made = Stack(folder, kind, **env)
    try:
        yield made
    finally:
        made.close()
