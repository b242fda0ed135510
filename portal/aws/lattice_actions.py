"""The whole action of a VPC Lattice rule: what its requests are forwarded to, or the fixed answer that they get."""

from __future__ import annotations

from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.lattice_weights import LatticeRoute, read_action


def action(route: LatticeRoute) -> dict[str, Any]:
    """The action now. Raises AwsNotFound where the rule is not there, and other AwsErrors."""
    with aws_errors("vpc-lattice:GetRule", route.account, route.region):
        return read_action(_client(route), route)[1]


def set_action(route: LatticeRoute, wanted: dict[str, Any]) -> None:
    """Write the action. Raises AwsNotFound where the rule is not there, and other AwsErrors."""
    with aws_errors("vpc-lattice:UpdateRule", route.account, route.region):
        client = _client(route)
        where, _ = read_action(client, route)
        if "ruleIdentifier" in where:
            client.update_rule(**where, action=wanted)
        else:
            client.update_listener(**where, defaultAction=wanted)


def _client(route: LatticeRoute) -> Any:
    return session.client(route.account, route.region, "vpc-lattice", role=route.role, purpose="chaos")
