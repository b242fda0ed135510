"""REST APIs of API Gateway."""

from __future__ import annotations

from tests.scorecards.library.fixture import fails, passes
from tests.scorecards.library.stage import Stage


def api(stage: Stage, *traced: bool) -> None:
    """A REST API with one stage for each word."""
    client = stage.client("apigateway")
    made = client.create_rest_api(name=stage.name, tags=stage.tags)["id"]
    root = client.get_resources(restApiId=made)["items"][0]["id"]
    client.put_method(restApiId=made, resourceId=root, httpMethod="GET", authorizationType="AWS_IAM")
    client.put_integration(restApiId=made, resourceId=root, httpMethod="GET", type="MOCK")
    deployment = client.create_deployment(restApiId=made)["id"]
    for number, on in enumerate(traced):
        client.create_stage(restApiId=made, stageName=f"v{number}", deploymentId=deployment, tracingEnabled=on)


@passes("services.api-tracing")
def api_with_traces(stage: Stage) -> None:
    api(stage, True)


@fails("services.api-tracing")
def api_with_one_stage_untraced(stage: Stage) -> None:
    api(stage, True, False)
