"""The gates, one module each. Each finds out; what its answer means is decided in `gates.registry`."""

from deployments.gates.kinds import (
    alarms,
    approval,
    compliance,
    error_budget,
    freeze,
    guards,
    incidents,
    windows,
)

GATES = tuple(
    module.GATE for module in (guards, compliance, freeze, windows, alarms, incidents, error_budget, approval)
)
