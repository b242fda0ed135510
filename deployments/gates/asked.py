"""What an address asks for: PostgreSQL refuses to look for a NUL, so none gets that far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def asked(values: Mapping[str, Any], name: str, longest: int = 63) -> str:
    """The parameter without NULs, cut to its longest; "" where it is absent."""
    return str(values.get(name) or "").replace("\x00", "")[:longest]
