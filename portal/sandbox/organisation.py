"""The demo organisation: 26 services of 6 teams in 2 accounts and 2 regions, with good and bad traits.

Order is seeding order: the services that the first minutes of the demo show come first. Within a service a load balancer
comes before the containers that it serves, and after a function or fleet, which it takes in itself.
"""

from __future__ import annotations

from .parts import (
    Alarm,
    Bucket,
    Cache,
    Connect,
    Container,
    Database,
    DatabaseCluster,
    Deploys,
    DistributedSql,
    Fleet,
    Function,
    Journey,
    Kubernetes,
    Lattice,
    LoadBalancer,
    Logs,
    Mesh,
    Part,
    Pipeline,
    PrivateApi,
    Queue,
    SearchDomain,
    Service,
    Table,
    TimeSeries,
    Topic,
)

PRODUCTION = "111111111111"
PLATFORM = "222222222222"
IRELAND = "eu-west-1"
VIRGINIA = "us-east-1"

ACCOUNTS = {PRODUCTION: "production", PLATFORM: "platform"}

_TEAMS = {
    "payments": ("payments", PRODUCTION, IRELAND),
    "catalog": ("storefront", PRODUCTION, IRELAND),
    "search": ("discovery", PRODUCTION, VIRGINIA),
    "logistics": ("fulfilment", PRODUCTION, VIRGINIA),
    "identity": ("identity", PLATFORM, IRELAND),
    "data-platform": ("analytics", PLATFORM, VIRGINIA),
}


def _service(team: str, name: str, tier: int, *parts: Part, accounted: bool = True) -> Service:
    system, account, region = _TEAMS[team]
    return Service(name, team, system, account, region, tier, parts, accounted)


_ECS = Logs("/ecs")
_EC2 = Logs("/app")

SERVICES: tuple[Service, ...] = (
    _service(
        "payments",
        "checkout",
        1,
        Function(versions=42, live=41, memory=512),
        LoadBalancer(target="lambda"),
        PrivateApi(),
        Table("orders-table"),
        Logs(),
        Alarm(),
        Alarm("latency"),
        Deploys("Lambda", "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        Journey("checkout-journey"),
    ),
    _service(
        "search",
        "search-api",
        1,
        Fleet(size=6, own_network=True),
        LoadBalancer(target="instance"),
        SearchDomain(),
        _EC2,
        Alarm(),
        Alarm("latency", actions=False),
        Deploys("Server", "CodeDeployDefault.HalfAtATime"),
        Journey("search-journey"),
    ),
    _service(
        "payments",
        "ledger",
        1,
        LoadBalancer(green=True, internal=True),
        Container(connect=Connect("money", timeout=5, tls=True)),
        DatabaseCluster(),
        _ECS,
        Alarm(),
        Alarm("latency"),
        Deploys("ECS", "CodeDeployDefault.ECSLinear10PercentEvery1Minutes"),
    ),
    _service("payments", "refunds", 2, Function("nodejs22.x"), Queue(), DistributedSql(), Logs(), Alarm()),
    _service(
        "payments",
        "fraud-score",
        1,
        Function("provided.al2023", memory=1024, traced=False),
        Cache(),
        Logs(retention=90),
        Alarm(),
    ),
    _service(
        "payments",
        "invoices",
        2,
        Container(tasks=1, circuit_breaker=False, insights=False, connect=Connect("money")),
        Database(multi_az=False, encrypted=False, backup_days=1, protected=False, storage="gp2"),
        Bucket("invoices-documents", versioned=False),
        Logs("/ecs", retention=0),
        Alarm(actions=False),
        Pipeline(gated=False),
        accounted=False,
    ),
    _service(
        "catalog",
        "products",
        1,
        LoadBalancer(),
        Container(tasks=4),
        Table("products-table", read_units=1200, write_units=40),
        Cache(),
        _ECS,
        Alarm(),
        Pipeline(),
    ),
    _service(
        "catalog", "prices", 2, Function(), Table("prices-table", recovery=False, protected=False), Logs(), Alarm()
    ),
    _service(
        "catalog",
        "media",
        3,
        Function(memory=3008, arch="x86_64", traced=False, dead_letters=False, timeout=300),
        Logs(retention=0),
        Bucket("media-assets", blocked=False, versioned=False, lifecycle=False),
        Bucket("media-uploads-tmp", blocked=False, versioned=False, lifecycle=False, encrypted=False, tagged=False),
        accounted=False,
    ),
    _service(
        "catalog",
        "reviews",
        3,
        Fleet("t3.medium", zones="a", imds_v2=False, volume="gp2", encrypted=False, health_check="EC2"),
        Database("mysql", "db.t3.medium", multi_az=False, backup_days=1, protected=False, public=True),
        Logs("/app", retention=0),
        Deploys("Server", "CodeDeployDefault.AllAtOnce", rollback=False, alarm=False),
        accounted=False,
    ),
    _service("search", "indexer", 2, Container(spot=True, tasks=2), Queue(dead_letters=False), _ECS, Alarm()),
    _service(
        "search",
        "suggest",
        2,
        Function("python3.12", traced=False),
        Cache(nodes=1, encrypted=False),
        Logs(),
        Alarm(actions=False),
    ),
    _service(
        "search",
        "recommendations",
        3,
        Function("python3.9", arch="x86_64", memory=1024, dead_letters=False),
        DatabaseCluster("neptune", instances=1, protected=False),
        Logs(retention=0),
        accounted=False,
    ),
    _service("logistics", "shipping", 1, LoadBalancer(), Container(), Database(), _ECS, Alarm(), Pipeline()),
    _service(
        "logistics",
        "tracking",
        2,
        Function("nodejs22.x", url="NONE"),
        Table("tracking-table"),
        TimeSeries("tracking-positions"),
        Topic(),
        Logs(),
        Alarm(),
    ),
    _service("logistics", "warehouse", 2, Kubernetes(), Database(multi_az=False, storage="gp2"), Alarm()),
    _service(
        "logistics",
        "routing",
        2,
        Container(mesh=True, circuit_breaker=False, tasks=2),
        Mesh(serverless="carrier-gateway"),
        Logs("/ecs", retention=0),
        Alarm(),
    ),
    _service(
        "logistics",
        "carrier-gateway",
        2,
        PrivateApi(traced=False, endpoint=False),
        Function(traced=False, dead_letters=False),
        Logs(),
        Alarm(actions=False),
    ),
    _service(
        "identity",
        "login",
        1,
        LoadBalancer(),
        Container(tasks=4),
        Table("login-sessions"),
        Cache(),
        _ECS,
        Alarm(),
        Alarm("latency"),
        Pipeline(),
    ),
    _service("identity", "accounts", 1, Kubernetes(), DatabaseCluster(serverless=True), Alarm()),
    _service(
        "identity",
        "permissions",
        1,
        Function("provided.al2023"),
        Table("permissions-table", recovery=False),
        Logs(),
        Alarm(),
    ),
    _service(
        "identity",
        "audit-log",
        2,
        Function(image=True),
        Bucket("audit-log-archive"),
        Queue(),
        Logs(retention=365),
        Alarm(),
    ),
    _service(
        "data-platform",
        "events",
        2,
        Function(memory=1024),
        Queue(),
        Topic(encrypted=False),
        Lattice(tls=False, authenticated=False, logged=False),
        Logs(),
        Alarm(),
    ),
    _service(
        "data-platform",
        "warehouse-etl",
        2,
        Fleet("m5.xlarge", size=6, zones="ab", volume="gp2", health_check="EC2"),
        Logs("/app", retention=0),
        Alarm(actions=False),
    ),
    _service(
        "data-platform",
        "reports",
        3,
        Fleet(zones="ab", imds_v2=False, health_check="EC2"),
        Logs("/app", retention=14),
        Alarm(),
        accounted=False,
    ),
    _service(
        "data-platform",
        "exports",
        3,
        Function(dead_letters=False),
        Bucket("exports-files", lifecycle=False),
        Lattice(),
        Logs(),
        Bucket("old-exports-backup", blocked=False, versioned=False, lifecycle=False, encrypted=False, tagged=False),
    ),
)

BY_NAME: dict[str, Service] = {service.name: service for service in SERVICES}
