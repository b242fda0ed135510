"""Changes of Route 53 records: weights that AWS would take, and a while until all name servers have them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

MOST = 255
SYNC_SECONDS = 6.0
"""How long a change is PENDING; in AWS up to a minute."""
GLOBAL = "aws-global"


@handles("route53", "ChangeResourceRecordSets")
def change_records(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """moto's change, after the check that it leaves out, under an id of its own."""
    for change in params["ChangeBatch"]["Changes"]:
        if not 0 <= int(change["ResourceRecordSet"].get("Weight", 0)) <= MOST:
            raise Refused("InvalidInput", f"The weight of a record set lies between 0 and {MOST}.")
    context.forward()
    known = state.topic("route53.changes", context.account, GLOBAL)
    name = f"C{len(known) + 1:013d}"
    known[name] = state.wall()
    return {"ChangeInfo": _info(name, state.wall(), state.wall())}


@handles("route53", "GetChange")
def get_change(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """PENDING for a while, then INSYNC."""
    name = str(params["Id"]).rpartition("/")[2]
    made = state.topic("route53.changes", context.account, GLOBAL).get(name)
    if made is None:
        raise Refused("NoSuchChange", f"Could not find resource with ID: {name}")
    return {"ChangeInfo": _info(name, made, state.wall())}


def _info(name: str, made: float, now: float) -> dict[str, Any]:
    status = "INSYNC" if now >= made + SYNC_SECONDS else "PENDING"
    return {"Id": f"/change/{name}", "Status": status, "SubmittedAt": datetime.fromtimestamp(made, UTC)}
