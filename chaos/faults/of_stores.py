"""The faults of databases, caches, functions, queues and meshes."""

from __future__ import annotations

from chaos.faults import (
    aurora_failover,
    cache_failover,
    database_failover,
    event_source_off,
    lambda_memory,
    lambda_timeout,
    lambda_version,
    lattice_blackhole,
    mesh_away,
    mesh_timeout,
    queue_denied,
    table_denied,
)

MODULES = (
    aurora_failover,
    database_failover,
    cache_failover,
    table_denied,
    queue_denied,
    event_source_off,
    lambda_version,
    lambda_timeout,
    lambda_memory,
    lattice_blackhole,
    mesh_timeout,
    mesh_away,
)
