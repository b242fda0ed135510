"""Load balancers and private APIs."""

from __future__ import annotations

from typing import Any

from portal.sandbox.parts import HttpApi, LoadBalancer, PrivateApi, Service

from .aws import Place, pairs, seeds
from .network import service_network, shared_network


@seeds(LoadBalancer)
def seed_load_balancer(place: Place, service: Service, part: LoadBalancer) -> None:
    """An ALB with a listener and target group; a fleet of the service is attached to it."""
    elb, network, tags = place.client("elbv2"), service_network(place, service), pairs(service.tags)
    balancer = elb.create_load_balancer(
        Name=service.name,
        Subnets=network.subnets,
        Scheme="internal" if part.internal else "internet-facing",
        Tags=tags,
    )["LoadBalancers"][0]["LoadBalancerArn"]
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": str(part.deletion_protection).lower()}],
    )
    names = [service.name, f"{service.name}-green"] if part.green else [service.name]
    groups = [_target_group(elb, name, part, network.vpc, tags) for name in names]
    listener: dict[str, Any] = {"Protocol": "HTTP", "Port": 80}
    if part.tls:
        certificates = [{"CertificateArn": _certificate(place)}]
        listener = {
            "Protocol": "HTTPS",
            "Port": 443,
            "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
            "Certificates": certificates,
        }
    elb.create_listener(
        LoadBalancerArn=balancer, DefaultActions=[{"Type": "forward", "TargetGroupArn": groups[0]}], **listener
    )
    _attach(place, service, part, groups[0])


def _certificate(place: Place) -> str:
    """ARN of the region's one certificate, requested when first needed."""
    acm = place.client("acm")
    present = acm.list_certificates()["CertificateSummaryList"]
    return str(
        present[0]["CertificateArn"]
        if present
        else acm.request_certificate(DomainName="*.example.com")["CertificateArn"]
    )


def _target_group(elb: Any, name: str, part: LoadBalancer, vpc: str, tags: list[dict[str, str]]) -> str:
    wanted: dict[str, Any] = {"Name": name, "TargetType": part.target, "Tags": tags}
    if part.target != "lambda":
        wanted |= {
            "Protocol": "HTTP",
            "Port": 8080,
            "VpcId": vpc,
            "HealthCheckPath": "/healthz",
            "HealthCheckIntervalSeconds": 10,
        }
    return str(elb.create_target_group(**wanted)["TargetGroups"][0]["TargetGroupArn"])


def _attach(place: Place, service: Service, part: LoadBalancer, group: str) -> None:
    if part.target == "instance":
        place.client("autoscaling").attach_load_balancer_target_groups(
            AutoScalingGroupName=service.name, TargetGroupARNs=[group]
        )
    if part.target == "lambda":
        alias = place.arn("lambda", f"function:{service.name}:live")
        place.client("elbv2").register_targets(TargetGroupArn=group, Targets=[{"Id": alias}])


def _endpoint(place: Place, service: Service) -> str:
    """An interface endpoint of API Gateway in the shared network."""
    network = shared_network(place)
    made = place.client("ec2").create_vpc_endpoint(
        VpcId=network.vpc,
        ServiceName=f"com.amazonaws.{place.region}.execute-api",
        VpcEndpointType="Interface",
        SubnetIds=network.subnets,
        TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": pairs(service.tags)}],
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


@seeds(PrivateApi)
def seed_private_api(place: Place, service: Service, part: PrivateApi) -> None:
    """A PRIVATE REST API with one mock method, deployed to stage `prod`."""
    api = place.client("apigateway")
    endpoint: dict[str, Any] = {"types": ["PRIVATE"]}
    if part.endpoint:
        endpoint["vpcEndpointIds"] = [_endpoint(place, service)]
    made = api.create_rest_api(name=service.name, endpointConfiguration=endpoint, tags=service.tags)["id"]
    root = api.get_resources(restApiId=made)["items"][0]["id"]
    api.put_method(restApiId=made, resourceId=root, httpMethod="GET", authorizationType="AWS_IAM")
    uri = f"arn:aws:apigateway:{place.region}:lambda:path/2015-03-31/functions/{place.arn('lambda', 'function:' + service.name)}:live/invocations"
    api.put_integration(
        restApiId=made, resourceId=root, httpMethod="GET", type="AWS_PROXY", integrationHttpMethod="POST", uri=uri
    )
    deployment = api.create_deployment(restApiId=made)["id"]
    api.create_stage(
        restApiId=made, stageName="prod", deploymentId=deployment, tracingEnabled=part.traced, tags=service.tags
    )


@seeds(HttpApi)
def seed_http_api(place: Place, service: Service, part: HttpApi) -> None:
    """An HTTP API with stage `$default`."""
    api = place.client("apigatewayv2")
    made = api.create_api(Name=service.name, ProtocolType="HTTP", Tags=service.tags)["ApiId"]
    logs = {
        "DestinationArn": place.arn("logs", f"log-group:/aws/lambda/{service.name}"),
        "Format": "$context.requestId",
    }
    more: dict[str, Any] = {"AccessLogSettings": logs} if part.logged else {}
    api.create_stage(ApiId=made, StageName="$default", AutoDeploy=True, **more)
