"""Aurora DSQL clusters: moto knows them in one region only."""

from __future__ import annotations

import zlib
from typing import Any

from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State


def _kept(state: State, context: Context) -> dict[str, dict[str, Any]]:
    return state.topic("dsql.clusters", context.account, context.region)


@handles("dsql", "CreateCluster")
def create_cluster(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """An active cluster of one region; its identifier depends on how many there were and on its tags only."""
    kept, tags = _kept(state, context), dict(params.get("tags") or {})
    number = zlib.crc32(f"{len(kept)} {sorted(tags.items())}".encode())
    identifier = f"{number:010d}".translate(str.maketrans("0123456789", "abcdefghij")) + "qwertyuiopasdfgh"
    kept[identifier] = {
        "identifier": identifier,
        "arn": context.arn(f"cluster/{identifier}"),
        "status": "ACTIVE",
        "creationTime": state.now(),
        "deletionProtectionEnabled": bool(params.get("deletionProtectionEnabled", True)),
        "endpoint": f"{identifier}.dsql.{context.region}.on.aws",
        "tags": tags,
    }
    return {name: value for name, value in kept[identifier].items() if name != "tags"}


@handles("dsql", "GetCluster")
def get_cluster(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """One cluster with its tags."""
    found = _kept(state, context).get(params["identifier"])
    if found is None:
        raise Refused("ResourceNotFoundException", f"There is no cluster {params['identifier']}.")
    return found


@handles("dsql", "ListClusters")
def list_clusters(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """All clusters, in one page."""
    kept = _kept(state, context)
    return {"clusters": [{"identifier": name, "arn": kept[name]["arn"]} for name in sorted(kept)]}
