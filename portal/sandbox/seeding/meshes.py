"""Service meshes: App Mesh with its routes, VPC Lattice with its rules, and places in Service Connect namespaces."""

from __future__ import annotations

from typing import Any

from portal.sandbox.parts import Connect, Lattice, Mesh, Service

from .aws import Place, ensure, pairs, seeds


def connection(place: Place, service: Service, part: Connect) -> dict[str, Any]:
    """The Service Connect configuration of an ECS service; makes its namespace when it is the first."""
    discovery = place.client("servicediscovery")
    ensure(lambda: discovery.create_http_namespace(Name=part.namespace), "NamespaceAlreadyExists", "ConflictException")
    offered: dict[str, Any] = {
        "portName": "web",
        "discoveryName": service.name,
        "clientAliases": [{"port": 80, "dnsName": service.name}],
    }
    if part.timeout:
        offered["timeout"] = {"perRequestTimeoutSeconds": part.timeout, "idleTimeoutSeconds": 300}
    if part.tls:
        authority = place.arn("acm-pca", "certificate-authority/4f0c8f7e-6d1a-4c55-9c0e-1d2f3a4b5c6d")
        offered["tls"] = {"issuerCertificateAuthority": {"awsPcaAuthorityArn": authority}}
    return {"serviceConnectConfiguration": {"enabled": True, "namespace": part.namespace, "services": [offered]}}


def _node(name: str, host: str, *, outlier: bool, backends: list[str]) -> dict[str, Any]:
    listener: dict[str, Any] = {"portMapping": {"port": 8080, "protocol": "http"}}
    if outlier:
        listener["outlierDetection"] = {
            "maxServerErrors": 5,
            "interval": {"unit": "s", "value": 10},
            "baseEjectionDuration": {"unit": "s", "value": 30},
            "maxEjectionPercent": 50,
        }
    spec = {
        "listeners": [listener],
        "serviceDiscovery": {"dns": {"hostname": host}},
        "backends": [{"virtualService": {"virtualServiceName": backend}} for backend in backends],
    }
    return {"virtualNodeName": name, "spec": spec}


def _route(name: str, prefix: str, weights: dict[str, int], *, careful: bool) -> dict[str, Any]:
    targets = [{"virtualNode": node, "weight": weight} for node, weight in weights.items()]
    rule: dict[str, Any] = {"match": {"prefix": prefix}, "action": {"weightedTargets": targets}}
    if careful:
        rule["retryPolicy"] = {
            "maxRetries": 2,
            "perRetryTimeout": {"unit": "ms", "value": 250},
            "httpRetryEvents": ["server-error", "gateway-error"],
            "tcpRetryEvents": ["connection-error"],
        }
        rule["timeout"] = {"perRequest": {"unit": "s", "value": 2}, "idle": {"unit": "s", "value": 60}}
    return {"routeName": name, "spec": {"httpRoute": rule}}


@seeds(Mesh)
def seed_mesh(place: Place, service: Service, part: Mesh) -> None:
    """A mesh with a careful route, a careless one, and nodes without TLS."""
    mesh, name, tags = place.client("appmesh"), service.name, pairs(service.tags, "key", "value")
    mesh.create_mesh(meshName=name, tags=tags)
    virtual = f"{name}.{service.system}.local"
    nodes = [
        _node(name, f"{name}.local", outlier=True, backends=[]),
        _node(f"{name}-next", f"{name}-next.local", outlier=False, backends=[]),
        _node("shipping", "shipping.local", outlier=True, backends=[virtual]),
    ]
    if part.serverless:
        host = f"a1b2c3d4e5.execute-api.{place.region}.amazonaws.com"
        nodes.append(_node(part.serverless, host, outlier=False, backends=[virtual]))
    for node in nodes:
        mesh.create_virtual_node(meshName=name, tags=tags, **node)
    listeners = [{"portMapping": {"port": 8080, "protocol": "http"}}]
    mesh.create_virtual_router(meshName=name, virtualRouterName=name, spec={"listeners": listeners}, tags=tags)
    for route in (
        _route("plan", "/plan", {name: 90, f"{name}-next": 10}, careful=False),
        _route("distance", "/distance", {name: 1}, careful=True),
    ):
        mesh.create_route(meshName=name, virtualRouterName=name, tags=tags, **route)
    provider = {"virtualRouter": {"virtualRouterName": name}}
    mesh.create_virtual_service(meshName=name, virtualServiceName=virtual, spec={"provider": provider}, tags=tags)


@seeds(Lattice)
def seed_lattice(place: Place, service: Service, part: Lattice) -> None:
    """A Lattice service that sends its requests to the service's function, in a network with its neighbours."""
    lattice = place.client("vpc-lattice")
    made = lattice.create_service(
        name=service.name, authType="AWS_IAM" if part.authenticated else "NONE", tags=service.tags
    )["id"]
    lattice.create_service_network_service_association(
        serviceIdentifier=made, serviceNetworkIdentifier=_network(lattice, part.network)
    )
    groups = {version: _function_group(place, service, f"{service.name}-{version}") for version in ("stable", "canary")}
    split = [
        {"targetGroupIdentifier": groups["stable"], "weight": 95},
        {"targetGroupIdentifier": groups["canary"], "weight": 5},
    ]
    protocol = "HTTPS" if part.tls else "HTTP"
    listener = lattice.create_listener(
        serviceIdentifier=made,
        name=protocol.lower(),
        protocol=protocol,
        port=443 if part.tls else 80,
        defaultAction={"forward": {"targetGroups": [{"targetGroupIdentifier": groups["stable"], "weight": 100}]}},
    )["id"]
    lattice.create_rule(
        serviceIdentifier=made,
        listenerIdentifier=listener,
        name="version-two",
        priority=10,
        match={"httpMatch": {"method": "GET", "pathMatch": {"match": {"prefix": "/v2/"}}}},
        action={"forward": {"targetGroups": split}},
    )
    if part.logged:
        group = place.arn("logs", f"log-group:/lattice/{service.name}:*")
        lattice.create_access_log_subscription(resourceIdentifier=made, destinationArn=group)


def _network(lattice: Any, name: str) -> str:
    """The service network of this name, made when first needed."""
    for row in lattice.list_service_networks()["items"]:
        if row["name"] == name:
            return str(row["id"])
    return str(lattice.create_service_network(name=name, authType="AWS_IAM")["id"])


def _function_group(place: Place, service: Service, name: str) -> str:
    lattice = place.client("vpc-lattice")
    made = lattice.create_target_group(name=name, type="LAMBDA", config={"lambdaEventStructureVersion": "V2"})["id"]
    target = {"id": place.arn("lambda", f"function:{service.name}:live")}
    lattice.register_targets(targetGroupIdentifier=made, targets=[target])
    return str(made)
