"""What the views of kinds read beside the rest: meshes, and databases of a service that few use."""

from __future__ import annotations

from portal.aws import appmesh, dsql, serviceconnect, store_use, timestream, vpclattice
from portal.aws.mesh import Mesh
from services.discovery import Description, Family, counted


def _mesh(found: Mesh) -> Description:
    return Description("service-mesh", f"{found.technology}, {counted(len(found.routes), 'route')}")


def _dsql(found: dsql.Cluster) -> Description:
    return Description("database-cluster", "Aurora DSQL", "distributed-sql")


def _timestream(found: timestream.Database) -> Description:
    return Description("time-series", "Timestream for LiveAnalytics", "time-series")


FAMILIES = (
    Family("app-mesh", "App Mesh", "aws.mesh", appmesh.meshes,
           ("appmesh:ListMeshes", "appmesh:ListVirtualNodes", "appmesh:DescribeVirtualNode",
            "appmesh:ListVirtualServices", "appmesh:DescribeVirtualService", "appmesh:ListVirtualRouters",
            "appmesh:ListRoutes", "appmesh:DescribeRoute", "appmesh:ListTagsForResource"), _mesh),
    Family("vpc-lattice", "VPC Lattice", "aws.mesh", vpclattice.services,
           ("vpc-lattice:ListServices", "vpc-lattice:GetService", "vpc-lattice:ListListeners",
            "vpc-lattice:GetListener", "vpc-lattice:ListRules", "vpc-lattice:GetRule", "vpc-lattice:GetTargetGroup",
            "vpc-lattice:ListTargets", "vpc-lattice:ListServiceNetworkServiceAssociations",
            "vpc-lattice:ListAccessLogSubscriptions", "vpc-lattice:ListTagsForResource",
            "cloudwatch:GetMetricData"), _mesh),
    Family("service-connect", "ECS Service Connect", "aws.mesh", serviceconnect.services,
           ("ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices", "ecs:DescribeTaskDefinition",
            "elasticloadbalancing:DescribeTargetGroups", "cloudwatch:GetMetricData"), beside=True),
    Family("dsql", "Aurora DSQL", "aws.dsql", dsql.clusters, ("dsql:ListClusters", "dsql:GetCluster"), _dsql),
    Family("timestream", "Timestream", "aws.timestream", timestream.databases,
           ("timestream:ListDatabases", "timestream:DescribeEndpoints", "timestream:ListTagsForResource"), _timestream),
    Family("store-use", "Use of databases", "aws.store-use", store_use.use,
           ("dynamodb:ListTables", "rds:DescribeDBInstances", "cloudwatch:GetMetricData"), beside=True),
)  # fmt: skip
