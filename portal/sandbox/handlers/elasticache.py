"""ElastiCache serverless caches, which moto lacks."""

from __future__ import annotations

from typing import Any

from portal.sandbox.registry import Context, Refused, handles
from portal.sandbox.state import State

TOPIC = "elasticache.serverless"


def _caches(state: State, context: Context) -> dict[str, Any]:
    return state.topic(TOPIC, context.account, context.region)


@handles("elasticache", "CreateServerlessCache")
def create_serverless_cache(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """A cache that is there at once; the names of one account and region are unique."""
    name = params["ServerlessCacheName"]
    if name in _caches(state, context):
        raise Refused("ServerlessCacheAlreadyExistsFault", f"A serverless cache named {name} exists.")
    address = f"{name}.serverless.{context.region}.cache.amazonaws.com"
    cache = {
        "ServerlessCacheName": name,
        "Description": params.get("Description") or " ",
        "CreateTime": state.now(),
        "Status": "available",
        "Engine": params["Engine"],
        "MajorEngineVersion": "8",
        "FullEngineVersion": "8.0",
        "StorageEncryptionType": "sse-elasticache",
        "SecurityGroupIds": list(params.get("SecurityGroupIds") or []),
        "SubnetIds": list(params.get("SubnetIds") or []),
        "Endpoint": {"Address": address, "Port": 6379},
        "ReaderEndpoint": {"Address": address, "Port": 6380},
        "ARN": context.arn(f"serverlesscache:{name}"),
        "SnapshotRetentionLimit": int(params.get("SnapshotRetentionLimit") or 0),
    }
    _caches(state, context)[name] = cache
    tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []}
    state.topic(f"{TOPIC}.tags", context.account, context.region)[cache["ARN"]] = tags
    return {"ServerlessCache": cache}


@handles("elasticache", "DescribeServerlessCaches")
def describe_serverless_caches(state: State, params: dict[str, Any], context: Context) -> dict[str, Any]:
    """All caches, or the named one."""
    name = params.get("ServerlessCacheName")
    known = _caches(state, context)
    if name and name not in known:
        raise Refused("ServerlessCacheNotFoundFault", f"No serverless cache is named {name}.")
    return {"ServerlessCaches": [known[one] for one in sorted(known) if not name or one == name]}
