"""What a proof rests on: the configuration of what its fault has hit."""

from __future__ import annotations

from collections.abc import Mapping

from services import facts
from services.facts import FactView

DATABASE = ("aws.rds", ("name", "engine", "engine_version", "members", "multi_az", "instance_class"))
ZONES = ("aws.asg", ("name", "zones"))
RESTS_ON: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "aurora_failover": DATABASE,
    "rds_failover": DATABASE,
    "elasticache_failover": ("aws.elasticache", ("name", "engine", "nodes", "automatic_failover", "node_type")),
    "zone_network_cut": ZONES,
    "zone_route_cut": ZONES,
}
"""By fault: the fact and the fields of its items that decide the outcome. What grows and shrinks by itself is left out."""
Known = Mapping[str, FactView]


def configuration(fault: str, known: Known) -> str:
    """A hash over what a proof of this fault rests on, "" where nothing is known of it."""
    fact, fields = RESTS_ON.get(fault, ("", ()))
    if fact not in known:
        return ""
    items = known[fact].value.get("items", [])
    return facts.digest(sorted(([item.get(field) for field in fields] for item in items), key=str))
