"""The time that a request may take on an App Mesh route."""

from __future__ import annotations

from typing import Any

from portal.aws import session
from portal.aws.appmesh_weights import MeshRoute, spec_of
from portal.aws.errors import AwsNotFound, aws_errors

HTTP = ("httpRoute", "http2Route", "grpcRoute")


def per_request(route: MeshRoute) -> dict[str, Any] | None:
    """The time-out of a request as AWS keeps it, such as {"unit": "s", "value": 2}; None where none is set.

    Raises AwsNotFound where the route is not there or is plain TCP, and other AwsErrors.
    """
    with aws_errors("appmesh:DescribeRoute", route.account, route.region):
        found = (_rule(spec_of(route), route).get("timeout") or {}).get("perRequest")
    return {"unit": found["unit"], "value": int(found["value"])} if found else None


def set_per_request(route: MeshRoute, wanted: dict[str, Any] | None) -> None:
    """Set the time-out of a request, or take it away with None; all else of the route stays. Raises AwsError."""
    with aws_errors("appmesh:UpdateRoute", route.account, route.region):
        spec = spec_of(route)
        rule = _rule(spec, route)
        kept = {key: value for key, value in (rule.get("timeout") or {}).items() if key != "perRequest"}
        rule["timeout"] = {**kept, "perRequest": wanted} if wanted else kept
        if not rule["timeout"]:
            del rule["timeout"]
        client = session.client(route.account, route.region, "appmesh", role=route.role, purpose="chaos")
        named = {"meshName": route.mesh, "virtualRouterName": route.router, "routeName": route.route}
        client.update_route(**named, spec=spec)


def _rule(spec: dict[str, Any], route: MeshRoute) -> dict[str, Any]:
    for kind in HTTP:
        if spec.get(kind):
            rule: dict[str, Any] = spec[kind]
            return rule
    message = f"the route {route.route} is plain TCP: it has no requests that could time out"
    raise AwsNotFound("appmesh:DescribeRoute", route.account, route.region, "NoRequests", message)
