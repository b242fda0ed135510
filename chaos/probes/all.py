"""Every probe source that the portal brings."""

from __future__ import annotations

from chaos.probes import alarm, http, metric, prometheus, steady

SOURCES = tuple(module.SOURCE for module in (metric, prometheus, http, alarm, steady))
