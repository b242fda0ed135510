"""The faults of databases, caches, functions, queues and meshes."""

from __future__ import annotations

from chaos.faults import aurora_failover, database_failover

MODULES = (
    aurora_failover,
    database_failover,
)
