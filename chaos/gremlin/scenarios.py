"""Scenarios: run one that stands in Gremlin, look, halt, and read what came of it."""

from __future__ import annotations

import json
from typing import Any

from chaos.engine import gremlin_words
from chaos.gremlin import client
from chaos.gremlin.errors import Unsure

NUMBERS = ("runNumber", "run_number", "number")


def run(guid: str) -> int:
    """Run a scenario and answer the number of the run. Raises GremlinError, Unsure where the number cannot be read."""
    body = client.call("POST", f"/scenarios/{guid}/runs", {}).body
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    told = next((answer[key] for key in NUMBERS if key in answer), None) if isinstance(answer, dict) else answer
    if isinstance(told, str) and told.isascii() and told.isdigit():
        told = int(told)
    if isinstance(told, bool) or not isinstance(told, int) or told < 0:
        raise Unsure("Gremlin took the scenario, but its answer names no run.")
    return told


def scenario(guid: str) -> Any:
    """The scenario as Gremlin has it. Raises GremlinError."""
    return client.read(f"/scenarios/{guid}")


def look(guid: str, number: int) -> Any:
    """What Gremlin says of a run. Raises GremlinError."""
    return client.read(f"/scenarios/{guid}/runs/{number}")


def over(guid: str, number: int) -> bool:
    """Whether a run is over by its own words; unknown ones mean that it is not. Raises GremlinError."""
    return gremlin_words.ended(look(guid, number))


def halt(guid: str, number: int) -> None:
    """Halt a run; halting it again does nothing. Raises GremlinError."""
    client.call("POST", f"/scenarios/halt/{guid}/runs/{number}", {}, urgent=True)


def flags(guid: str, number: int) -> Any:
    """What people noted as the result of a run. Raises GremlinError."""
    return client.read(f"/scenarios/{guid}/runs/{number}/resultFlags")
