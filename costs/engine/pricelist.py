"""The table behind prices.py: AWS list prices in US dollars, Linux, on demand, without taxes and discounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

ENTERED = date(2026, 11, 23)
US, EU = "us-east-1", "eu-west-1"


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of one AWS product: amounts[name][region] as decimal text, with the unit they are per."""

    title: str
    unit: str
    source: str
    url: str
    amounts: Mapping[str, Mapping[str, str]]
    units: Mapping[str, str] = field(default_factory=dict)


def _pair(us: str, eu: str = "") -> dict[str, str]:
    return {US: us, EU: eu} if eu else {US: us}


LISTS: dict[str, PriceList] = {
    "ec2": PriceList(
        "EC2",
        "hour",
        "AWS list price, EC2 on demand, Linux",
        "https://aws.amazon.com/ec2/pricing/on-demand/",
        {
            "t3.micro": _pair("0.0104", "0.0114"),
            "t3.small": _pair("0.0208", "0.0228"),
            "t3.medium": _pair("0.0416", "0.0456"),
            "t3.large": _pair("0.0832", "0.0912"),
            "t4g.small": _pair("0.0168", "0.0184"),
            "t4g.medium": _pair("0.0336", "0.0368"),
            "m5.large": _pair("0.096", "0.107"),
            "m5.xlarge": _pair("0.192", "0.214"),
            "m5.2xlarge": _pair("0.384", "0.428"),
            "m6i.large": _pair("0.096", "0.107"),
            "m6g.large": _pair("0.077", "0.086"),
            "c5.large": _pair("0.085", "0.096"),
            "c5.xlarge": _pair("0.17", "0.192"),
            "c6g.large": _pair("0.068"),
            "r5.large": _pair("0.126", "0.141"),
        },
    ),
    "lambda": PriceList(
        "Lambda",
        "GB-second",
        "AWS list price, Lambda, first tier, free tier left out",
        "https://aws.amazon.com/lambda/pricing/",
        {
            "gb-second/x86_64": _pair("0.0000166667", "0.0000166667"),
            "gb-second/arm64": _pair("0.0000133334", "0.0000133334"),
            "million-requests": _pair("0.20", "0.20"),
        },
        {"million-requests": "million requests"},
    ),
    "dynamodb": PriceList(
        "DynamoDB",
        "million units",
        "AWS list price, DynamoDB standard table class",
        "https://aws.amazon.com/dynamodb/pricing/",
        {
            "million-reads": _pair("0.125", "0.1415"),
            "million-writes": _pair("0.625", "0.705"),
            "rcu-hour": _pair("0.00013", "0.000147"),
            "wcu-hour": _pair("0.00065", "0.000735"),
            "gb-month": _pair("0.25", "0.283"),
        },
        {"rcu-hour": "read unit and hour", "wcu-hour": "write unit and hour", "gb-month": "GB and month"},
    ),
    "elasticache": PriceList(
        "ElastiCache",
        "hour",
        "AWS list price, ElastiCache on demand",
        "https://aws.amazon.com/elasticache/pricing/",
        {
            "cache.t3.micro": _pair("0.017", "0.018"),
            "cache.t3.small": _pair("0.034", "0.036"),
            "cache.t3.medium": _pair("0.068", "0.073"),
            "cache.t4g.micro": _pair("0.016"),
            "cache.t4g.small": _pair("0.032"),
            "cache.m5.large": _pair("0.156"),
            "cache.r6g.large": _pair("0.206"),
        },
    ),
    "fargate": PriceList(
        "Fargate",
        "hour",
        "AWS list price, Fargate, Linux x86",
        "https://aws.amazon.com/fargate/pricing/",
        {"vcpu-hour": _pair("0.04048", "0.04048"), "gb-hour": _pair("0.004445", "0.004445")},
        {"vcpu-hour": "vCPU and hour", "gb-hour": "GB and hour"},
    ),
    "rds": PriceList(
        "RDS",
        "hour",
        "AWS list price, RDS on demand, single zone",
        "https://aws.amazon.com/rds/pricing/",
        {
            "postgres/db.t3.micro": _pair("0.018"),
            "postgres/db.t3.small": _pair("0.036"),
            "postgres/db.t3.medium": _pair("0.072"),
            "postgres/db.t4g.medium": _pair("0.065"),
            "postgres/db.m5.large": _pair("0.178"),
            "mysql/db.t3.micro": _pair("0.017"),
            "mysql/db.t3.small": _pair("0.034"),
            "mysql/db.t3.medium": _pair("0.068"),
            "mysql/db.m5.large": _pair("0.171"),
            "aurora-postgresql/db.r5.large": _pair("0.29", "0.32"),
            "aurora-postgresql/db.r6g.large": _pair("0.26", "0.287"),
        },
    ),
    "opensearch": PriceList(
        "OpenSearch",
        "hour",
        "AWS list price, OpenSearch on demand",
        "https://aws.amazon.com/opensearch-service/pricing/",
        {
            "t3.small.search": _pair("0.036"),
            "t3.medium.search": _pair("0.073"),
            "m5.large.search": _pair("0.142"),
            "r6g.large.search": _pair("0.167"),
        },
    ),
    "elb": PriceList(
        "load balancer",
        "hour",
        "AWS list price, Application Load Balancer, without capacity units",
        "https://aws.amazon.com/elasticloadbalancing/pricing/",
        {"application": _pair("0.0225", "0.0252")},
    ),
    "eks": PriceList(
        "EKS control plane",
        "hour",
        "AWS list price, EKS standard support",
        "https://aws.amazon.com/eks/pricing/",
        {"cluster": _pair("0.10", "0.10")},
    ),
}

# vCPUs and memory in GiB of the instance types that LISTS prices.
SHAPES: dict[str, tuple[int, float]] = {
    "t3.micro": (2, 1),
    "t3.small": (2, 2),
    "t3.medium": (2, 4),
    "t3.large": (2, 8),
    "t4g.small": (2, 2),
    "t4g.medium": (2, 4),
    "m5.large": (2, 8),
    "m5.xlarge": (4, 16),
    "m5.2xlarge": (8, 32),
    "m6i.large": (2, 8),
    "m6g.large": (2, 8),
    "c5.large": (2, 4),
    "c5.xlarge": (4, 8),
    "c6g.large": (2, 4),
    "r5.large": (2, 16),
}
