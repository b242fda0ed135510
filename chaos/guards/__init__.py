"""What chaos forbids, one module each: all of them say who may change it."""

from chaos.guards import (
    blackouts,
    business_hours,
    healthy_hosts,
    kill_switch,
    neighbours,
    no_rollout,
    one_at_a_time,
)

GUARDS = tuple(
    module.GUARD
    for module in (kill_switch, one_at_a_time, no_rollout, neighbours, blackouts, business_hours, healthy_hosts)
)
