"""A portal of its own for a benchmark: an empty database, commands on it, a web server with a token."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from portal.environment import BASE
from scripts import machine
from scripts.ground import free_port

DROPPED = ("DATABASE_URL", "REDIS_URL", "AWS_ENDPOINT_URL", "PORTAL_PLUGINS", "DJANGO_SETTINGS_MODULE")


@contextmanager
def environment(database: str) -> Iterator[dict[str, str]]:
    """Environment variables of an empty, migrated portal on "sqlite" or "postgresql"; all of it is gone afterwards."""
    kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
    with tempfile.TemporaryDirectory(prefix="colonnade-bench-") as folder:
        made = kept | {
            "COLONNADE_DATA": folder,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "API_RATE": "1000000/min",
            "HOOK_RATE": "1000000/min",
        }
        if database == "sqlite":
            command(made, "migrate", "--verbosity", "0")
            yield made
            return
        with _postgres() as url:
            made |= {"DATABASE_URL": url, "SECRET_KEY": secrets.token_urlsafe(60), "SECURE": "false"}
            made |= {"ALLOWED_HOSTS": "127.0.0.1"}
            command(made, "migrate", "--verbosity", "0")
            yield made


@contextmanager
def _postgres() -> Iterator[str]:
    import psycopg

    name = f"colonnade_bench_{secrets.token_hex(4)}"
    with psycopg.connect(machine.POSTGRES_URL, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{machine.POSTGRES_URL.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def command(variables: dict[str, str], *arguments: str) -> str:
    """Output of a management command. Raises CalledProcessError where it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE, env=variables, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def child(module: str, variables: dict[str, str], *arguments: str) -> Any:
    """What a program of its own prints in its last line."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=BASE, env=variables, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def web(variables: dict[str, str], workers: int = 1) -> Iterator[tuple[int, int, str]]:
    """(pid, port, token) of a running web server with an admin's token; each worker has two threads."""
    token = command(variables, "token", "create", "bench", "--role", "admin", "--create-user").splitlines()[-1]
    port = free_port()
    options = ["--worker-class", "gthread", "--workers", str(workers), "--threads", "2", "--bind", f"127.0.0.1:{port}"]
    quiet = ["--no-control-socket", "--log-level", "error", "--keep-alive", "30"]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "portal.wsgi", *options, *quiet], cwd=BASE, env=variables
    )
    try:
        answers(f"http://127.0.0.1:{port}/healthz")
        yield server.pid, port, token
    finally:
        server.terminate()
        server.wait(20)


def answers(url: str) -> None:
    """Wait until something answers there. Raises RuntimeError after half a minute."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(300):
        try:
            opener.open(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} does not answer")
