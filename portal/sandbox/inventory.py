"""Every tagged resource of an account and region: moto's taggable backends, and those that moto does not count as such."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.resource_tagging import iter_taggable_backends
from moto.s3.models import s3_backends

from .backends import backend
from .state import State


@dataclass(frozen=True)
class Tagged:
    """A resource with its type as the tagging API filters it, e.g. `eks:cluster`."""

    arn: str
    type: str
    tags: dict[str, str]


def tagged(account: str, region: str) -> Iterator[Tagged]:
    """All resources with at least one tag; S3 buckets only in their own region."""
    for one in _of_moto(account, region):
        if one.type.startswith("s3") and _bucket_region(account, one.arn) != region:
            continue
        yield one
    for more in _MISSING:
        for one in more(account, region):
            if one.tags:
                yield one


def remembered(state: State, account: str, region: str) -> Iterator[Tagged]:
    """Tagged resources of services that moto lacks and the sandbox keeps itself."""
    for arn, service in state.topic("apprunner.services", account, region).items():
        yield Tagged(arn, "apprunner:service", _as_dict(service["Tags"]))
    for arn, tags in state.topic("elasticache.serverless.tags", account, region).items():
        yield Tagged(arn, "elasticache:serverlesscache", dict(tags))


def _of_moto(account: str, region: str) -> Iterator[Tagged]:
    for taggable in iter_taggable_backends(account, region):
        for resource in taggable.iter_tagged_resources():
            if resource.tags:
                yield Tagged(resource.arn, resource.resource_type, dict(resource.tags))


def _bucket_region(account: str, arn: str) -> str:
    bucket = s3_backends[account]["aws"].buckets.get(arn.split(":::")[-1])
    return str(bucket.region_name) if bucket else ""


def _as_dict(tags: Any) -> dict[str, str]:
    """Tags as a dict, from a dict or a list with keys in either case."""
    if isinstance(tags, dict):
        return dict(tags)
    return {tag.get("Key") or tag.get("key"): tag.get("Value") or tag.get("value") or "" for tag in tags or []}


def _groups(account: str, region: str) -> Iterator[Tagged]:
    for group in backend("autoscaling", account, region).autoscaling_groups.values():
        yield Tagged(group.arn, "autoscaling:autoScalingGroup", _as_dict(group.tags))


def _clusters(account: str, region: str) -> Iterator[Tagged]:
    for cluster in backend("eks", account, region).clusters.values():
        yield Tagged(cluster.arn, "eks:cluster", _as_dict(cluster.tags))
        for nodes in cluster.nodegroups.values():
            yield Tagged(nodes.arn, "eks:nodegroup", _as_dict(nodes.tags))


def _apis(account: str, region: str) -> Iterator[Tagged]:
    for api in backend("apigateway", account, region).apis.values():
        root = f"arn:aws:apigateway:{region}::/restapis/{api.id}"
        yield Tagged(root, "apigateway:restapis", _as_dict(api.tags))
        for stage in api.stages.values():
            yield Tagged(f"{root}/stages/{stage.name}", "apigateway:restapis", _as_dict(stage.tags))


def _pipelines(account: str, region: str) -> Iterator[Tagged]:
    for pipeline in backend("codepipeline", account, region).pipelines.values():
        yield Tagged(pipeline._arn, "codepipeline:pipeline", _as_dict(pipeline.tags))


def _domains(account: str, region: str) -> Iterator[Tagged]:
    search = backend("opensearch", account, region)
    for domain in search.domains.values():
        yield Tagged(domain.arn, "es:domain", _as_dict(search.list_tags(domain.arn)))


def _meshes(account: str, region: str) -> Iterator[Tagged]:
    for mesh in backend("appmesh", account, region).meshes.values():
        yield Tagged(mesh.metadata.arn, "appmesh:mesh", _as_dict(mesh.tags))


def _canaries(account: str, region: str) -> Iterator[Tagged]:
    for canary in backend("synthetics", account, region).canaries.values():
        yield Tagged(
            f"arn:aws:synthetics:{region}:{account}:canary:{canary.name}", "synthetics:canary", _as_dict(canary.tags)
        )


def _http_apis(account: str, region: str) -> Iterator[Tagged]:
    for api in backend("apigatewayv2", account, region).apis.values():
        yield Tagged(
            f"arn:aws:apigateway:{region}::/apis/{api.api_id}",
            "apigateway:apis",
            _as_dict(api.backend.get_tags(api.arn)),
        )


_MISSING: tuple[Callable[[str, str], Iterator[Tagged]], ...] = (
    _groups,
    _clusters,
    _apis,
    _pipelines,
    _domains,
    _meshes,
    _canaries,
    _http_apis,
)
