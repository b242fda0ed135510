"""Suggestions for databases, caches and queues: what discovery found is built to survive something; prove that it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chaos import suggest
from chaos.faults import aurora_failover, database_failover
from chaos.suggest import Facts, Item, Suggestion
from services.models import Entity

TIMING = {"observe_seconds": 300, "max_seconds": 900, "recover_seconds": 600}


def offers(service: Entity, known: Facts) -> Iterator[Suggestion]:
    """What could be tried on the stores of this service, most useful first."""
    for database in suggest.items(known, "aws.rds"):
        probes = _probes(service, known, database)
        if database.get("cluster") and database.get("members", 0) > 1 and database.get("family") == "relational":
            yield failover(database, probes)
        elif not database.get("cluster") and database.get("multi_az"):
            yield _standby(database, probes)


def failover(cluster: Item, probes: list[dict[str, Any]]) -> Suggestion:
    """The failover of an Aurora cluster: the service answers through it."""
    name = cluster["name"]
    fields: dict[str, Any] = {
        "title": f"Failover of {name}",
        "fault": aurora_failover.KEY,
        "arguments": {**_place(cluster), "cluster": name, "fail_back": "no"},
        "hypothesis": {"sentence": f"A replica of {name} takes over, and almost nobody notices.", "probes": probes},
        "stop_conditions": _stops(probes),
        **TIMING,
    }
    why = f"{cluster['members']} members, and the writer may go at any time: prove that the failover works."
    return Suggestion(f"failover-{name}".lower(), fields["title"], why, fields)


def _standby(database: Item, probes: list[dict[str, Any]]) -> Suggestion:
    name = database["name"]
    fields: dict[str, Any] = {
        "title": f"Failover of {name}",
        "fault": database_failover.KEY,
        "arguments": {**_place(database), "instance": name, "fail_back": "no"},
        "hypothesis": {"sentence": f"The standby of {name} takes over, and few requests fail.", "probes": probes},
        "stop_conditions": _stops(probes),
        **TIMING,
    }
    why = "It is Multi-AZ and that is paid for: prove that the standby takes over."
    return Suggestion(f"failover-{name}".lower(), fields["title"], why, fields)


def _probes(service: Entity, known: Facts, store: Item) -> list[dict[str, Any]]:
    """Where it would hurt: at the service's own load balancer, else at a caller's, else the connections of the store."""
    place = (store["account"], store["region"])
    own = [one for one in suggest.items(known, "aws.alb") if (one["account"], one["region"]) == place]
    if own:
        return [suggest.failed_requests(own[0]["arn"].partition(":loadbalancer/")[2])]
    near = [one for _, one in suggest.leaning(service) if (one["account"], one["region"]) == place]
    if near:
        return [suggest.failed_requests(near[0]["arn"].partition(":loadbalancer/")[2])]
    return [connections(store)]


def connections(store: Item) -> dict[str, Any]:
    """The probe of a database: somebody is connected to it. A cluster is measured as a whole."""
    key = "DBClusterIdentifier" if store.get("cluster") else "DBInstanceIdentifier"
    return {
        "key": "connections",
        "title": "Connections",
        "unit": "connections",
        "metric": {
            "namespace": "AWS/RDS",
            "name": "DatabaseConnections",
            "dimensions": {key: store["name"]},
            "statistic": "Maximum",
        },
        "tolerance": {"at_least": 1},
        "window": 300,
        "period": 60,
    }


def _stops(probes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Too many failed requests end it early; missing connections do not, for a failover always breaks them."""
    return [
        {"probe": probe["key"], "tolerance": {"at_most": 0.05}} for probe in probes if probe["key"] == "failed-requests"
    ]


def _place(item: Item) -> dict[str, str]:
    return {"account": item["account"], "region": item["region"]}
