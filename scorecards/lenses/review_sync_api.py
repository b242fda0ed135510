"""REST of the sync of reviews with AWS. Nothing here calls AWS."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scorecards.lenses import filters, linking, serializers
from scorecards.models import AnswerConflict, Review, WorkloadLink


def found_review(pk: int) -> Review:
    """A review of something that is still in the catalog, or Http404."""
    return get_object_or_404(filters.reviews().select_related("lens_version"), pk=pk)


class Sync(APIView):
    """POST and DELETE reviews/{id}/sync/."""

    write_role = "editor"

    @extend_schema(
        operation_id="scorecards_review_sync",
        request=serializers.PlaceSerializer,
        responses={202: serializers.QueuedSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Sync with AWS; the first time name the account and region to link with. A worker does it."""
        review = found_review(pk)
        self.check_object_permissions(request, review)
        asked = serializers.PlaceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        if WorkloadLink.objects.filter(review=review).exists():
            if data:
                raise ValidationError({"account": ["This review is linked already: leave the place out."]})
            run = linking.request_sync(review, request.user)
        else:
            try:
                run = linking.link(
                    review, data.get("account", ""), data.get("region", ""), request.user, data.get("workload", "")
                )
            except linking.Refused as error:
                raise ValidationError({"account": [str(error)]}) from error
        return Response({"run": run.pk, "state": run.state}, status=status.HTTP_202_ACCEPTED)

    @extend_schema(operation_id="scorecards_review_unlink", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """End the link with AWS; the workload there stays as it is."""
        review = found_review(pk)
        self.check_object_permissions(request, review)
        linking.unlink(review, request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Conflicts(APIView):
    """GET reviews/{id}/conflicts/."""

    @extend_schema(operation_id="scorecards_review_conflicts", responses=serializers.ConflictSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Open conflicts first, then the last hundred that were decided."""
        rows = AnswerConflict.objects.filter(link__review=found_review(pk))
        open_ = list(rows.filter(resolved_at=None))
        decided = list(rows.exclude(resolved_at=None).order_by("-resolved_at")[:100])
        return Response(serializers.ConflictSerializer(open_ + decided, many=True).data)


class OneConflict(APIView):
    """POST reviews/{id}/conflicts/{question}/."""

    write_role = "editor"

    @extend_schema(
        operation_id="scorecards_review_conflict",
        request=serializers.KeepSerializer,
        responses=serializers.ConflictSerializer,
    )
    def post(self, request: Request, pk: int, question: str) -> Response:
        """Say which of the two answers is right; the next sync carries it over."""
        review = found_review(pk)
        self.check_object_permissions(request, review)
        found = get_object_or_404(
            AnswerConflict.objects.filter(resolved_at=None), link__review=review, question_id=question[:128]
        )
        asked = serializers.KeepSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            linking.resolve(found, asked.validated_data["keep"], request.user)
        except linking.Refused as error:
            raise ValidationError({"keep": [str(error)]}) from error
        found.refresh_from_db()
        return Response(serializers.ConflictSerializer(found).data)
