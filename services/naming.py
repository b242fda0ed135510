"""What an entity is, in the words of people: "service", "Lambda function", "team"; a type nobody named stays as written."""

from __future__ import annotations

ONE = {
    "component": "service", "api": "API", "resource": "resource", "system": "system", "domain": "domain",
    "group": "team", "user": "person", "location": "location",
}  # fmt: skip
MANY = {
    "component": "services", "api": "APIs", "resource": "resources", "system": "systems", "domain": "domains",
    "group": "teams", "user": "people", "location": "locations",
}  # fmt: skip
# Types that discovery writes.
RESOURCES = {
    "api-gateway": "API Gateway", "app-runner-service": "App Runner service", "auto-scaling-group": "Auto Scaling group",
    "cache": "cache", "database": "database", "database-cluster": "database cluster", "dynamodb-table": "DynamoDB table",
    "ecs-service": "ECS service", "eks-cluster": "EKS cluster", "lambda-function": "Lambda function",
    "load-balancer": "load balancer", "queue": "queue", "s3-bucket": "S3 bucket", "search-domain": "search domain",
    "service-mesh": "service mesh", "time-series": "time series", "topic": "topic",
}  # fmt: skip
DEFINITIONS = {"openapi": "OpenAPI", "asyncapi": "AsyncAPI", "graphql": "GraphQL", "grpc": "gRPC"}


def typed(kind: str, type_: str) -> str:
    """The type in words; "" where there is none or where the kind says the same."""
    if kind == "resource":
        return RESOURCES.get(type_, type_)
    if kind == "api":
        return DEFINITIONS.get(type_.lower(), type_)
    return "" if type_.lower() == ONE.get(kind, kind).lower() else type_


def what(kind: str, type_: str) -> str:
    """The shortest words that tell it apart: a resource by its type, all else by its kind with its type."""
    one, words = ONE.get(kind, kind), typed(kind, type_)
    if not words:
        return one
    return words if kind in ("resource", "component") else f"{one} · {words}"
