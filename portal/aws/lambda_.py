"""Lambda functions: configuration, aliases with their weights, and what triggers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True)
class Alias:
    """A named pointer to a version; `weights` maps further versions to their share of the traffic, 0 to 1."""

    name: str
    version: str
    weights: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Function(AwsResource):
    """One function. Memory in MB, timeout in seconds."""

    runtime: str
    memory_mb: int
    timeout_s: int
    architecture: str
    tracing: str
    package_type: str
    custom_runtime: bool
    has_dead_letter: bool
    in_vpc: bool
    snap_start: bool
    asynchronous: bool
    sources: Sequence[str]
    aliases: Sequence[Alias]
    url: str = ""  # its function URL, if it has one
    url_open: bool = False  # whether anybody may call that URL without a signature


def functions(account: str, region: str) -> list[Function]:
    """All functions of the account and region; two more calls a function for aliases and URLs."""
    with aws_errors("lambda:ListFunctions", account, region):
        client = reader(account, region, "lambda")
        sources = _event_sources(client)
        found = []
        for row in pages(client, "list_functions", "Functions"):
            name = str(row["FunctionName"])
            urls = list(pages(client, "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name))
            found.append(_function(row, account, region, sources[name], _aliases(client, name), urls))
        return found


def _event_sources(client: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in pages(client, "list_event_source_mappings", "EventSourceMappings"):
        name = row.get("FunctionArn", "").split(":function:")[-1].split(":")[0]
        found[name].append(row.get("EventSourceArn", ""))
    return found


def _aliases(client: Any, name: str) -> tuple[Alias, ...]:
    return tuple(
        Alias(
            row["Name"],
            row["FunctionVersion"],
            dict((row.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}),
        )
        for row in pages(client, "list_aliases", "Aliases", FunctionName=name)
    )


def _function(
    row: Mapping[str, Any], account: str, region: str, sources: Sequence[str], aliases: Sequence[Alias],
    urls: Sequence[Mapping[str, Any]],
) -> Function:  # fmt: skip
    runtime = row.get("Runtime") or ""
    return Function(
        name=row["FunctionName"],
        arn=row["FunctionArn"],
        account=account,
        region=region,
        runtime=runtime,
        memory_mb=row.get("MemorySize", 128),
        timeout_s=row.get("Timeout", 3),
        architecture=(row.get("Architectures") or ["x86_64"])[0],
        tracing=(row.get("TracingConfig") or {}).get("Mode", "PassThrough"),
        package_type=row.get("PackageType", "Zip"),
        custom_runtime=runtime.startswith("provided"),
        has_dead_letter=bool((row.get("DeadLetterConfig") or {}).get("TargetArn")),
        in_vpc=bool((row.get("VpcConfig") or {}).get("SubnetIds")),
        snap_start=(row.get("SnapStart") or {}).get("ApplyOn", "None") != "None",
        asynchronous=bool(sources),
        sources=tuple(sorted(sources)),
        aliases=tuple(aliases),
        url=str(urls[0]["FunctionUrl"]) if urls else "",
        url_open=any(entry.get("AuthType") == "NONE" for entry in urls),
    )
