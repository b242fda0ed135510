"""Gremlin's reliability tests of a service: which there are, run one, and the runs with their results."""

from __future__ import annotations

from typing import Any

from chaos.gremlin import client
from chaos.gremlin.errors import Unsure


def tests() -> Any:
    """The tests that the team may run. Raises GremlinError."""
    return client.read("/reliability-tests")


def run(test: str, service: str, dependency: str = "") -> str:
    """Run one test on a service of Gremlin's; tests of dependencies need its id. Answers what Gremlin said. Raises GremlinError."""
    body = {"serviceId": service} | ({"dependencyId": dependency} if dependency else {})
    return client.call("POST", f"/reliability-tests/{test}/runs", body).body


def runs(service: str, test: str = "") -> Any:
    """The runs of a service, of one test where it is named, with their results. Raises GremlinError."""
    path = f"/reliability-tests/{test}/runs" if test else "/reliability-tests/runs"
    return client.read(path, serviceId=service)


def score(service: str) -> float:
    """Gremlin's own score of a service, 0 to 100. Raises GremlinError."""
    answer = client.read(f"/reliability-management/services/{service}")
    told = answer.get("score") if isinstance(answer, dict) else None
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise Unsure("Gremlin names no score for this service.")
    return float(told)
