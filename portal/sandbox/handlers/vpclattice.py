"""What moto lacks of VPC Lattice: reading rules, targets, and the names in a service's network associations."""

from __future__ import annotations

from typing import Any

from portal.sandbox.backends import backend
from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State


def _rules(context: Context, service: str, listener: str) -> list[Any]:
    """Rules of a listener in the order of their priority."""
    rules = backend("vpclattice", context.account, context.region).rules.values()
    mine = [one for one in rules if (one.service_identifier, one.listener_identifier) == (service, listener)]
    return sorted(mine, key=lambda one: one.priority)


@handles("vpc-lattice", "ListRules")
def list_rules(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """All rules of a listener, in one page."""
    found = _rules(context, params["serviceIdentifier"], params["listenerIdentifier"])
    return {
        "items": [
            {"arn": one.arn, "id": one.id, "name": one.name, "isDefault": False, "priority": one.priority}
            for one in found
        ]
    }


@handles("vpc-lattice", "GetRule")
def get_rule(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One rule with its match and action."""
    for one in _rules(context, params["serviceIdentifier"], params["listenerIdentifier"]):
        if params["ruleIdentifier"] in (one.id, one.arn):
            said = {"arn": one.arn, "id": one.id, "name": one.name, "isDefault": False, "priority": one.priority}
            return {**said, "match": one.match, "action": one.action}
    raise Refused("ResourceNotFoundException", f"Rule {params['ruleIdentifier']} not found")


def _targets(state: State, params: dict[str, Any], context: Context) -> dict[str, dict[str, Any]]:
    """Targets of a group by id; refused where the group does not exist."""
    group = params["targetGroupIdentifier"]
    if group not in backend("vpclattice", context.account, context.region).target_groups:
        raise Refused("ResourceNotFoundException", f"Target group {group} not found")
    kept: dict[str, dict[str, Any]] = state.topic("lattice.targets", context.account, context.region).setdefault(
        group, {}
    )
    return kept


@handles("vpc-lattice", "RegisterTargets")
def register_targets(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Remember the targets of a group."""
    kept = _targets(state, params, context)
    kept |= {target["id"]: dict(target) for target in params["targets"]}
    return {"successful": [dict(target) for target in params["targets"]], "unsuccessful": []}


@handles("vpc-lattice", "ListTargets")
def list_targets(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """The targets of a group: healthy, unless a test or the seed says otherwise."""
    kept, said = _targets(state, params, context), state.topic("health", context.account, context.region)
    found = []
    for name, target in sorted(kept.items()):
        told = said.get(f"{params['targetGroupIdentifier']} {name}") or {}
        reason = {"reasonCode": told["Description"]} if told.get("Description") else {}
        found.append({**target, "status": told.get("State", "healthy").upper(), **reason})
    return {"items": found}


MOST = 999


def _checked(action: dict[str, Any], context: Context) -> dict[str, Any]:
    """An action that AWS would take."""
    known = backend("vpclattice", context.account, context.region).target_groups
    for entry in (action.get("forward") or {}).get("targetGroups") or []:
        if str(entry["targetGroupIdentifier"]).rpartition("/")[2] not in known:
            raise Refused("ResourceNotFoundException", f"Target group {entry['targetGroupIdentifier']} not found")
        if not 0 <= int(entry.get("weight", 100)) <= MOST:
            raise Refused("ValidationException", f"The weight of a target group lies between 0 and {MOST}.")
    return action


@handles("vpc-lattice", "UpdateListener")
def update_listener(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Another default action."""
    for one in backend("vpclattice", context.account, context.region).listeners.values():
        if params["listenerIdentifier"] in (one.id, one.arn):
            one.default_action = _checked(params["defaultAction"], context)
            one.last_updated_at = state.now().isoformat()
            return {key: value for key, value in one.to_dict().items() if key not in ("createdAt", "lastUpdatedAt")}
    raise Refused("ResourceNotFoundException", f"Listener {params['listenerIdentifier']} not found")


@handles("vpc-lattice", "UpdateRule")
def update_rule(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Another action, match or priority of a rule."""
    for one in _rules(context, params["serviceIdentifier"], params["listenerIdentifier"]):
        if params["ruleIdentifier"] in (one.id, one.arn):
            one.action = _checked(params.get("action") or one.action, context)
            one.match, one.priority = params.get("match") or one.match, params.get("priority") or one.priority
            said = {"arn": one.arn, "id": one.id, "name": one.name, "isDefault": False, "priority": one.priority}
            return {**said, "match": one.match, "action": one.action}
    raise Refused("ResourceNotFoundException", f"Rule {params['ruleIdentifier']} not found")


@handles("vpc-lattice", "ListServiceNetworkServiceAssociations")
def list_associations(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's associations with the names of service and network, and only those that were asked for."""
    lattice = backend("vpclattice", context.account, context.region)
    found = []
    for row in context.forward()["items"]:
        if params.get("serviceIdentifier") not in (None, row["serviceId"]):
            continue
        if params.get("serviceNetworkIdentifier") not in (None, row["serviceNetworkId"]):
            continue
        network, service = lattice.service_networks[row["serviceNetworkId"]], lattice.services[row["serviceId"]]
        found.append({**row, "serviceNetworkName": network.name, "serviceName": service.name})
    return {"items": found}
