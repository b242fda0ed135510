"""REST of pipelines and deployment groups. Nothing here calls AWS: what is to be done is handed to a worker."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from deployments.gates.pipelines import answer, policies
from deployments.gates.pipelines import serializers as shapes
from deployments.gates.pipelines.filters import GroupFilter, PipelineFilter
from deployments.gates.rest import answered
from deployments.models import DeployGroup, Pipeline
from services.models import Entity


class Pipelines(generics.ListAPIView[Pipeline]):
    """CodePipelines of all accounts and regions."""

    queryset = Pipeline.objects.select_related("service")
    serializer_class = shapes.PipelineSerializer
    filterset_class = PipelineFilter


class OnePipeline(generics.RetrieveAPIView[Pipeline]):
    """One pipeline with its runs, policy and compliance."""

    queryset = Pipeline.objects.select_related("service")
    serializer_class = shapes.OnePipelineSerializer


class Groups(generics.ListAPIView[DeployGroup]):
    """CodeDeploy deployment groups of all accounts and regions."""

    queryset = DeployGroup.objects.select_related("service")
    serializer_class = shapes.GroupSerializer
    filterset_class = GroupFilter


class Policy(APIView):
    """What compliance means for a pipeline, or for all pipelines of a service."""

    write_role = "operator"

    def chosen(self, request: Request, of_what: Pipeline | Entity) -> Response:
        """Object, right, body, in this order."""
        policies.require(request.user, of_what.owner_ref)
        shape = shapes.PipelinePolicySerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        asked: dict[str, Any] = shape.validated_data
        with answered():
            row = policies.choose(of_what, asked["policy"], asked["stage"], request.user)
        source = "pipeline" if isinstance(of_what, Pipeline) else "service"
        return Response({"policy": row.policy, "stage": row.stage, "source": source})


class PipelinePolicy(Policy):
    """The policy of one pipeline."""

    @extend_schema(
        operation_id="pipeline_policy",
        request=shapes.PipelinePolicySerializer,
        responses=shapes.PipelinePolicySerializer,
    )
    def put(self, request: Request, pk: int) -> Response:
        """Set it; a worker closes or opens the way within half a minute."""
        return self.chosen(request, get_object_or_404(Pipeline.objects.select_related("service"), pk=pk))


class ServicePolicy(Policy):
    """The policy of all pipelines of a service that have none of their own."""

    @extend_schema(
        operation_id="service_pipeline_policy",
        request=shapes.PipelinePolicySerializer,
        responses=shapes.PipelinePolicySerializer,
    )
    def put(self, request: Request, name: str) -> Response:
        """Set it; a worker closes or opens the ways within half a minute."""
        return self.chosen(request, get_object_or_404(Entity.objects.services(), name=name.lower()))


class Answer(APIView):
    """Answer an approval that waits in a pipeline."""

    write_role = "operator"

    @extend_schema(
        operation_id="pipeline_answer", request=shapes.PipelineAnswerSerializer, responses={202: shapes.AskedSerializer}
    )
    def post(self, request: Request, pk: int) -> Response:
        """A worker gives the answer to AWS; watch the run. An approval that another run waits for by then is left alone."""
        pipeline = get_object_or_404(Pipeline.objects.select_related("service"), pk=pk)
        policies.require(request.user, pipeline.owner_ref)
        shape = shapes.PipelineAnswerSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        with answered():
            run = answer.ask(pipeline, by=request.user, **shape.validated_data)
        return Response({"run": run.pk}, status=status.HTTP_202_ACCEPTED)


urlpatterns = [
    path("pipelines/", Pipelines.as_view(), name="api-pipelines"),
    path("pipelines/<int:pk>/", OnePipeline.as_view(), name="api-pipeline"),
    path("pipelines/<int:pk>/policy/", PipelinePolicy.as_view(), name="api-pipeline-policy"),
    path("pipelines/<int:pk>/approvals/", Answer.as_view(), name="api-pipeline-answer"),
    path("pipeline-policies/<slug:name>/", ServicePolicy.as_view(), name="api-service-pipeline-policy"),
    path("deploy-groups/", Groups.as_view(), name="api-deploy-groups"),
]
