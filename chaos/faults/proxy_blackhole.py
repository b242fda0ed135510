"""A dependency that is silent: the fault proxy takes every byte and passes none on, in both directions."""

from __future__ import annotations

from typing import Any

from chaos.faults.registry import Arguments
from chaos.local.toxic_fault import SHARE, ToxicFault, share

KEY = "proxy-blackhole"


def toxics(arguments: Arguments) -> list[dict[str, Any]]:
    """One toxic for each direction."""
    silent = {"type": "timeout", "toxicity": share(arguments) / 100, "attributes": {"timeout": 0}}
    return [{"name": f"{KEY}-{stream}", "stream": stream, **silent} for stream in ("upstream", "downstream")]


def words(arguments: Arguments) -> str:
    """What they do."""
    return "go silent"


BLACKHOLE = ToxicFault(
    key=KEY,
    title="Silent dependency",
    description="Swallows all bytes of a share of the connections to a dependency, so that callers run into their timeouts.",
    arguments=(SHARE,),
    toxics=toxics,
    words=words,
    order=220,
)
KIND, FAULT = BLACKHOLE.kind(), BLACKHOLE.fault()
