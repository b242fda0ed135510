"""A slow dependency: the fault proxy holds every answer back."""

from __future__ import annotations

from typing import Any

from chaos.faults.registry import Argument, Arguments
from chaos.local.toxic_fault import ToxicFault

KEY = "proxy-latency"


def toxics(arguments: Arguments) -> list[dict[str, Any]]:
    """One toxic on what the upstream answers."""
    numbers = {"latency": int(arguments["latency_ms"]), "jitter": int(arguments["jitter_ms"])}
    return [
        {"name": KEY, "type": "latency", "stream": "downstream", "toxicity": 1.0, "attributes": numbers},
    ]


def words(arguments: Arguments) -> str:
    """What happens."""
    jitter = f" ± {arguments['jitter_ms']} ms" if arguments["jitter_ms"] != "0" else ""
    return f"Answers take {arguments['latency_ms']} ms{jitter} longer"


LATENCY = ToxicFault(
    key=KEY,
    title="Slow dependency",
    description="Holds every answer of a dependency back for some time, with jitter, through the fault proxy.",
    arguments=(
        Argument("latency_ms", "Latency in milliseconds", r"[1-9][0-9]{0,4}", "300"),
        Argument("jitter_ms", "Jitter in milliseconds", r"0|[1-9][0-9]{0,4}", "50"),
    ),
    toxics=toxics,
    words=words,
    order=200,
)
KIND, FAULT = LATENCY.kind(), LATENCY.fault()
