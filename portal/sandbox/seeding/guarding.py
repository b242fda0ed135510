"""Repositories of images, keys, secrets, doors for administrators and addresses."""

from __future__ import annotations

from typing import Any

from portal.sandbox.parts import Address, Door, Images, Key, Secret, Service

from .aws import Place, pairs, seeds
from .network import shared_network

OFFICE, ANYWHERE = "203.0.113.0/24", "0.0.0.0/0"


@seeds(Images)
def seed_images(place: Place, service: Service, part: Images) -> None:
    """An ECR repository."""
    place.client("ecr").create_repository(
        repositoryName=service.name,
        imageTagMutability="IMMUTABLE" if part.immutable else "MUTABLE",
        imageScanningConfiguration={"scanOnPush": part.scanned},
        tags=pairs(service.tags),
    )


@seeds(Key)
def seed_key(place: Place, service: Service, part: Key) -> None:
    """A symmetric KMS key."""
    kms = place.client("kms")
    made = kms.create_key(Description=service.name, Tags=pairs(service.tags, "TagKey", "TagValue"))["KeyMetadata"]
    if part.rotates:
        kms.enable_key_rotation(KeyId=made["KeyId"])


@seeds(Secret)
def seed_secret(place: Place, service: Service, part: Secret) -> None:
    """A password in Secrets Manager."""
    client, name = place.client("secretsmanager"), f"{service.name}-password"
    client.create_secret(Name=name, SecretString="not-a-real-password", Tags=pairs(service.tags))
    if part.rotates:
        client.rotate_secret(
            SecretId=name,
            RotationLambdaARN=place.arn("lambda", f"function:{service.name}"),
            RotationRules={"AutomaticallyAfterDays": 30},
            RotateImmediately=False,
        )


def _marked(service: Service, kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": pairs(service.tags)}]


@seeds(Door)
def seed_door(place: Place, service: Service, part: Door) -> None:
    """A security group in the shared network."""
    ec2 = place.client("ec2")
    group = ec2.create_security_group(
        GroupName=f"{service.name}-admin",
        Description="Sign-in of administrators",
        VpcId=shared_network(place).vpc,
        TagSpecifications=_marked(service, "security-group"),
    )["GroupId"]
    ranges = [{"CidrIp": ANYWHERE if part.anywhere else OFFICE}]
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[ssh])


@seeds(Address)
def seed_address(place: Place, service: Service, part: Address) -> None:
    """An address that was kept when its machine went."""
    place.client("ec2").allocate_address(Domain="vpc", TagSpecifications=_marked(service, "elastic-ip"))
