"""REST of direct writes: PUT, PATCH and DELETE of one entity, and many at once."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.access import policy
from services.direct import apply, plan, serializers
from services.models import Entity
from services.storing import write

MOST = 500


class Conflict(APIException):
    """409: another source owns it."""

    status_code = 409
    default_code = "managed"


class PreconditionFailed(APIException):
    """412: somebody else was faster."""

    status_code = 412
    default_code = "outdated"
    default_detail = "It was changed since you read it. Read it again, and send its new ETag in If-Match."


DRY_RUN = OpenApiParameter("dry_run", bool, description="Say what would change, and write nothing")
IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, description="The ETag of the version you read")
WRITES = {
    200: serializers.WrittenSerializer, 201: serializers.WrittenSerializer,
    409: OpenApiResponse(description="Another source owns it"),
    412: OpenApiResponse(description="It was changed since it was read"),
}  # fmt: skip


def dry(request: Request) -> bool:
    """Whether nothing is to be written. Raises ValidationError for a value that is neither yes nor no."""
    value = request.query_params.get("dry_run", "false").lower()
    if value not in {"true", "false", "1", "0", ""}:
        raise ValidationError({"dry_run": ["Write true or false."]})
    return value in {"true", "1"}


def planned(ref: str, data: Any, standing: Entity | None, match: str = "") -> plan.Plan:
    """The plan, or its refusal as a REST error that names the field and the remedy."""
    if not isinstance(data, dict):
        raise ValidationError({"non_field_errors": ["Send the whole descriptor as a JSON object."]})
    try:
        return plan.plan(ref, data, standing, match)
    except plan.Invalid as error:
        raise ValidationError(
            {problem.field or "descriptor": [f"{problem.reason} {problem.remedy}"] for problem in error.problems}
        ) from error
    except plan.Managed as error:
        raise Conflict(str(error)) from error
    except plan.Outdated as error:
        raise PreconditionFailed from error


def matched(request: Request) -> str:
    """The descriptor's part of the first If-Match tag; "" where there is none, or any version will do."""
    tag = request.headers.get("If-Match", "").split(",")[0].strip().removeprefix("W/").strip('"')
    return "" if tag == "*" else tag.partition(".")[0]


def carry_out(request: Request, plans: list[plan.Plan], why: str = "") -> list[dict[str, Any]]:
    """Authorise every plan, then write unless it is a dry run; what is answered for each."""
    for one in plans:
        apply.authorise(request.user, one)
    missing = plan.missing(plans)
    if not dry(request):
        apply.apply(request.user, plans, why)
    return [serializers.written(one, dry(request), missing) for one in plans]


class OneEntityWrites(APIView):
    """PUT, PATCH and DELETE entities/{kind}/{namespace}/{name}/ (mixed into the view that reads it)."""

    write_role = "editor"

    @extend_schema(request=serializers.DescriptorSerializer, parameters=[DRY_RUN, IF_MATCH], responses=WRITES)
    def put(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """Create an entity, or replace its descriptor. `If-None-Match: *` only creates."""
        ref = f"{kind}:{namespace}/{name}".lower()
        one = planned(ref, request.data, self._standing(request, ref), matched(request))
        if one.entity is not None and request.headers.get("If-None-Match", "").strip() == "*":
            raise PreconditionFailed(f"{ref} is there already. Leave If-None-Match out to replace it.")
        (answer,) = carry_out(request, [one])
        created = one.change in {"added", "restored"} and not dry(request)
        return Response(answer, status=201 if created else 200)

    @extend_schema(request=serializers.DescriptorSerializer, parameters=[DRY_RUN, IF_MATCH], responses=WRITES)
    def patch(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """Change some fields by a JSON merge patch (RFC 7396): null takes a field out."""
        ref = f"{kind}:{namespace}/{name}".lower()
        entity = self._live(request, ref)
        if not isinstance(request.data, dict):
            raise ValidationError({"non_field_errors": ["Send a JSON object with the fields that change."]})
        one = planned(ref, plan.merged(entity.data, request.data), entity, matched(request))
        return Response(carry_out(request, [one])[0])

    @extend_schema(parameters=[DRY_RUN, IF_MATCH], responses={204: None, 409: WRITES[409], 412: WRITES[412]})
    def delete(self, request: Request, kind: str, namespace: str, name: str) -> Response:
        """Take the entity out of the catalog; its history stays."""
        ref = f"{kind}:{namespace}/{name}".lower()
        entity = self._live(request, ref)
        match = matched(request)
        if match and match != plan.version_tag(entity):
            raise PreconditionFailed
        try:
            plan.refuse_foreign(entity)
        except plan.Managed as error:
            raise Conflict(str(error)) from error
        if not dry(request):
            apply.remove(request.user, entity)
        return Response(status=204)

    def _standing(self, request: Request, ref: str) -> Entity | None:
        """What is or was under the ref. Of a live one the caller must be an editor before the body is judged."""
        entity = write.standing([ref]).get(ref)
        if entity is not None and entity.removed_at is None:
            self.check_object_permissions(request, entity)
        return entity

    def _live(self, request: Request, ref: str) -> Entity:
        entity = self._standing(request, ref)
        if entity is None or entity.removed_at is not None:
            raise Http404
        return entity


class BulkEntities(APIView):
    """POST entities/bulk/."""

    write_role = "editor"

    @extend_schema(
        request=serializers.BulkSerializer, parameters=[DRY_RUN], responses={200: serializers.BulkWrittenSerializer}
    )
    def post(self, request: Request) -> Response:
        """Create or replace up to 500 entities: all of them, or none where one is no good."""
        checked = serializers.BulkSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        plans, errors = self._plans(checked.validated_data["entities"])
        for one in plans:
            if one.entity is not None and not policy.may(request.user, "editor", one.entity.owner_ref):
                raise PermissionDenied(
                    f"You need the role editor of {one.entity.owner_name} to change {one.wanted.ref}."
                )
        if errors:
            raise ValidationError(errors)
        return Response({"written": carry_out(request, plans, checked.validated_data.get("why", ""))})

    def _plans(self, descriptors: list[dict[str, Any]]) -> tuple[list[plan.Plan], dict[str, Any]]:
        plans: list[plan.Plan] = []
        errors: dict[str, Any] = {}
        standing = write.standing(named(data) for data in descriptors)
        for number, data in enumerate(descriptors):
            where = f"entities[{number}]"
            try:
                one = planned(named(data), data, standing.get(named(data)))
            except (ValidationError, Conflict) as error:
                details = error.detail if isinstance(error.detail, dict) else {"": [str(error.detail)]}
                errors |= {f"{where}.{field}".rstrip("."): text for field, text in details.items()}
                continue
            if one.wanted.ref in {other.wanted.ref for other in plans}:
                errors[where] = [f"{one.wanted.ref} is there twice. Send it once."]
            plans.append(one)
        return plans, errors


def named(data: dict[str, Any]) -> str:
    """The ref that an unchecked descriptor names; what is not there shows as its own fault in the plan."""
    metadata = data.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    return f"{data.get('kind')}:{metadata.get('namespace') or 'default'}/{metadata.get('name')}".lower()
