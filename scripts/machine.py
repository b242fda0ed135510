"""What this machine has: PostgreSQL, Redis, Chromium. Used by the tests and by `make test` to say what cannot be run."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@functools.cache
def missing() -> dict[str, str]:
    """Name of each absent part and, in plain words, what is not run without it and how to get it."""
    found: dict[str, str] = {}
    if reason := postgres_fault():
        found["postgres"] = f"the tests on PostgreSQL ({reason}; set TEST_POSTGRES_URL)"
    if not listens(REDIS_URL, 6379):
        found["redis"] = "the tests on Redis (no server at TEST_REDIS_URL, by default 127.0.0.1:6379)"
    if reason := packet_fault():
        found["packets"] = f"the tests that lose real packets ({reason})"
    if not chromium():
        found["browser"] = "the browser tests (no Chromium on the PATH; set CHROMIUM to its file)"
    return found


def packet_fault() -> str:
    """Why packets cannot be lost in a network namespace here, or an empty string."""
    from chaos.local.namespace import PATH, unable

    if reason := unable():
        return reason
    # Rights on paper are not all: a container may still forbid mounts, or a kernel lack the random numbers of nftables.
    name = f"colonnade-trial-{os.getpid()}"
    rule = "table inet t { chain c { type filter hook input priority 0; numgen random mod 100 < 1 drop\n}\n}\n"
    ip = [shutil.which("ip", path=PATH) or "ip", "netns"]
    options: dict[str, Any] = {"capture_output": True, "timeout": 20, "env": {**os.environ, "PATH": PATH}}
    try:
        for command in (["add", name], ["exec", name, "nft", "-f", "-"], ["delete", name]):
            subprocess.run([*ip, *command], input=rule, text=True, check=True, **options)
    except (OSError, subprocess.SubprocessError) as error:
        subprocess.run([*ip, "delete", name], check=False, **options)
        return f"a trial failed: {getattr(error, 'stderr', '') or error}".strip()
    return ""


def required() -> set[str]:
    """The parts named by REQUIRE: without them a skip is a failure."""
    return {name.strip() for name in os.environ.get("REQUIRE", "").split(",") if name.strip()}


def chromium() -> str:
    """Path of a Chromium, or an empty string."""
    named = os.environ.get("CHROMIUM", "")
    if named:
        return named if Path(named).is_file() else ""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), "")


def listens(url: str, default_port: int) -> bool:
    """Whether something accepts TCP connections at the host and port of an URL."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or default_port), timeout=2):
            return True
    except OSError:
        return False


def postgres_fault() -> str:
    """Why the PostgreSQL of TEST_POSTGRES_URL cannot be used, or an empty string."""
    if not listens(POSTGRES_URL, 5432):
        return "no server at 127.0.0.1:5432"
    import psycopg

    try:
        psycopg.connect(POSTGRES_URL, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[-1]
    return ""
