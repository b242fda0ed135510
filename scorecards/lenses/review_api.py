"""REST of reviews. The right is asked for before the body is looked at."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api.base import Cursor
from scorecards.lenses import answering, filters, milestones, serializers, standing
from scorecards.lenses.review_sync_api import Conflicts, OneConflict, Sync, found_review
from scorecards.models import Lens, Milestone, Review
from services.models import Entity


class Conflict(APIException):
    """Somebody has changed it since it was read."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Reviews(generics.ListAPIView[Review]):
    """GET and POST reviews/."""

    write_role = "editor"
    serializer_class = serializers.LensReviewSerializer
    filterset_class = filters.ReviewFilter
    pagination_class = Cursor

    def get_queryset(self) -> Any:
        """Reviews of what is in the catalog."""
        return filters.reviews().select_related("lens_version")

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The risks of a page of reviews come from a constant number of queries."""
        if args and not getattr(self, "swagger_fake_view", False):
            rows = list(args[0])
            kwargs["context"] = {**self.get_serializer_context(), "risks": risks_of(rows)}
        return serializers.LensReviewSerializer(*args, **kwargs)

    @extend_schema(operation_id="scorecards_reviews")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reviews with their risks, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="scorecards_review_start",
        request=serializers.LensReviewStartSerializer,
        responses={201: serializers.LensReviewSerializer},
    )
    def post(self, request: Request) -> Response:
        """Begin a review. Editors of the owning team only."""
        ref = request.data.get("entity") if isinstance(request.data, dict) else None
        if not isinstance(ref, str) or not 0 < len(ref) <= 200:
            raise ValidationError({"entity": ["Name a service or system, such as component:default/checkout."]})
        entity = get_object_or_404(Entity.objects.by_ref(ref))
        self.check_object_permissions(request, entity)
        asked = serializers.LensReviewStartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        lens = Lens.objects.filter(key=asked.validated_data["lens"]).first()
        if lens is None:
            raise ValidationError({"lens": ["There is no lens with this key."]})
        try:
            made = answering.start(entity, lens, request.user)
        except answering.Invalid as error:
            raise ValidationError({error.field: [error.message]}) from error
        return Response(shown(made), status=status.HTTP_201_CREATED)


def risks_of(rows: list[Review]) -> dict[int, dict[str, int]]:
    """Risk counts by review."""
    return {pk: standing.risks(every) for pk, every in standing.of_reviews(rows).items()}


def shown(review: Review) -> Any:
    """One review as REST answers it."""
    return serializers.LensReviewSerializer(review, context={"risks": risks_of([review])}).data


class OneReview(APIView):
    """GET reviews/{id}/."""

    @extend_schema(operation_id="scorecards_review", responses=serializers.LensReviewSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One review with its risks."""
        return Response(shown(found_review(pk)))


class Answers(APIView):
    """GET reviews/{id}/answers/."""

    @extend_schema(operation_id="scorecards_review_answers", responses=serializers.AnswerSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Every question with its answer, its evidence and its risk, in the order of the lens."""
        return Response(serializers.AnswerSerializer(standing.of_review(found_review(pk)), many=True).data)


class Plan(APIView):
    """GET reviews/{id}/plan/."""

    @extend_schema(operation_id="scorecards_review_plan", responses=serializers.AnswerSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """What is a risk or unanswered: the highest risk first, the cheapest remedy first within it."""
        plan = standing.by_risk(standing.of_review(found_review(pk)))
        return Response(serializers.AnswerSerializer(plan, many=True).data)


class OneAnswer(APIView):
    """PUT reviews/{id}/answers/{question}/."""

    write_role = "editor"

    @extend_schema(
        operation_id="scorecards_review_answer",
        request=serializers.GiveSerializer,
        responses=serializers.AnswerSerializer,
    )
    def put(self, request: Request, pk: int, question: str) -> Response:
        """Answer a question. With `revision` a change that you have not seen is answered with 409."""
        review = found_review(pk)
        self.check_object_permissions(request, review)
        asked = serializers.GiveSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        revision = asked.validated_data.get("revision")
        try:
            answering.answer(review, question, asked.said(), request.user, revision)
        except answering.Invalid as error:
            raise ValidationError({error.field: [error.message]}) from error
        except answering.Stale as error:
            raise Conflict(str(error)) from error
        now = next(one for one in standing.of_review(review) if one.question.id == question)
        return Response(serializers.AnswerSerializer(now).data)


class Milestones(generics.ListAPIView[Milestone]):
    """GET and POST reviews/{id}/milestones/."""

    write_role = "editor"
    serializer_class = serializers.MilestoneSerializer
    filterset_class = None
    filter_backends = []

    def get_queryset(self) -> Any:
        """Milestones of the review."""
        if getattr(self, "swagger_fake_view", False):
            return Milestone.objects.none()
        return found_review(self.kwargs["pk"]).milestones.select_related("lens_version")

    @extend_schema(operation_id="scorecards_review_milestones")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Milestones with every answer as it was, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="scorecards_review_milestone",
        request=serializers.NameSerializer,
        responses={201: serializers.MilestoneSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Keep the review as it stands, under a name."""
        review = found_review(pk)
        self.check_object_permissions(request, review)
        asked = serializers.NameSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            made = milestones.take(review, asked.validated_data["name"], request.user)
        except milestones.Refused as error:
            raise ValidationError({"name": [str(error)]}) from error
        return Response(serializers.MilestoneSerializer(made).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("", Reviews.as_view(), name="api-scorecards-reviews"),
    path("<int:pk>/", OneReview.as_view(), name="api-scorecards-review"),
    path("<int:pk>/answers/", Answers.as_view(), name="api-scorecards-answers"),
    path("<int:pk>/answers/<slug:question>/", OneAnswer.as_view(), name="api-scorecards-answer"),
    path("<int:pk>/plan/", Plan.as_view(), name="api-scorecards-plan"),
    path("<int:pk>/milestones/", Milestones.as_view(), name="api-scorecards-milestones"),
    path("<int:pk>/sync/", Sync.as_view(), name="api-scorecards-sync"),
    path("<int:pk>/conflicts/", Conflicts.as_view(), name="api-scorecards-conflicts"),
    path("<int:pk>/conflicts/<slug:question>/", OneConflict.as_view(), name="api-scorecards-conflict"),
]
