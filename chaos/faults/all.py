"""Every fault that the portal brings: one module each, with its armed change as KIND and itself as FAULT."""

from __future__ import annotations

from chaos.faults import fis_template, function_off, gremlin_attack, gremlin_scenario, zone_down

MODULES = (
    zone_down,
    function_off,
    fis_template,
    gremlin_attack,
    gremlin_scenario,
)
