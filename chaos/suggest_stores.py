"""Suggestions for databases, caches and queues: what discovery found is built to survive something; prove that it does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chaos import suggest
from chaos.faults import aurora_failover, cache_failover, database_failover, event_source_off
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
    for cache in suggest.items(known, "aws.elasticache"):
        if cache.get("automatic_failover") and cache.get("nodes", 0) > 1:
            yield _cache(cache, _probes(service, known, cache))
    for function in suggest.items(known, "aws.lambda"):
        for source in function.get("sources") or ():
            if ":sqs:" in source:
                yield _consumer(function, source.rpartition(":")[2])


def failover(cluster: Item, probes: list[dict[str, Any]]) -> Suggestion:
    """The failover of an Aurora cluster: the service answers through it."""
    name, title = str(cluster["name"]), f"Failover of {cluster['name']}"
    fields: dict[str, Any] = {
        "title": title,
        "fault": aurora_failover.KEY,
        "arguments": {**_place(cluster), "cluster": name, "fail_back": "no"},
        "hypothesis": {"sentence": f"A replica of {name} takes over, and almost nobody notices.", "probes": probes},
        "stop_conditions": _stops(probes),
        **TIMING,
    }
    why = f"{cluster['members']} members, and the writer may go at any time: prove that the failover works."
    return Suggestion(f"failover-{name}".lower(), title, why, fields)


def _standby(database: Item, probes: list[dict[str, Any]]) -> Suggestion:
    name, title = str(database["name"]), f"Failover of {database['name']}"
    fields: dict[str, Any] = {
        "title": title,
        "fault": database_failover.KEY,
        "arguments": {**_place(database), "instance": name, "fail_back": "no"},
        "hypothesis": {"sentence": f"The standby of {name} takes over, and few requests fail.", "probes": probes},
        "stop_conditions": _stops(probes),
        **TIMING,
    }
    why = "It is Multi-AZ and that is paid for: prove that the standby takes over."
    return Suggestion(f"failover-{name}".lower(), title, why, fields)


def _cache(cache: Item, probes: list[dict[str, Any]]) -> Suggestion:
    name, title = str(cache["name"]), f"Failover of cache {cache['name']}"
    fields: dict[str, Any] = {
        "title": title,
        "fault": cache_failover.KEY,
        "arguments": {**_place(cache), "group": name, "node_group": cache_failover.FIRST},
        "hypothesis": {"sentence": f"A replica of {name} takes over, and few requests fail.", "probes": probes},
        "stop_conditions": _stops(probes),
        **TIMING,
    }
    why = f"{cache['nodes']} nodes with automatic failover: prove that the service finds the new primary."
    return Suggestion(f"cache-failover-{name}".lower(), title, why, fields)


def _consumer(function: Item, queue: str) -> Suggestion:
    """The consumer of a queue is off: messages wait, and the backlog is gone again afterwards."""
    name, title = str(function["name"]), f"Consumer {function['name']} off"
    probe = {
        "key": "oldest-message",
        "title": "Age of the oldest message",
        "unit": "s",
        "metric": {
            "namespace": "AWS/SQS",
            "name": "ApproximateAgeOfOldestMessage",
            "dimensions": {"QueueName": queue},
            "statistic": "Maximum",
        },
        "tolerance": {"at_most": 900},
        "window": 300,
        "period": 60,
    }
    fields: dict[str, Any] = {
        "title": title,
        "fault": event_source_off.KEY,
        "arguments": {**_place(function), "function": name},
        "hypothesis": {
            "sentence": f"While {name} is off, messages wait in {queue}, and none is older than a quarter of an hour.",
            "probes": [probe],
        },
        "stop_conditions": [{"probe": "oldest-message", "tolerance": {"at_most": 1800}}],
        **TIMING,
    }
    why = f"It reads {queue}: prove that nothing is lost while it is off, and that it catches up."
    return Suggestion(f"consumer-{name}".lower(), title, why, fields)


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
    """The probe of a database or cache: somebody is connected to it. A cluster is measured as a whole."""
    cache = "automatic_failover" in store
    key = "DBClusterIdentifier" if store.get("cluster") else "DBInstanceIdentifier"
    return {
        "key": "connections",
        "title": "Connections",
        "unit": "connections",
        "metric": {
            "namespace": "AWS/ElastiCache" if cache else "AWS/RDS",
            "name": "CurrConnections" if cache else "DatabaseConnections",
            "dimensions": {"ReplicationGroupId" if cache else key: store["name"]},
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
