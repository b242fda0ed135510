"""Where the data lives. `store` is the database family that the advisor compares with."""

from __future__ import annotations

from portal.aws import dynamodb, elasticache, opensearch, rds, s3
from services.discovery import Description, Family, counted

ENGINES = {
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "aurora-postgresql": "Aurora PostgreSQL",
    "aurora-mysql": "Aurora MySQL",
    "neptune": "Neptune",
    "docdb": "DocumentDB",
}


def _database(found: rds.Database) -> Description:
    engine = ENGINES.get(found.engine, found.engine)
    kind = "database-cluster" if found.cluster else "database"
    return Description(kind, f"{engine}, {'Multi-AZ' if found.multi_az else 'one zone'}", found.family)


def _table(found: dynamodb.Table) -> Description:
    billing = "on demand" if found.billing_mode == "PAY_PER_REQUEST" else f"{found.read_capacity} RCU provisioned"
    return Description("dynamodb-table", f"DynamoDB, {billing}", "key-value")


def _cache(found: elasticache.Cache) -> Description:
    size = "serverless" if found.serverless else counted(found.nodes, "node")
    return Description("cache", f"ElastiCache {found.engine.capitalize()}, {size}", "in-memory")


def _domain(found: opensearch.Domain) -> Description:
    return Description("search-domain", f"OpenSearch, {counted(found.instances, 'instance')}", "search")


def _bucket(found: s3.Bucket) -> Description:
    kept = {True: "versioned", False: "not versioned", None: "versioning unknown"}[found.versioning]
    return Description("s3-bucket", f"S3, {kept}", "object")


FAMILIES = (
    Family("rds", "Databases", "aws.rds", rds.databases, ("rds:DescribeDBInstances", "rds:DescribeDBClusters"), _database),
    Family("dynamodb", "DynamoDB tables", "aws.dynamodb", dynamodb.tables,
           ("dynamodb:ListTables", "dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups"), _table),
    Family("elasticache", "Caches", "aws.elasticache", elasticache.caches,
           ("elasticache:DescribeReplicationGroups", "elasticache:DescribeCacheClusters",
            "elasticache:DescribeServerlessCaches"), _cache),
    Family("opensearch", "Search domains", "aws.opensearch", opensearch.domains,
           ("es:ListDomainNames", "es:DescribeDomains", "es:ListTags"), _domain),
    Family("s3", "Buckets", "aws.s3", s3.buckets,
           ("s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:GetBucketPublicAccessBlock",
            "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetBucketLogging",
            "s3:GetBucketTagging"), _bucket),
)  # fmt: skip
