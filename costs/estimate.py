"""Monthly estimates from list prices: one line for each resource of a service that is billed by size or use."""

from __future__ import annotations

from collections.abc import Callable

from costs.engine import estimates
from costs.engine.estimates import Line
from costs.engine.findings import Measure
from costs.engine.pricelist import ENTERED
from costs.inventory import Item, ServiceInventory
from costs.judge import as_fleet, as_table
from costs.measure import Readings
from portal.aws.utilisation import HOUR


def lines(inventory: ServiceInventory, readings: Readings) -> list[Line]:
    """All lines of one service; storage, data transfer, queues and topics are not estimated."""
    return [estimate(item, inventory, readings) for kind, estimate in _BY_KIND.items() for item in inventory.of(kind)]


def _fleet(item: Item, _: ServiceInventory, readings: Readings) -> Line:
    fleet = as_fleet(item, readings)
    note = "On demand price, although part of it runs on spot." if fleet.spot_share else ""
    return estimates.by_the_hour(item.subject, f"ec2/{fleet.instance_type}", fleet.count, fleet.instance_type, note)


def _table(item: Item, inventory: ServiceInventory, readings: Readings) -> Line:
    table = as_table(item, inventory, readings)
    if table.provisioned_reads:
        writes = int(item.fields.get("write_capacity") or 0)
        return estimates.provisioned_table(item.subject, table.provisioned_reads, writes)
    return estimates.metered_table(item.subject, table.reads, table.writes)


def _function(item: Item, _: ServiceInventory, readings: Readings) -> Line:
    subject = item.subject
    use = readings.functions.get((subject.account, subject.region, subject.name))
    mean = use.invocations.mean if use else None
    calls = (
        Measure(mean / HOUR, use.invocations.coverage, "a second", "AWS/Lambda") if use and mean is not None else None
    )
    return estimates.function(
        subject, int(item.fields.get("memory_mb") or 128), str(item.fields.get("architecture") or "x86_64"),
        calls, use.duration_ms.mean if use else None,
    )  # fmt: skip


def _tasks(item: Item, _: ServiceInventory, __: Readings) -> Line:
    fields = item.fields
    if not fields.get("fargate"):
        return Line(item.subject, None, "", None, "It runs on instances of the cluster, which are priced there.")
    if fields.get("spot_share"):
        return Line(item.subject, None, "", None, "The price of Fargate spot is unknown, so there is no figure.")
    return estimates.fargate(
        item.subject, int(fields.get("desired") or 0), int(fields.get("task_cpu") or 0),
        int(fields.get("task_memory_mb") or 0),
    )  # fmt: skip


def _database(item: Item, _: ServiceInventory, __: Readings) -> Line:
    fields = item.fields
    kind = str(fields.get("instance_class") or "")
    if fields.get("serverless") or not kind or kind == "db.serverless":
        return Line(item.subject, None, "", None, "Capacity units of serverless databases are not measured yet.")
    count = int(fields.get("members") or 1) * (2 if fields.get("multi_az") and not fields.get("cluster") else 1)
    return estimates.by_the_hour(
        item.subject, f"rds/{fields.get('engine')}/{kind}", count, kind, "Storage and backups are left out."
    )


def _cache(item: Item, _: ServiceInventory, __: Readings) -> Line:
    kind = str(item.fields.get("node_type") or "unknown")
    return estimates.by_the_hour(item.subject, f"elasticache/{kind}", int(item.fields.get("nodes") or 1), kind)


def _domain(item: Item, _: ServiceInventory, __: Readings) -> Line:
    kind = str(item.fields.get("instance_type") or "unknown")
    count = int(item.fields.get("instances") or 1)
    return estimates.by_the_hour(item.subject, f"opensearch/{kind}", count, kind, "Storage is left out.")


def _balancer(item: Item, _: ServiceInventory, __: Readings) -> Line:
    kind = str(item.fields.get("type") or "application")
    return estimates.by_the_hour(item.subject, f"elb/{kind}", 1, "load balancer", "Capacity units are left out.")


def _cluster(item: Item, _: ServiceInventory, __: Readings) -> Line:
    return estimates.by_the_hour(
        item.subject, "eks/cluster", 1, "control plane", "Nodes are left out; they are priced as instances."
    )


_BY_KIND: dict[str, Callable[[Item, ServiceInventory, Readings], Line]] = {
    "asg": _fleet,
    "dynamodb": _table,
    "lambda": _function,
    "ecs": _tasks,
    "rds": _database,
    "elasticache": _cache,
    "opensearch": _domain,
    "alb": _balancer,
    "eks": _cluster,
}

LIST_PRICE = f"Estimated from AWS list prices entered on {ENTERED:%-d %B %Y}, without discounts and taxes."
