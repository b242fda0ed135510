"""Every fault that the portal brings: one module each, with its armed change as KIND and itself as FAULT."""

from __future__ import annotations

from chaos.faults import (
    fis_template,
    function_off,
    gremlin_attack,
    gremlin_scenario,
    group_zone,
    instance_stop,
    instance_termination,
    nft_packet_loss,
    proxy_blackhole,
    proxy_latency,
    proxy_reset,
    region_away,
    ssm_blackhole,
    ssm_latency,
    ssm_packet_loss,
    task_termination,
    zonal_shift,
    zone_down,
    zone_routes,
)
from chaos.faults.of_stores import MODULES as STORES

MODULES = (
    zone_down,
    zone_routes,
    group_zone,
    zonal_shift,
    region_away,
    function_off,
    proxy_latency,
    proxy_reset,
    proxy_blackhole,
    nft_packet_loss,
    ssm_packet_loss,
    ssm_latency,
    ssm_blackhole,
    instance_stop,
    instance_termination,
    task_termination,
    *STORES,
    fis_template,
    gremlin_attack,
    gremlin_scenario,
)
