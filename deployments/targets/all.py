"""Every kind of target that comes with the portal."""

from __future__ import annotations

from deployments.targets import appmesh, codedeploy, ecs_service, elbv2, external, lambda_alias, lattice, route53

KINDS = (
    lambda_alias.KIND,
    elbv2.KIND,
    ecs_service.KIND,
    codedeploy.KIND,
    route53.KIND,
    lattice.KIND,
    external.KIND,
    appmesh.KIND,
)
