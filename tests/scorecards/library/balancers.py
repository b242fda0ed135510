"""Load balancers."""

from __future__ import annotations

from typing import Any

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage

SWITCHES = {
    "protection": "deletion_protection.enabled",
    "logs": "access_logs.s3.enabled",
    "cross_zone": "load_balancing.cross_zone.enabled",
    "strict_headers": "routing.http.drop_invalid_header_fields.enabled",
}
TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06"


def balancer(stage: Stage, *, zones: int = 3, kind: str = "application", https: bool = True, **switches: bool) -> str:
    """A balancer with every switch on; answers its ARN. `switches` are the names in SWITCHES."""
    elb = stage.client("elbv2")
    subnets = list(stage.network.private[:zones])
    made = elb.create_load_balancer(
        Name=stage.name[:32].rstrip("-"), Subnets=subnets, Scheme="internal", Type=kind, Tags=stage.listed()
    )
    arn: str = made["LoadBalancers"][0]["LoadBalancerArn"]
    fitting = (
        SWITCHES if kind == "application" else {name: SWITCHES[name] for name in ("protection", "logs", "cross_zone")}
    )
    values = [{"Key": key, "Value": str(switches.get(name, True)).lower()} for name, key in fitting.items()]
    elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=values)
    elb.create_listener(LoadBalancerArn=arn, **_listener(stage, kind, https))
    return arn


def _listener(stage: Stage, kind: str, https: bool) -> dict[str, Any]:
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}
    if kind == "network":
        return {
            "Protocol": "TCP",
            "Port": 443,
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": _group(stage)}],
        }
    if not https:
        return {"Protocol": "HTTP", "Port": 80, "DefaultActions": [answer]}
    certificate = stage.client("acm").request_certificate(DomainName=f"{stage.name}.example.com")["CertificateArn"]
    secure = {"SslPolicy": TLS, "Certificates": [{"CertificateArn": certificate}]}
    return {"Protocol": "HTTPS", "Port": 443, "DefaultActions": [answer], **secure}


def _group(stage: Stage) -> str:
    made = stage.client("elbv2").create_target_group(
        Name=stage.name[:32].rstrip("-"), Protocol="TCP", Port=8443, VpcId=stage.network.vpc, Tags=stage.listed()
    )
    return str(made["TargetGroups"][0]["TargetGroupArn"])


@passes(
    "services.alb-zones", "services.alb-https", "services.alb-deletion-protection", "services.alb-access-logs",
    "services.alb-headers", "services.alb-cross-zone",
)  # fmt: skip
def balancer_kept_well(stage: Stage) -> None:
    balancer(stage)


@fails("services.alb-zones")
def balancer_in_one_zone(stage: Stage) -> None:
    balancer(stage, zones=1, kind="network")


@fails("services.alb-https")
def balancer_with_plain_http(stage: Stage) -> None:
    balancer(stage, https=False)


@fails("services.alb-deletion-protection")
def balancer_without_protection(stage: Stage) -> None:
    balancer(stage, protection=False)


@fails("services.alb-access-logs")
def balancer_without_access_logs(stage: Stage) -> None:
    balancer(stage, logs=False)


@fails("services.alb-headers")
def balancer_that_takes_any_header(stage: Stage) -> None:
    balancer(stage, strict_headers=False)


@fails("services.alb-cross-zone")
def balancer_that_keeps_zones_apart(stage: Stage) -> None:
    balancer(stage, kind="network", cross_zone=False)
