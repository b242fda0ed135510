"""Pages of reviews: the list, one review, its questions by pillar, the plan, the report, milestones."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from portal.access import policy
from scorecards.lenses import answering, export, filters, library, milestones, pdf, standing, sync_page, words
from scorecards.lenses.forms import MilestoneForm, StartForm
from scorecards.models import Review
from scorecards.models.reviews import REASONS
from services.models import Entity

PAGE = 25
PLAN = 5


def find(pk: int) -> Review:
    """A review of something that is still in the catalog, or Http404."""
    return get_object_or_404(filters.reviews().select_related("lens_version"), pk=pk)


@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """Every review with its risks."""
    page = Paginator(filters.chosen(request), PAGE).get_page(request.GET.get("page"))
    shown = list(page)
    every = standing.of_reviews(shown)
    context = {
        "page": page,
        "rows": [(review, standing.risks(every[review.pk])) for review in shown],
        "filters": filters.controls(request),
        "lenses": StartForm().fields["lens"].queryset.exists(),  # type: ignore[attr-defined]  # a ModelChoiceField
    }
    return render(request, "scorecards/reviews.html", context)


@require_GET
def reviews_csv(request: HttpRequest) -> HttpResponseBase:
    """The same reviews as CSV."""
    return export.response(filters.chosen(request))


def new(request: HttpRequest, kind: str, namespace: str, name: str) -> HttpResponse:
    """Begin a review of a service or system; for editors of its team."""
    if "\x00" in f"{kind}{namespace}{name}" or kind.lower() not in answering.KINDS:
        raise Http404
    entity = get_object_or_404(Entity.objects.by_ref(f"{kind}:{namespace}/{name}"))
    policy.require(request.user, "editor", entity.owner_ref)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = answering.start(entity, form.cleaned_data["lens"], request.user)
        except answering.Invalid as error:
            form.add_error("lens", error.message)
        else:
            return redirect(made)
    context = {"entity": entity, "form": form}
    return render(request, "scorecards/review_new.html", context, status=422 if form.errors else 200)


def base(request: HttpRequest, review: Review, every: list[standing.Standing], active: str) -> dict[str, Any]:
    """What every page of a review shows: tabs, risks, rights."""
    tabs = [("overview", "Overview", review.get_absolute_url())]
    tabs += [
        (pillar.id, pillar.name, reverse("scorecards:review-pillar", args=[review.pk, pillar.id]))
        for pillar in review.lens_version.parsed.pillars
    ]
    tabs.append(("plan", "Plan", reverse("scorecards:review-plan", args=[review.pk])))
    tabs.append(("report", "Report", reverse("scorecards:review-report", args=[review.pk])))
    newest = library.current(review.lens)
    return {
        "review": review,
        "entity": review.entity,
        "tabs": [{"label": label, "url": url, "active": key == active} for key, label, url in tabs],
        "counts": standing.risks(every),
        "may_edit": policy.may(request.user, "editor", review.owner_ref),
        "newest": newest if newest and newest.number > review.lens_version.number else None,
    }


@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review: the verdict, risks by pillar, the beginning of the plan, milestones, and AWS."""
    found = find(pk)
    every = standing.of_review(found)
    plan = standing.by_risk(every)
    context = base(request, found, every, "overview")
    state, sentence, detail = words.headline(context["counts"], plan)
    context |= {
        "state": state,
        "sentence": sentence,
        "detail": detail,
        "pillars": _pillars(found, every),
        "plan": plan[:PLAN],
        "more": max(0, len(plan) - PLAN),
        "disputed": [one for one in every if one.disputed],
        "milestones": list(found.milestones.defer("state")),
        "milestone_form": MilestoneForm(),
    }
    return render(request, "scorecards/review.html", context | sync_page.context(found, every))


def _pillars(found: Review, every: list[standing.Standing]) -> list[tuple[Any, dict[str, int]]]:
    return [
        (pillar, standing.risks(one for one in every if one.pillar.id == pillar.id))
        for pillar in found.lens_version.parsed.pillars
    ]


@require_GET
def pillar(request: HttpRequest, pk: int, pillar_id: str) -> HttpResponse:
    """The questions of one pillar, to answer."""
    found = find(pk)
    every = standing.of_review(found)
    mine = [one for one in every if one.pillar.id == pillar_id]
    pillars = list(found.lens_version.parsed.pillars)
    place = next((number for number, one in enumerate(pillars) if one.id == pillar_id), None)
    if place is None:
        raise Http404
    context = base(request, found, every, pillar_id)
    context |= {
        "pillar": pillars[place],
        "standings": mine,
        "risks": standing.risks(mine),
        "following": pillars[place + 1] if place + 1 < len(pillars) else None,
        "reasons": REASONS.items(),
    }
    return render(request, "scorecards/review_pillar.html", context)


@require_GET
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """What to do, by risk and then by effort."""
    found = find(pk)
    every = standing.of_review(found)
    context = base(request, found, every, "plan") | {"plan": standing.by_risk(every)}
    return render(request, "scorecards/review_plan.html", context)


@require_GET
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole review on one page, made for paper too."""
    found = find(pk)
    every = standing.of_review(found)
    context = base(request, found, every, "report")
    state, sentence, detail = words.headline(context["counts"], standing.by_risk(every))
    groups = [
        (one, counted, [row for row in every if row.pillar.id == one.id]) for one, counted in _pillars(found, every)
    ]
    context |= {"state": state, "sentence": sentence, "detail": detail, "groups": groups}
    return render(request, "scorecards/review_report.html", context)


@require_GET
def report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a PDF file."""
    found = find(pk)
    answer = HttpResponse(pdf.report(found, standing.of_review(found)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="review-{found.entity.name}-{found.lens.key}.pdf"'
    return answer


@require_POST
def take_milestone(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the review as it stands, under a name."""
    found = find(pk)
    policy.require(request.user, "editor", found.owner_ref)
    form = MilestoneForm(request.POST)
    try:
        if not form.is_valid():
            raise milestones.Refused(" ".join(map(str, form.errors["name"])))
        made = milestones.take(found, form.cleaned_data["name"], request.user)
        messages.success(request, f"Milestone {made.number}, “{made.name}”, is kept.")
    except milestones.Refused as error:
        messages.error(request, str(error))
    return redirect(found)


@require_GET
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed between two milestones, or a milestone and now."""
    found = find(pk)
    every = standing.of_review(found)
    taken = {str(row.number): row for row in found.milestones.all()}
    before, after = taken.get(request.GET.get("from", "")), taken.get(request.GET.get("to", ""))
    if before is None:
        raise Http404
    state = after.state if after else milestones.state_of(every)
    changes = milestones.compare(found, before.state, state)
    context = base(request, found, every, "") | {
        "before": before,
        "after": after,
        "changes": changes,
        "better": sum(one.better is True for one in changes),
        "worse": sum(one.better is False for one in changes),
        "milestones": list(taken.values()),
    }
    return render(request, "scorecards/review_compare.html", context)


@require_POST
def upgrade(request: HttpRequest, pk: int) -> HttpResponse:
    """Move to the newest published version of the lens."""
    found = find(pk)
    policy.require(request.user, "editor", found.owner_ref)
    try:
        moved = answering.upgrade(found, request.user)
    except milestones.Refused as error:
        messages.error(request, str(error))
        return redirect(found)
    words_ = f"The review uses version {found.lens_version.number} now; a milestone keeps what was."
    messages.success(request, words_ if moved else "The review uses the newest published version already.")
    return redirect(found)
