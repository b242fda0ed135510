"""One module per AWS service; importing this package registers all handlers."""

from __future__ import annotations

from . import cloudwatch, spot

__all__ = ["cloudwatch", "spot"]
