"""Pages of lenses: the list, one lens with its versions, import, export, publishing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from portal.access import policy
from scorecards.lenses import library, linking
from scorecards.lenses.forms import FetchForm, ImportForm
from scorecards.models import Lens, LensVersion


def lenses(request: HttpRequest) -> HttpResponse:
    """Every lens; admins import another one here."""
    form, problems = ImportForm(request.POST or None, request.FILES or None), []
    if request.method == "POST":
        policy.require(request.user, "admin")
        if form.is_valid():
            try:
                done = library.import_lens(form.raw(), request.user, form.cleaned_data["key"])
            except library.LensRefused as error:
                problems = error.problems
            else:
                return _imported(request, done)
    rows = Lens.objects.annotate(
        versions_count=Count("versions", distinct=True),
        published=Count("versions", filter=Q(versions__published_at__isnull=False), distinct=True),
        reviews_count=Count("reviews", distinct=True),
    )
    context: dict[str, Any] = {
        "lenses": rows,
        "form": form,
        "problems": problems,
        "fetch_form": FetchForm(),
        "may_import": policy.may(request.user, "admin"),
    }
    return render(request, "scorecards/lenses.html", context, status=422 if problems or form.errors else 200)


def _imported(request: HttpRequest, done: library.Imported) -> HttpResponse:
    version = done.version
    if done.new:
        warned = f" {len(version.warnings)} tolerated oddities are noted." if version.warnings else ""
        messages.success(request, f"Imported as version {version.number}, a draft.{warned}")
    else:
        messages.info(request, f"This file is version {version.number} already; nothing was changed.")
    return redirect(version.lens)


@require_POST
def fetch(request: HttpRequest) -> HttpResponse:
    """Let a worker fetch a lens from AWS; for admins."""
    policy.require(request.user, "admin")
    form = FetchForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose an account and region, and give the ARN of a custom lens.")
        return redirect("scorecards:lenses")
    account, region = form.place_of()
    return redirect(linking.request_fetch(account, region, form.cleaned_data["arn"], request.user))


@require_GET
def lens(request: HttpRequest, key: str) -> HttpResponse:
    """One lens: its versions, and what the chosen one asks."""
    found = get_object_or_404(Lens, key=key)
    versions = list(found.versions.defer("document"))
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else versions[0].number
    shown = get_object_or_404(LensVersion, lens=found, number=number)
    context = {
        "lens": found,
        "versions": versions,
        "shown": shown,
        "content": shown.parsed,
        "links": library.links(found),
        "may_publish": policy.may(request.user, "admin"),
        "reviews": found.reviews.filter(entity__removed_at=None).count(),
    }
    return render(request, "scorecards/lens.html", context)


@require_GET
def export(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """A version as a file; what is imported from it equals it."""
    found = get_object_or_404(LensVersion, lens__key=key, number=number)
    answer = HttpResponse(found.document, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key}-{number}.json"'
    return answer


@require_POST
def publish(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Publish a draft; for admins."""
    policy.require(request.user, "admin")
    found = get_object_or_404(LensVersion.objects.select_related("lens"), lens__key=key, number=number)
    if library.publish(found, request.user):
        messages.success(request, f"Version {number} is published: new reviews use it, others may move to it.")
    else:
        messages.info(request, f"Version {number} was published already.")
    return redirect(found.lens)
