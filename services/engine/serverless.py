"""Is a service fully serverless? Decided part by part from what discovery saw, with the reason and the remedy.

Serverless means here: nobody sizes, patches or replaces a machine for it. A load balancer, an API, a queue and a
bucket are; a cluster is, where AWS runs its machines (Fargate, Aurora Serverless v2, DSQL, ElastiCache Serverless).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Any]
Items = Mapping[str, Sequence[Item]]

CODE = ("aws.lambda", "aws.ecs", "aws.eks", "aws.asg", "aws.instances", "aws.apprunner")


@dataclass(frozen=True)
class Part:
    """One thing that the service is made of. `role` is code, store or message.

    `obstacle` says why it is not serverless and `remedy` what would make it so; `note` is worth knowing either way.
    """

    name: str
    role: str
    kind: str
    words: str
    obstacle: str = ""
    remedy: str = ""
    note: str = ""


@dataclass(frozen=True)
class Serverless:
    """`verdict`: full, partly (some of the code or stores have servers), servers (no code is serverless), none."""

    verdict: str
    parts: tuple[Part, ...]

    @property
    def full(self) -> bool:
        """Whether code runs and nothing has a server."""
        return self.verdict == "full"

    @property
    def obstacles(self) -> tuple[Part, ...]:
        """The parts that stand in the way."""
        return tuple(part for part in self.parts if part.obstacle)

    def having(self, role: str) -> tuple[Part, ...]:
        """The parts of one role."""
        return tuple(part for part in self.parts if part.role == role)


def verdict(items: Items) -> Serverless:
    """Judge from the items of each `aws.*` fact; facts that are not there say nothing."""
    parts = tuple(part for key, describe in KINDS.items() for part in describe(items.get(key, ()), items))
    code = [part for part in parts if part.role == "code"]
    if not code:
        return Serverless("none", parts)
    if not any(part.obstacle for part in parts):
        return Serverless("full", parts)
    return Serverless("servers" if all(part.obstacle for part in code) else "partly", parts)


def _lambda(rows: Sequence[Item], items: Items) -> Iterator[Part]:
    for row in rows:
        runtime, note = str(row.get("runtime", "")), ""
        if row.get("package_type") == "Image":
            words, note = "Lambda, container image", "You patch its base image; AWS patches the rest."
        elif row.get("custom_runtime") or runtime.startswith("provided"):
            words = f"Lambda, custom runtime on {runtime or 'provided'}"
            note = "You ship and patch its runtime; AWS patches the system below."
        else:
            words = f"Lambda, managed runtime {runtime}".rstrip()
        yield Part(row["name"], "code", "lambda", words, note=note)


def _ecs(rows: Sequence[Item], items: Items) -> Iterator[Part]:
    for row in rows:
        if row.get("fargate"):
            note = "It does not scale to zero: at least one task runs and is paid for."
            yield Part(row["name"], "code", "fargate", "ECS on Fargate", note=note)
        else:
            yield Part(
                row["name"], "code", "ecs", "ECS on EC2", "Its tasks run on EC2 instances that you size and patch.",
                "Give the service the capacity provider FARGATE; the task definition needs the network mode awsvpc.",
            )  # fmt: skip


def _instances(rows: Sequence[Item], items: Items) -> Iterator[Part]:
    """Instances of no group: those of a group are said with it."""
    alone = [row for row in rows if not row.get("group")]
    if alone and not items.get("aws.eks"):
        count = f"{len(alone)} EC2 instance{'s' if len(alone) > 1 else ''}"
        yield Part(
            str(alone[0]["name"]), "code", "ec2", count, "They are sized, patched and replaced by you.",
            "Put the program into a container and run it on ECS with Fargate.",
        )  # fmt: skip


def _databases(rows: Sequence[Item], items: Items) -> Iterator[Part]:
    for row in rows:
        engine = str(row.get("engine", ""))
        if row.get("serverless") or row.get("instance_class") == "db.serverless":
            words = "Aurora Serverless v2" if engine.startswith("aurora") else f"{engine} serverless"
            yield Part(row["name"], "store", "rds", words)
            continue
        size = row.get("instance_class") or "an instance class"
        yield Part(
            row["name"], "store", "rds", f"{engine} on {size}", f"It runs on {size}, which you size.", _way(engine)
        )


def _way(engine: str) -> str:
    if engine.startswith("aurora"):
        return "Change its instances to the class db.serverless: Aurora Serverless v2, one instance at a time."
    if engine in {"postgres", "mysql"}:
        return "Restore a snapshot into Aurora with the class db.serverless; Aurora DSQL where its limits allow it."
    if engine == "neptune":
        return "Change its instances to the class db.serverless: Neptune Serverless."
    if engine == "docdb":
        return "Change its instances to the class db.serverless: DocumentDB serverless."
    return "AWS offers no serverless form of this engine: PostgreSQL or MySQL on Aurora have one."


def _tables(rows: Sequence[Item], items: Items) -> Iterator[Part]:
    for row in rows:
        provisioned = row.get("billing_mode") == "PROVISIONED"
        note = "Its capacity is provisioned: on demand would size itself." if provisioned else ""
        yield Part(row["name"], "store", "dynamodb", "DynamoDB", note=note)


def _sized(kind: str, service: str, size: str, nodes: str, remedy: str) -> Any:
    """A describer of stores on nodes that somebody sizes, unless the row says that it is serverless."""

    def describe(rows: Sequence[Item], items: Items) -> Iterator[Part]:
        for row in rows:
            if row.get("serverless"):
                yield Part(row["name"], "store", kind, f"{service} Serverless")
            else:
                words = f"{service} on {row.get(size) or nodes}"
                yield Part(row["name"], "store", kind, words, f"It runs on {nodes} that you size.", remedy)

    return describe


def _alike(role: str, kind: str, words: str, obstacle: str = "", remedy: str = "") -> Any:
    """A describer of rows that are all alike: with no obstacle, nobody has a machine to look after."""

    def describe(rows: Sequence[Item], items: Items) -> Iterator[Part]:
        for row in rows:
            yield Part(row["name"], role, kind, words, obstacle, remedy)

    return describe


KINDS: Mapping[str, Any] = {
    "aws.lambda": _lambda,
    "aws.ecs": _ecs,
    "aws.apprunner": _alike("code", "apprunner", "App Runner"),
    "aws.eks": _alike(
        "code", "eks", "EKS cluster", "Its node groups are EC2 instances that you size and patch.",
        "EKS Auto Mode or Fargate profiles take the nodes off you; ECS on Fargate takes the cluster too.",
    ),
    "aws.asg": _alike(
        "code", "ec2", "EC2 Auto Scaling group", "Its instances are sized, patched and replaced by you.",
        "Put the program into a container and run it on ECS with Fargate; work that is triggered fits Lambda.",
    ),
    "aws.instances": _instances,
    "aws.dynamodb": _tables,
    "aws.dsql": _alike("store", "dsql", "Aurora DSQL"),
    "aws.rds": _databases,
    "aws.elasticache": _sized(
        "cache", "ElastiCache", "node_type", "nodes",
        "Create an ElastiCache Serverless cache from its snapshot and point the clients at it.",
    ),
    "aws.opensearch": _sized(
        "search", "OpenSearch", "instance_type", "instances",
        "Index into an OpenSearch Serverless collection and move the searches to it.",
    ),
    "aws.timestream": _alike("store", "timestream", "Timestream for LiveAnalytics"),
    "aws.s3": _alike("store", "s3", "S3"),
    "aws.sqs": _alike("message", "sqs", "SQS"),
}  # fmt: skip
