"""Service meshes: App Mesh, VPC Lattice and ECS Service Connect."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.containers import tasks
from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage

CAREFUL = {
    "retryPolicy": {
        "maxRetries": 2, "perRetryTimeout": {"unit": "ms", "value": 250}, "httpRetryEvents": ["server-error"],
    },
    "timeout": {"perRequest": {"unit": "s", "value": 2}},
}  # fmt: skip


def app_mesh(stage: Stage, *, careful: bool = True, host: str = "") -> None:
    """A mesh of one node, which encrypts, with one route to it; `host` is another address for the node."""
    client, name, tags = stage.client("appmesh"), stage.name, stage.listed("key", "value")
    client.create_mesh(meshName=name, tags=tags)
    door: dict[str, Any] = {"portMapping": {"port": 8080, "protocol": "http"}}
    certificate = {"file": {"certificateChain": "/keys/chain.pem", "privateKey": "/keys/key.pem"}}
    listener = {**door, "tls": {"mode": "STRICT", "certificate": certificate}}
    node = {"listeners": [listener], "serviceDiscovery": {"dns": {"hostname": host or f"{name}.local"}}}
    client.create_virtual_node(meshName=name, virtualNodeName=name, spec=node, tags=tags)
    client.create_virtual_router(meshName=name, virtualRouterName=name, spec={"listeners": [door]}, tags=tags)
    target = {"weightedTargets": [{"virtualNode": name, "weight": 1}]}
    rule = {"match": {"prefix": "/"}, "action": target, **(CAREFUL if careful else {})}
    client.create_route(meshName=name, virtualRouterName=name, routeName="all", spec={"httpRoute": rule}, tags=tags)


def lattice(stage: Stage, protocol: str) -> None:
    """A Lattice service with one listener, which sends requests to a function."""
    client = stage.client("vpc-lattice")
    made = client.create_service(name=stage.name[:40].rstrip("-"), authType="AWS_IAM", tags=stage.tags)["id"]
    group = client.create_target_group(name=stage.name[:40].rstrip("-"), type="LAMBDA")["id"]
    action = {"forward": {"targetGroups": [{"targetGroupIdentifier": group, "weight": 100}]}}
    client.create_listener(
        serviceIdentifier=made,
        name="door",
        protocol=protocol,
        port=443 if protocol == "HTTPS" else 80,
        defaultAction=action,
    )


def connected(stage: Stage, *, tls: bool) -> None:
    """An ECS service in a Service Connect namespace."""
    stage.client("servicediscovery").create_http_namespace(Name=stage.name)
    offered: dict[str, Any] = {
        "portName": "web",
        "discoveryName": stage.name,
        "timeout": {"perRequestTimeoutSeconds": 2},
    }
    if tls:
        authority = stage.place.arn("acm-pca", "certificate-authority/1")
        offered["tls"] = {"issuerCertificateAuthority": {"awsPcaAuthorityArn": authority}}
    tasks(stage, serviceConnectConfiguration={"enabled": True, "namespace": stage.name, "services": [offered]})


@passes("services.mesh-tls", "services.mesh-supported", "services.mesh-careful", "services.mesh-fits-members")
def lattice_kept_well(stage: Stage) -> None:
    lattice(stage, "HTTPS")


@fails("services.mesh-tls")
def lattice_in_the_clear(stage: Stage) -> None:
    lattice(stage, "HTTP")


@passes("services.mesh-tls", "services.mesh-careful")
def connected_kept_well(stage: Stage) -> None:
    connected(stage, tls=True)


@fails("services.mesh-tls")
def connected_in_the_clear(stage: Stage) -> None:
    connected(stage, tls=False)


@passes("services.mesh-tls", "services.mesh-careful", "services.mesh-fits-members")
@fails("services.mesh-supported")
def app_mesh_kept_well(stage: Stage) -> None:
    app_mesh(stage)


@fails("services.mesh-supported", "services.mesh-careful")
def app_mesh_without_retries(stage: Stage) -> None:
    app_mesh(stage, careful=False)


@fails("services.mesh-supported", "services.mesh-fits-members")
def app_mesh_around_a_function(stage: Stage) -> None:
    app_mesh(stage, host="abc123.lambda-url.eu-west-1.on.aws")
