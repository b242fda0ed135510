"""Whom a denial is for: the roles of a service's functions and tasks in one account, and never one of the portal's."""

from __future__ import annotations

from chaos.faults.registry import Arguments
from portal.aws import service_roles
from portal.aws.models import Account
from services import facts
from services.models import Entity


def of(service: Entity, arguments: Arguments) -> tuple[str, ...]:
    """The ARNs of the roles, sorted. Raises AwsError."""
    known = facts.current(service)
    place = (arguments["account"], arguments["region"])
    found: set[str] = set()
    for key in ("aws.lambda", "aws.ecs"):
        for item in known[key].value.get("items", []) if key in known else []:
            if (item.get("account"), item.get("region")) != place:
                continue
            if key == "aws.lambda":
                found.add(service_roles.of_function(*place, item["name"]))
            else:
                found.add(service_roles.of_tasks(*place, item.get("cluster", item["name"]), item["name"]))
    return tuple(sorted(found - {""}))


def refusal(service: Entity, roles: tuple[str, ...], account: str) -> str:
    """Why these roles may not be denied anything, or ""."""
    if not roles:
        return f"No function or task of {service.name} with a role of its own is known in this account and region."
    row = Account.objects.filter(account_id=account).first()
    own = {row.role_arn(role) for role in ("read", "rollout", "chaos", "review")} if row else set()
    mine = own & set(roles)
    return f"{sorted(mine)[0]} is the portal's own role: it would lock itself out." if mine else ""
