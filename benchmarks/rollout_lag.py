"""A hundred rollouts at once on two workers: how late is the latest of them, while all of them bake?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks.figure import Figure
from benchmarks.portal_process import answers, child, environment
from portal.environment import BASE
from scripts.ground import free_port

ROLLOUTS = 100
WORKERS = 2
MEASURE = 60
"""Seconds of measuring, once all of them bake."""
MOST_LAG = 5.0


def figures() -> Iterator[Figure]:
    """The lag with PostgreSQL, Redis and two prefork workers."""
    with environment("postgresql") as variables, ExitStack() as stack:
        port = free_port()
        variables |= {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "REDIS_URL": os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379/13"),
        }
        stack.enter_context(_process(variables, "portal.sandbox", "--port", str(port)))
        answers(variables["AWS_ENDPOINT_URL"] + "/_sandbox/status")
        child("benchmarks.rollout_fleet", variables, "start", str(ROLLOUTS))
        for number in range(WORKERS):
            queue = ["--queues", "default", "--hostname", f"bench{number}@%h", "--loglevel", "error"]
            alone = ["--pool", "prefork", "--concurrency", "4", "--without-mingle", "--without-gossip"]
            stack.enter_context(_process(variables, "celery", "-A", "portal", "worker", *queue, *alone))
        stack.enter_context(_process(variables, "celery", "-A", "portal", "beat", "--loglevel", "error"))
        seen = child("benchmarks.rollout_fleet", variables, "watch", str(MEASURE))
    yield Figure(
        f"canary: {ROLLOUTS} rollouts on {WORKERS} workers, lag of the latest", round(seen["worst"], 2), "s", MOST_LAG
    )
    yield Figure(f"canary: {ROLLOUTS} rollouts on {WORKERS} workers, steps", round(seen["steps"], 1), "/s")
    yield Figure(
        f"canary: {ROLLOUTS} rollouts on {WORKERS} workers, still baking at the end",
        seen["baking"],
        "rollouts",
        ROLLOUTS,
        more_is_better=True,
    )


@contextmanager
def _process(variables: dict[str, str], module: str, *arguments: str) -> Iterator[subprocess.Popen[Any]]:
    started = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=BASE, env=variables)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(30)
