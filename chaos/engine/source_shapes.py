"""Read the source of a probe from JSON. Nothing is resolved, opened or asked here: that is for the worker that measures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from chaos.engine.shape import Invalid, number, table, text, whole
from chaos.engine.sources import Alarm, Http, Metric, Place, Prometheus, Source, Steady

STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
LONGEST_QUERY, LONGEST_URL = 2000, 1000
SLOWEST_MS = 5000
ACCOUNT = re.compile(r"\d{12}", re.ASCII)
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d", re.ASCII)
SERVER = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
METRIC_KEYS = {"namespace", "name", "dimensions", "statistic", "missing"}
PLACE_KEYS = {"account", "region"}


def metric(data: Any, field: str) -> Metric:
    """Read {"namespace", "name", "dimensions", "statistic", "missing", "account", "region"}. Raises Invalid."""
    return _metric(data, field, METRIC_KEYS | PLACE_KEYS)


def denominator(data: Any, field: str) -> Metric:
    """A metric without a place of its own: a ratio is read in one place. Raises Invalid."""
    return _metric(data, field, METRIC_KEYS)


def _metric(data: Any, field: str, keys: set[str]) -> Metric:
    row = table(data, field, keys, {"namespace", "name"})
    dimensions = row.get("dimensions", {})
    if not isinstance(dimensions, dict) or len(dimensions) > 30:
        raise Invalid(f"{field}.dimensions", "Give an object of at most 30 names and values.")
    statistic, missing = row.get("statistic", "Average"), row.get("missing", "unknown")
    if statistic not in STATISTICS:
        raise Invalid(f"{field}.statistic", f"Use one of {', '.join(STATISTICS)}.")
    if missing not in ("unknown", "zero"):
        raise Invalid(
            f"{field}.missing", 'Use "unknown", or "zero" for a metric that is only published when it happens.'
        )
    pairs = sorted((text(k, f"{field}.dimensions"), text(v, f"{field}.dimensions.{k}")) for k, v in dimensions.items())
    namespace, name = text(row["namespace"], f"{field}.namespace"), text(row["name"], f"{field}.name")
    return Metric(namespace, name, tuple(pairs), statistic, missing, _place(row, field))


def _place(row: Mapping[str, Any], field: str, *, needed: bool = False) -> Place:
    account, region = row.get("account", ""), row.get("region", "")
    if not needed and not account and not region and isinstance(account, str) and isinstance(region, str):
        return Place()
    if not isinstance(account, str) or not ACCOUNT.fullmatch(account):
        raise Invalid(f"{field}.account", "Give the 12 digits of an AWS account, together with a region.")
    if not isinstance(region, str) or not REGION.fullmatch(region):
        raise Invalid(f"{field}.region", "Give a region such as us-east-1, together with an account.")
    return Place(account, region)


def prometheus(data: Any, field: str) -> Prometheus:
    """Read {"query", "server"}. Raises Invalid."""
    row = table(data, field, {"query", "server"}, {"query"})
    server = row.get("server", "default")
    if not isinstance(server, str) or not SERVER.fullmatch(server):
        raise Invalid(f"{field}.server", "Name a server that an admin has set up in PROMETHEUS_SERVERS.")
    return Prometheus(text(row["query"], f"{field}.query", most=LONGEST_QUERY), server)


def http(data: Any, field: str) -> Http:
    """Read {"url", "status", "within_ms", "contains"}. Raises Invalid."""
    row = table(data, field, {"url", "status", "within_ms", "contains"}, {"url"})
    url = text(row["url"], f"{field}.url", most=LONGEST_URL)
    if not url.startswith(("http://", "https://")):
        raise Invalid(f"{field}.url", "Give an address that begins with https:// or http://.")
    within = row.get("within_ms")
    return Http(
        url=url,
        status=whole(row.get("status", 200), f"{field}.status", 100, 599, ""),
        within_ms=None if within is None else whole(within, f"{field}.within_ms", 1, SLOWEST_MS, "milliseconds"),
        contains=text(row.get("contains", ""), f"{field}.contains", empty=True),
    )


def alarm(data: Any, field: str) -> Alarm:
    """Read {"account", "region", "name"}. Raises Invalid."""
    row = table(data, field, {"account", "region", "name"}, {"account", "region", "name"})
    return Alarm(text(row["name"], f"{field}.name", most=255), _place(row, field, needed=True))


def steady(data: Any, field: str) -> Steady:
    """Read {"errors", "requests", "baseline", "margin"}. Both metrics are sums; errors may be absent. Raises Invalid."""
    row = table(data, field, {"errors", "requests", "baseline", "margin"}, {"errors", "requests"})
    errors = metric(_counted(row["errors"], "zero"), f"{field}.errors")
    requests = denominator(_counted(row["requests"], "unknown"), f"{field}.requests")
    for name, found in (("errors", errors), ("requests", requests)):
        if found.statistic not in ("Sum", "SampleCount"):
            raise Invalid(f"{field}.{name}.statistic", "Use Sum or SampleCount: what is compared are counts.")
    margin = number(row.get("margin", 1.05), f"{field}.margin")
    if not 1 <= margin <= 10:
        raise Invalid(f"{field}.margin", "Give a number from 1 (any rise counts) to 10 (ten times as many errors).")
    return Steady(errors, requests, whole(row.get("baseline", 600), f"{field}.baseline", 60, 86_400), margin)


def _counted(data: Any, missing: str) -> Any:
    return {"statistic": "Sum", "missing": missing, **data} if isinstance(data, dict) else data


SHAPES: Mapping[str, Callable[[Any, str], Source]] = {
    "metric": metric, "prometheus": prometheus, "http": http, "alarm": alarm, "steady": steady,
}  # fmt: skip
