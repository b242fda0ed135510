"""The kinds of resources that a seeded service is made of; defaults are the good practice, services override them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """A Lambda function with alias `live`; `versions` are published and the alias points at `live`.

    `image` makes it a container image; `url` gives it a function URL with that authorisation, NONE or AWS_IAM; `reads`
    names the SQS queue that triggers it, which stands before it among the parts.
    """

    runtime: str = "python3.13"
    memory: int = 256
    timeout: int = 15
    arch: str = "arm64"
    traced: bool = True
    dead_letters: bool = True
    versions: int = 1
    live: int = 1
    name: str = ""
    tagged: bool = True
    image: bool = False
    url: str = ""
    reads: str = ""


@dataclass(frozen=True)
class Connect:
    """A place in a Service Connect namespace; without a timeout in seconds the proxy's own holds."""

    namespace: str
    timeout: int = 0
    tls: bool = False


@dataclass(frozen=True)
class Container:
    """An ECS cluster and service of the service's name; `connect` puts it into a Service Connect namespace."""

    tasks: int = 3
    spot: bool = False
    circuit_breaker: bool = True
    cpu: int = 512
    memory: int = 1024
    mesh: bool = False
    insights: bool = True
    strategy: str = "ROLLING"
    alarms: bool = False
    connect: Connect | None = None


@dataclass(frozen=True)
class Kubernetes:
    """An EKS cluster with one node group."""

    version: str = "1.33"
    logging: bool = True
    public: bool = False
    nodes: int = 3


@dataclass(frozen=True)
class Fleet:
    """An EC2 Auto Scaling group; `zones` are letters of the region's zones, `own_network` gives it a VPC of its own."""

    instance_type: str = "m5.large"
    size: int = 2
    zones: str = "abc"
    imds_v2: bool = True
    volume: str = "gp3"
    encrypted: bool = True
    health_check: str = "ELB"
    own_network: bool = False


@dataclass(frozen=True)
class LoadBalancer:
    """An application load balancer with one target group (and `<name>-green` when asked for)."""

    target: str = "ip"
    green: bool = False
    tls: bool = True
    internal: bool = False
    deletion_protection: bool = True


@dataclass(frozen=True)
class PrivateApi:
    """A PRIVATE API Gateway REST API with stage `prod`, for callers that come by a VPC endpoint of its own."""

    traced: bool = True
    endpoint: bool = True


@dataclass(frozen=True)
class Table:
    """A DynamoDB table; read_units 0 means on-demand capacity."""

    name: str
    read_units: int = 0
    write_units: int = 0
    recovery: bool = True
    encrypted: bool = True
    protected: bool = True
    tagged: bool = True


@dataclass(frozen=True)
class Database:
    """An RDS instance."""

    engine: str = "postgres"
    instance_class: str = "db.t4g.medium"
    multi_az: bool = True
    encrypted: bool = True
    backup_days: int = 14
    protected: bool = True
    public: bool = False
    storage: str = "gp3"
    gigabytes: int = 100
    insights: bool = True


@dataclass(frozen=True)
class DatabaseCluster:
    """An Aurora or Neptune cluster with `instances` members named <service>-1, -2, …; serverless sets v2 capacity."""

    engine: str = "aurora-postgresql"
    instances: int = 2
    encrypted: bool = True
    backup_days: int = 14
    protected: bool = True
    serverless: bool = False


@dataclass(frozen=True)
class Cache:
    """An ElastiCache replication group."""

    nodes: int = 2
    node_type: str = "cache.t4g.small"
    encrypted: bool = True


@dataclass(frozen=True)
class ServerlessCache:
    """An ElastiCache serverless cache of the service's name."""

    snapshots: int = 1


@dataclass(frozen=True)
class WebService:
    """An App Runner service of the service's name."""

    public: bool = True
    observed: bool = True


@dataclass(frozen=True)
class HttpApi:
    """An API Gateway HTTP API with stage `$default`."""

    logged: bool = True


@dataclass(frozen=True)
class SearchDomain:
    """An OpenSearch domain."""

    nodes: int = 3
    zone_aware: bool = True
    encrypted: bool = True


@dataclass(frozen=True)
class Bucket:
    """An S3 bucket; `name` is its full name."""

    name: str
    blocked: bool = True
    versioned: bool = True
    encrypted: bool = True
    lifecycle: bool = True
    tagged: bool = True


@dataclass(frozen=True)
class Queue:
    """An SQS queue `<service>-queue` (or `name`), with `<service>-dead-letters` unless told otherwise."""

    dead_letters: bool = True
    encrypted: bool = True
    name: str = ""
    tagged: bool = True


@dataclass(frozen=True)
class Topic:
    """An SNS topic `<service>-events` (or `name`)."""

    encrypted: bool = True
    name: str = ""
    tagged: bool = True


@dataclass(frozen=True)
class Logs:
    """A log group; retention 0 keeps for ever. `prefix` is /aws/lambda, /ecs or /app."""

    prefix: str = "/aws/lambda"
    retention: int = 30
    tagged: bool = True


@dataclass(frozen=True)
class Alarm:
    """A CloudWatch alarm `<service>-<kind>`; without actions nobody hears it."""

    kind: str = "errors"
    actions: bool = True
    tagged: bool = True


@dataclass(frozen=True)
class Deploys:
    """A CodeDeploy application with group `production`; platform Lambda, ECS or Server."""

    platform: str
    config: str
    rollback: bool = True
    alarm: bool = True


@dataclass(frozen=True)
class Pipeline:
    """A CodePipeline; gated ones have an approval stage and roll back on failure."""

    gated: bool = True


@dataclass(frozen=True)
class Journey:
    """A CloudWatch Synthetics canary."""

    name: str


@dataclass(frozen=True)
class DistributedSql:
    """An Aurora DSQL cluster."""

    protected: bool = True


@dataclass(frozen=True)
class TimeSeries:
    """A Timestream for LiveAnalytics database."""

    name: str


@dataclass(frozen=True)
class Mesh:
    """An App Mesh mesh: two virtual nodes with shared weights behind a router, and a `serverless` neighbour."""

    serverless: str = ""


@dataclass(frozen=True)
class Lattice:
    """A VPC Lattice service before the service's function, in a service network."""

    network: str = "analytics"
    tls: bool = True
    authenticated: bool = True
    logged: bool = True


@dataclass(frozen=True)
class Images:
    """An ECR repository of the service's name."""

    scanned: bool = True
    immutable: bool = True


@dataclass(frozen=True)
class Key:
    """A KMS key of the service's own."""

    rotates: bool = True


@dataclass(frozen=True)
class Secret:
    """`<service>-password`; a rotating one is changed by the service's function."""

    rotates: bool = False


@dataclass(frozen=True)
class Door:
    """A security group with one rule for SSH: from the office, or from anywhere."""

    anywhere: bool = False


@dataclass(frozen=True)
class FisTemplate:
    """An experiment template of AWS FIS: `stop-hosts` (of the service's fleet) or `fail-over` (of its cluster).

    `released` lets the portal start it; `careful` gives it a stop condition and a cap.
    """

    kind: str = "stop-hosts"
    released: bool = True
    careful: bool = True


@dataclass(frozen=True)
class Address:
    """An Elastic IP address that nothing answers under."""


Part = (
    Function
    | Container
    | Kubernetes
    | Fleet
    | LoadBalancer
    | PrivateApi
    | Table
    | Database
    | DatabaseCluster
    | Cache
    | ServerlessCache
    | WebService
    | HttpApi
    | SearchDomain
    | Bucket
    | Queue
    | Topic
    | Logs
    | Alarm
    | Deploys
    | Pipeline
    | Journey
    | DistributedSql
    | TimeSeries
    | Mesh
    | Lattice
    | Images
    | Key
    | Secret
    | Door
    | Address
    | FisTemplate
)


@dataclass(frozen=True)
class Service:
    """One service of the demo organisation: where it runs, who owns it, what it is made of."""

    name: str
    team: str
    system: str
    account: str
    region: str
    tier: int
    parts: tuple[Part, ...]
    accounted: bool = True
    """Whether its resources carry the tags owner and CostCenter."""
    mistagged: tuple[tuple[str, str], ...] = ()
    """Tags that say something else than the descriptor, as a re-organisation leaves them behind."""

    @property
    def tags(self) -> dict[str, str]:
        """Tags of every resource of the service."""
        base = {"service": self.name, "team": self.team, "env": "production", "tier": str(self.tier)}
        paid = {"owner": f"{self.team}@example.com", "CostCenter": self.team} if self.accounted else {}
        return {**base, **paid, **dict(self.mistagged)}
