"""A slow dependency: the fault proxy holds every answer back."""

from __future__ import annotations

from typing import Any

from chaos.faults.registry import Argument, Arguments
from chaos.local.toxic_fault import SHARE, ToxicFault, share

KEY = "proxy-latency"


def toxics(arguments: Arguments) -> list[dict[str, Any]]:
    """One toxic on what the upstream answers."""
    numbers = {"latency": int(arguments["latency_ms"]), "jitter": int(arguments.get("jitter_ms", "0"))}
    return [
        {
            "name": KEY,
            "type": "latency",
            "stream": "downstream",
            "toxicity": share(arguments) / 100,
            "attributes": numbers,
        },
    ]


def words(arguments: Arguments) -> str:
    """What they do."""
    jitter = arguments.get("jitter_ms", "0")
    spread = f" ± {jitter} ms" if jitter != "0" else ""
    return f"get every answer {arguments['latency_ms']} ms{spread} later"


LATENCY = ToxicFault(
    key=KEY,
    title="Slow dependency",
    description="Holds every answer of a dependency back for some time, with jitter, through the fault proxy.",
    arguments=(
        Argument("latency_ms", "Latency in milliseconds", r"[1-9][0-9]{0,4}", "300"),
        Argument("jitter_ms", "Jitter in milliseconds", r"0|[1-9][0-9]{0,4}", "50", optional=True),
        SHARE,
    ),
    toxics=toxics,
    words=words,
    order=200,
)
KIND, FAULT = LATENCY.kind(), LATENCY.fault()
