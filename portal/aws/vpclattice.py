"""VPC Lattice services: listeners, rules, target groups and the networks they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.mesh import Member, Mesh, Route, Target, shares
from portal.aws.mesh_traffic import lattice_traffic
from portal.aws.paging import pages
from portal.aws.resource import reader

TUNABLE = ("weights", "tls")
KINDS = {"LAMBDA": "lambda", "IP": "ip", "INSTANCE": "instance", "ALB": "alb"}
ENCRYPTED = {"HTTPS", "TLS_PASSTHROUGH"}


def services(account: str, region: str) -> list[Mesh]:
    """All Lattice services of the account and region, a handful of calls each."""
    with aws_errors("vpc-lattice:ListServices", account, region):
        client = reader(account, region, "vpc-lattice")
        rows = list(pages(client, "list_services", "items"))
        networks = {row["id"]: _networks(client, row["id"]) for row in rows}
        names = {row["id"]: str(row["name"]) for row in rows}
        return [
            _service(client, row, account, region, networks[row["id"]], _neighbours(row["id"], networks, names))
            for row in rows
        ]


def _networks(client: Any, service: str) -> tuple[str, ...]:
    """Names of the service networks that the service is in."""
    rows = pages(client, "list_service_network_service_associations", "items", serviceIdentifier=service)
    return tuple(sorted(row.get("serviceNetworkName") or row["serviceNetworkId"] for row in rows))


def _neighbours(service: str, networks: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> tuple[str, ...]:
    """The other services of its networks: who can reach it, as far as the API tells."""
    mine = set(networks[service])
    return tuple(sorted(names[other] for other, theirs in networks.items() if other != service and mine & set(theirs)))


def _service(
    client: Any, row: Mapping[str, Any], account: str, region: str, networks: Sequence[str], callers: tuple[str, ...]
) -> Mesh:
    groups: dict[str, Mapping[str, Any]] = {}
    listeners = list(pages(client, "list_listeners", "items", serviceIdentifier=row["id"]))
    routes = tuple(route for one in listeners for route in _routes(client, row["id"], one, groups, callers))
    members = tuple(_member(client, group, listeners) for _, group in sorted(groups.items()))
    protocols = {one["protocol"] for one in listeners}
    return Mesh(
        name=row["name"],
        arn=row["arn"],
        account=account,
        region=region,
        tags=dict(client.list_tags_for_resource(resourceArn=row["arn"]).get("tags") or {}),
        technology="VPC Lattice",
        supported=True,
        network=", ".join(networks),
        dns=(row.get("dnsEntry") or {}).get("domainName", ""),
        routes=routes,
        members=members,
        tunable=TUNABLE,
        routes_without_retry=(),
        routes_without_timeout=(),
        members_without_outlier=(),
        encrypted=bool(protocols) and protocols <= ENCRYPTED,
        authenticated=client.get_service(serviceIdentifier=row["id"]).get("authType") == "AWS_IAM",
        access_logs=any(pages(client, "list_access_log_subscriptions", "items", resourceIdentifier=row["id"])),
        misfits=(),
        traffic=lattice_traffic(account, region, row["id"], [one.address for one in members if one.kind == "lambda"]),
    )


def _routes(
    client: Any, service: str, listener: Mapping[str, Any], groups: dict[str, Mapping[str, Any]],
    callers: tuple[str, ...],
) -> Iterator[Route]:  # fmt: skip
    """The rules in their order and the default last; the target groups that they name go into `groups`."""
    where = {"serviceIdentifier": service, "listenerIdentifier": listener["id"]}
    base, protocol = str(listener["name"]), str(listener["protocol"]).lower()
    rules = sorted(pages(client, "list_rules", "items", **where), key=lambda rule: rule.get("priority") or 0)
    for listed in rules:
        if listed.get("isDefault"):
            continue
        rule = client.get_rule(ruleIdentifier=listed["id"], **where)
        targets = _targets(client, rule.get("action") or {}, groups)
        yield Route(f"{base}/{rule['name']}", protocol, _match(rule.get("match") or {}), targets, callers)
    action = client.get_listener(**where).get("defaultAction") or {}
    yield Route(f"{base}/default", protocol, "everything else" if rules else "everything",
                _targets(client, action, groups), callers)  # fmt: skip


def _targets(client: Any, action: Mapping[str, Any], groups: dict[str, Mapping[str, Any]]) -> tuple[Target, ...]:
    wanted: Sequence[Mapping[str, Any]] = (action.get("forward") or {}).get("targetGroups") or ()
    weights = [int(entry.get("weight", 100)) for entry in wanted]
    found: list[Target] = []
    for entry, weight, share in zip(wanted, weights, shares(weights), strict=True):
        key = str(entry["targetGroupIdentifier"])
        if key not in groups:
            groups[key] = client.get_target_group(targetGroupIdentifier=key)
        found.append(Target(groups[key]["name"], KINDS.get(groups[key]["type"], "ip"), weight, share))
    return tuple(found)


def _match(match: Mapping[str, Any]) -> str:
    http = match.get("httpMatch") or {}
    path = (http.get("pathMatch") or {}).get("match") or {}
    where = path.get("exact") or (f"{path['prefix']}*" if path.get("prefix") else "every path")
    headers = [f"header {entry['name']}" for entry in http.get("headerMatches") or ()]
    return " ".join(part for part in (http.get("method", ""), where, *headers) if part)


def _member(client: Any, group: Mapping[str, Any], listeners: Sequence[Mapping[str, Any]]) -> Member:
    """A target group; its address is the function or the first target."""
    targets = list(pages(client, "list_targets", "items", targetGroupIdentifier=group["id"]))
    check = (group.get("config") or {}).get("healthCheck") or {}
    kind = KINDS.get(group["type"], "ip")
    outlier = "unhealthy targets get no requests" if check.get("enabled") else ""
    tls = "on" if all(one["protocol"] in ENCRYPTED for one in listeners) else "off"
    return Member(group["name"], kind, str(targets[0]["id"]) if targets else "", tls, outlier)
