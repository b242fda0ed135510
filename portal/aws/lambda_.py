"""Lambda functions: configuration, aliases with their weights, and what triggers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.gaps import detail
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader


@dataclass(frozen=True)
class Alias:
    """A named pointer to a version; `weights` maps further versions to their share of the traffic, 0 to 1."""

    name: str
    version: str
    weights: Mapping[str, float]


@dataclass(frozen=True)
class FunctionUrl:
    """An address of its own; `auth` is AWS_IAM, or NONE where anybody may call it."""

    url: str
    auth: str
    qualifier: str


@dataclass(frozen=True, kw_only=True)
class Function(AwsResource):
    """One function. Memory in MB, timeout in seconds. What the role may not read is None."""

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
    asynchronous: bool | None
    sources: Sequence[str] | None
    aliases: Sequence[Alias] | None
    urls: Sequence[FunctionUrl] | None
    open_url: bool | None
    canary: bool | None
    dead_letter_arn: str
    vpc_id: str


def functions(account: str, region: str) -> list[Function]:
    """All functions of the account and region; two more calls a function for its aliases and its addresses."""
    with aws_errors("lambda:ListFunctions", account, region):
        client = reader(account, region, "lambda")
        rows = list(pages(client, "list_functions", "Functions"))
        by_function = detail("lambda:ListEventSourceMappings", account, region, lambda: _event_sources(client))
        return [_function(client, row, account, region, by_function) for row in rows]


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


def _urls(client: Any, name: str) -> tuple[FunctionUrl, ...]:
    return tuple(
        FunctionUrl(row["FunctionUrl"], row.get("AuthType", ""), row["FunctionArn"].split(f":{name}")[-1].strip(":"))
        for row in pages(client, "list_function_url_configs", "FunctionUrlConfigs", FunctionName=name)
    )


def _function(
    client: Any, row: Mapping[str, Any], account: str, region: str, by_function: Mapping[str, Sequence[str]] | None
) -> Function:
    runtime, name = row.get("Runtime") or "", row["FunctionName"]
    sources = None if by_function is None else tuple(sorted(by_function.get(name, ())))
    aliases = detail("lambda:ListAliases", account, region, lambda: _aliases(client, name))
    urls = detail("lambda:ListFunctionUrlConfigs", account, region, lambda: _urls(client, name))
    network = row.get("VpcConfig") or {}
    dead_letters = (row.get("DeadLetterConfig") or {}).get("TargetArn") or ""
    return Function(
        name=name,
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
        has_dead_letter=bool(dead_letters),
        in_vpc=bool(network.get("SubnetIds")),
        snap_start=(row.get("SnapStart") or {}).get("ApplyOn", "None") != "None",
        asynchronous=None if sources is None else bool(sources),
        sources=sources,
        aliases=aliases,
        urls=urls,
        open_url=None if urls is None else any(url.auth == "NONE" for url in urls),
        canary=None if aliases is None else any(alias.weights for alias in aliases),
        dead_letter_arn=dead_letters,
        vpc_id=network.get("VpcId") or "",
    )
