"""Every fault that the portal brings: one module each, with its armed change as KIND and itself as FAULT."""

from __future__ import annotations

from chaos.faults import (
    function_off,
    group_zone,
    instance_stop,
    instance_termination,
    region_away,
    task_termination,
    zonal_shift,
    zone_down,
    zone_routes,
)

MODULES = (
    zone_down,
    zone_routes,
    group_zone,
    zonal_shift,
    region_away,
    function_off,
    instance_stop,
    instance_termination,
    task_termination,
)
