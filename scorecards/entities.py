"""The service that a request's body names: looked up before anything else of the body is read."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from rest_framework.exceptions import ValidationError

from services.models import Entity


def named_service(body: object) -> Entity:
    """The live service under `service`. Raises ValidationError (400) without a ref, Http404 where there is none."""
    ref = body.get("service") if isinstance(body, dict) else None
    if not isinstance(ref, str) or not 0 < len(ref) <= 200:
        raise ValidationError({"service": ["Name the service, such as component:default/checkout."]})
    return get_object_or_404(Entity.objects.by_ref(ref).filter(kind="component"))
