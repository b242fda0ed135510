"""Service meshes: App Mesh (no longer supported by AWS) and VPC Lattice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.aws.errors import aws_errors
from portal.aws.paging import pages
from portal.aws.resource import AwsResource, reader, tag_map


@dataclass(frozen=True, kw_only=True)
class Mesh(AwsResource):
    """An App Mesh mesh or a VPC Lattice service; `routes_without_retry` names the routes that try only once."""

    technology: str
    supported: bool
    dns: str
    routes: int
    routes_without_retry: tuple[str, ...]
    authenticated: bool


def app_meshes(account: str, region: str) -> list[Mesh]:
    """All App Mesh meshes of the account and region with their routes."""
    found: list[Mesh] = []
    with aws_errors("appmesh:DescribeMesh", account, region):
        client = reader(account, region, "appmesh")
        for row in pages(client, "list_meshes", "meshes"):
            routes = _routes(client, row["meshName"])
            tags = client.list_tags_for_resource(resourceArn=row["arn"]).get("tags")
            found.append(
                Mesh(
                    name=row["meshName"],
                    arn=row["arn"],
                    account=account,
                    region=region,
                    tags=tag_map(tags),
                    technology="App Mesh",
                    supported=False,
                    dns="",
                    routes=len(routes),
                    routes_without_retry=tuple(sorted(name for name, retries in routes.items() if not retries)),
                    authenticated=False,
                )
            )
    return found


def _routes(client: Any, mesh: str) -> dict[str, bool]:
    """Route name → whether it has a retry policy."""
    found: dict[str, bool] = {}
    for router in pages(client, "list_virtual_routers", "virtualRouters", meshName=mesh):
        where = {"meshName": mesh, "virtualRouterName": router["virtualRouterName"]}
        for route in pages(client, "list_routes", "routes", **where):
            spec = client.describe_route(routeName=route["routeName"], **where)["route"]["spec"]
            rules = [spec[kind] for kind in ("httpRoute", "http2Route", "grpcRoute") if spec.get(kind)]
            found[route["routeName"]] = not rules or any(rule.get("retryPolicy") for rule in rules)
    return found


def lattice_services(account: str, region: str) -> list[Mesh]:
    """All VPC Lattice services of the account and region."""
    with aws_errors("vpc-lattice:ListServices", account, region):
        client = reader(account, region, "vpc-lattice")
        return [
            Mesh(
                name=row["name"],
                arn=row["arn"],
                account=account,
                region=region,
                tags=dict(client.list_tags_for_resource(resourceArn=row["arn"]).get("tags") or {}),
                technology="VPC Lattice",
                supported=True,
                dns=(row.get("dnsEntry") or {}).get("domainName", ""),
                routes=0,
                routes_without_retry=(),
                authenticated=client.get_service(serviceIdentifier=row["id"]).get("authType") == "AWS_IAM",
            )
            for row in pages(client, "list_services", "items")
        ]
