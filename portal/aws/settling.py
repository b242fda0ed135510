"""Some calls are accepted at once and seen a moment later: a short, bounded look for it."""

from __future__ import annotations

import time
from collections.abc import Callable

LOOKS = 6
"""At one look a second a worker's lease of 15 s still holds."""


def seen(look: Callable[[], bool], looks: int = LOOKS, pause: float = 1.0) -> bool:
    """Whether `look` answers True within `looks` tries, `pause` seconds apart; what it raises goes through."""
    for number in range(looks):
        if number:
            time.sleep(pause)
        if look():
            return True
    return False
