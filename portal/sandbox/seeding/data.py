"""Tables, databases, caches, search domains and buckets."""

from __future__ import annotations

from typing import Any

from portal.sandbox.parts import (
    Bucket,
    Cache,
    Database,
    DatabaseCluster,
    DistributedSql,
    SearchDomain,
    ServerlessCache,
    Service,
    Table,
    TimeSeries,
)

from .aws import Place, pairs, seeds


@seeds(Table)
def seed_table(place: Place, service: Service, part: Table) -> None:
    """A DynamoDB table with a string key, on demand or provisioned."""
    client = place.client("dynamodb")
    capacity: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
    if part.read_units:
        capacity = {
            "ProvisionedThroughput": {"ReadCapacityUnits": part.read_units, "WriteCapacityUnits": part.write_units}
        }
    client.create_table(
        TableName=part.name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        SSESpecification={"Enabled": part.encrypted},
        DeletionProtectionEnabled=part.protected,
        Tags=pairs(service.tags) if part.tagged else [],
        **capacity,
    )
    if part.recovery:
        client.update_continuous_backups(
            TableName=part.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )


@seeds(Database)
def seed_database(place: Place, service: Service, part: Database) -> None:
    """An RDS instance of the service's name."""
    place.client("rds").create_db_instance(
        DBInstanceIdentifier=service.name,
        Engine=part.engine,
        DBInstanceClass=part.instance_class,
        AllocatedStorage=part.gigabytes,
        StorageType=part.storage,
        MultiAZ=part.multi_az,
        StorageEncrypted=part.encrypted,
        BackupRetentionPeriod=part.backup_days,
        DeletionProtection=part.protected,
        PubliclyAccessible=part.public,
        MasterUsername="service",
        MasterUserPassword="not-a-real-password",
        AutoMinorVersionUpgrade=True,
        EnablePerformanceInsights=part.insights,
        Tags=pairs(service.tags),
    )


@seeds(DatabaseCluster)
def seed_database_cluster(place: Place, service: Service, part: DatabaseCluster) -> None:
    """An Aurora or Neptune cluster with its instances."""
    rds, tags = place.client("rds"), pairs(service.tags)
    wanted: dict[str, Any] = {
        "DBClusterIdentifier": service.name,
        "Engine": part.engine,
        "StorageEncrypted": part.encrypted,
        "BackupRetentionPeriod": part.backup_days,
        "DeletionProtection": part.protected,
        "Tags": tags,
        "StorageType": "aurora",
        "AllocatedStorage": 1,
    }
    if part.engine.startswith("aurora"):
        wanted |= {"MasterUsername": "service", "MasterUserPassword": "not-a-real-password"}
    if part.serverless:
        wanted["ServerlessV2ScalingConfiguration"] = {"MinCapacity": 0.5, "MaxCapacity": 8}
    rds.create_db_cluster(**wanted)
    size = "db.serverless" if part.serverless else "db.r6g.large"
    for number in range(1, part.instances + 1):
        rds.create_db_instance(
            DBInstanceIdentifier=f"{service.name}-{number}",
            DBClusterIdentifier=service.name,
            Engine=part.engine,
            DBInstanceClass=size,
            AvailabilityZone=place.zones("abc")[number - 1],
            StorageType="aurora",
            AllocatedStorage=1,
            StorageEncrypted=part.encrypted,
            BackupRetentionPeriod=part.backup_days,
            EnablePerformanceInsights=part.engine.startswith("aurora"),
            Tags=tags,
        )


@seeds(DistributedSql)
def seed_distributed_sql(place: Place, service: Service, part: DistributedSql) -> None:
    """An Aurora DSQL cluster, which has no name of its own but the tag Name."""
    tags = {**service.tags, "Name": service.name}
    place.client("dsql").create_cluster(deletionProtectionEnabled=part.protected, tags=tags)


@seeds(TimeSeries)
def seed_time_series(place: Place, service: Service, part: TimeSeries) -> None:
    """A Timestream for LiveAnalytics database, made while that was still open to new customers."""
    place.client("timestream-write").create_database(DatabaseName=part.name, Tags=pairs(service.tags))


@seeds(Cache)
def seed_cache(place: Place, service: Service, part: Cache) -> None:
    """A Valkey/Redis replication group."""
    place.client("elasticache").create_replication_group(
        ReplicationGroupId=service.name,
        ReplicationGroupDescription=f"Cache of {service.name}",
        Engine="redis",
        CacheNodeType=part.node_type,
        NumNodeGroups=1,
        ReplicasPerNodeGroup=part.nodes - 1,
        AutomaticFailoverEnabled=part.nodes > 1,
        MultiAZEnabled=part.nodes > 1,
        AtRestEncryptionEnabled=part.encrypted,
        TransitEncryptionEnabled=part.encrypted,
        SnapshotRetentionLimit=1 if part.nodes > 1 else 0,
        Tags=pairs(service.tags),
    )


@seeds(ServerlessCache)
def seed_serverless_cache(place: Place, service: Service, part: ServerlessCache) -> None:
    """A Valkey cache without nodes."""
    place.client("elasticache").create_serverless_cache(
        ServerlessCacheName=service.name,
        Engine="valkey",
        SnapshotRetentionLimit=part.snapshots,
        Tags=pairs(service.tags),
    )


@seeds(SearchDomain)
def seed_search_domain(place: Place, service: Service, part: SearchDomain) -> None:
    """An OpenSearch domain."""
    cluster: dict[str, Any] = {
        "InstanceType": "r6g.large.search",
        "InstanceCount": part.nodes,
        "ZoneAwarenessEnabled": part.zone_aware,
    }
    if part.zone_aware:
        cluster["ZoneAwarenessConfig"] = {"AvailabilityZoneCount": 3}
    place.client("opensearch").create_domain(
        DomainName=service.name,
        EngineVersion="OpenSearch_2.19",
        ClusterConfig=cluster,
        EBSOptions={"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 100},
        EncryptionAtRestOptions={"Enabled": part.encrypted},
        NodeToNodeEncryptionOptions={"Enabled": part.encrypted},
        DomainEndpointOptions={"EnforceHTTPS": True},
        TagList=pairs(service.tags),
    )


@seeds(Bucket)
def seed_bucket(place: Place, service: Service, part: Bucket) -> None:
    """An S3 bucket with its public access block, versioning, encryption and lifecycle."""
    s3 = place.client("s3")
    where = {} if place.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": place.region}}
    s3.create_bucket(Bucket=part.name, **where)
    if part.tagged:
        s3.put_bucket_tagging(Bucket=part.name, Tagging={"TagSet": pairs(service.tags)})
    keys = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=part.name, PublicAccessBlockConfiguration=dict.fromkeys(keys, part.blocked))
    if part.versioned:
        s3.put_bucket_versioning(Bucket=part.name, VersioningConfiguration={"Status": "Enabled"})
    if part.encrypted:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        s3.put_bucket_encryption(Bucket=part.name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    if part.lifecycle:
        age = {
            "ID": "age",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
        }
        s3.put_bucket_lifecycle_configuration(Bucket=part.name, LifecycleConfiguration={"Rules": [age]})
