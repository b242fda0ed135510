"""A dependency that hangs up: the fault proxy resets a share of the connections."""

from __future__ import annotations

from typing import Any

from chaos.faults.registry import Arguments
from chaos.local.toxic_fault import SHARE, ToxicFault, share

KEY = "proxy-reset"


def toxics(arguments: Arguments) -> list[dict[str, Any]]:
    """One toxic that hits a share of the connections."""
    return [
        {
            "name": KEY,
            "type": "reset_peer",
            "stream": "downstream",
            "toxicity": share(arguments) / 100,
            "attributes": {"timeout": 0},
        },
    ]


def words(arguments: Arguments) -> str:
    """What they do."""
    return "are reset at once"


RESET = ToxicFault(
    key=KEY,
    title="Connections reset",
    description="Resets a share of the connections to a dependency, new and open ones, through the fault proxy.",
    arguments=(SHARE,),
    toxics=toxics,
    words=words,
    order=210,
)
KIND, FAULT = RESET.kind(), RESET.fault()
