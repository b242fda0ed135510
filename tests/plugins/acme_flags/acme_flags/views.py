"""One page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from acme_flags.models import Flag


def flag_list(request: HttpRequest) -> HttpResponse:
    """All flags."""
    return render(request, "acme_flags/list.html", {"flags": Flag.objects.order_by("name")})
