"""The untagged bucket: what discovery found and no service has, with a service to adopt it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.access import policy
from portal.csvfile import download
from services import queries
from services.models import Entity, Stray
from services.models.adoption import ADOPTED, IGNORED, OPEN, STATES
from services.untagged import adopt
from services.untagged import filter as stray_filter

PAGE = 25
REASON = 300
COLUMNS = (
    "name", "kind", "account", "region", "arn", "state", "service", "reason", "decided_by", "suggestion", "score", "why",
)  # fmt: skip


def bucket(request: HttpRequest) -> HttpResponse:
    """The bucket, filtered by the address."""
    rows = stray_filter.answer(request.GET, Stray.objects.all())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = Stray.objects.aggregate(
        open=Count("pk", filter=Q(state=OPEN)),
        hinted=Count("pk", filter=Q(state=OPEN) & ~Q(suggestions=[])),
        adopted=Count("pk", filter=Q(state=ADOPTED)),
        ignored=Count("pk", filter=Q(state=IGNORED)),
    )
    context = {
        "page": page,
        "lines": _lines(request, list(page)),
        "filters": _filters(request),
        "counts": counts,
        "state": request.GET.get("state") if request.GET.get("state") in {ADOPTED, IGNORED} else OPEN,
        "may_adopt": policy.may_somewhere(request.user, "editor"),
        "may_judge": adopt.may_judge(request.user),
        "back": request.GET.urlencode(),
    }
    return render(request, "services/untagged.html", context)


def export(request: HttpRequest) -> HttpResponseBase:
    """Exactly the filtered rows as CSV, without pages."""
    return download(_csv(stray_filter.answer(request.GET, Stray.objects.all())), "untagged.csv")


@require_POST
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Adopt, ignore or give back one resource, then show the list as it was."""
    stray = get_object_or_404(Stray, pk=pk)
    try:
        messages.success(request, VERBS[verb](request, stray))
    except adopt.CannotDecide as error:
        messages.error(request, str(error))
    rest = QueryDict(request.POST.get("back", "")[:2000]).urlencode()
    return redirect(reverse("services:untagged") + (f"?{rest}" if rest else ""))


def _adopt(request: HttpRequest, stray: Stray) -> str:
    name = request.POST.get("service", "").strip().lower()
    name = name.removeprefix("component:").removeprefix("default/")
    known = bool(name) and "\x00" not in name and "/" not in name
    service = Entity.objects.by_ref(f"component:default/{name}").first() if known else None
    if service is None:
        raise adopt.CannotDecide("Name a service of the catalog, such as checkout.")
    adopt.adopt(request.user, stray, service)
    return f"{stray.name} belongs to {service.label} from the next discovery on."


def _ignore(request: HttpRequest, stray: Stray) -> str:
    reason = request.POST.get("reason", "").replace("\x00", "").strip()[:REASON]
    if not reason:
        raise adopt.CannotDecide("Say in a few words why it needs no service.")
    adopt.ignore(request.user, stray, reason)
    return f"{stray.name} is ignored."


def _give_back(request: HttpRequest, stray: Stray) -> str:
    adopt.give_back(request.user, stray)
    return f"{stray.name} is without a service again."


VERBS = {"adopt": _adopt, "ignore": _ignore, "give-back": _give_back}


def _lines(request: HttpRequest, rows: list[Stray]) -> list[dict[str, Any]]:
    """Each resource with its suggestions and what this person may do; one query for all services of the page."""
    refs = {f"component:default/{one['service']}" for row in rows for one in row.suggestions}
    known = queries.by_refs(refs | {row.service_ref for row in rows if row.service_ref})
    return [_line(request, row, known) for row in rows]


def _line(request: HttpRequest, row: Stray, known: dict[str, Entity]) -> dict[str, Any]:
    suggestions = [
        {
            "service": service,
            "percent": round(100 * one["score"]),
            "reasons": one["reasons"],
            "may": adopt.may_adopt(request.user, service),
        }
        for one in row.suggestions
        if (service := known.get(f"component:default/{one['service']}"))
    ]
    owner = known.get(row.service_ref)
    may_free = adopt.may_adopt(request.user, owner) if owner else adopt.may_judge(request.user)
    return {
        "row": row, "best": suggestions[:1], "others": suggestions[1:], "owner": owner, "may_free": may_free,
        "tags": ", ".join(f"{key}={value}" for key, value in list(row.tags.items())[:6]),
    }  # fmt: skip


def _filters(request: HttpRequest) -> list[dict[str, Any]]:
    """The controls above the list; their choices are what the bucket holds, from one query."""
    seen = set(Stray.objects.order_by().values_list("account", "account_name", "region", "kind").distinct())
    accounts = sorted({(account, f"{name} {account}") for account, name, _, _ in seen}, key=lambda pair: pair[1])

    def select(name: str, label: str, options: list[tuple[str, str]], everything: str = "All") -> dict[str, Any]:
        choices = [("", everything), *options]
        return {"name": name, "label": label, "value": request.GET.get(name, ""), "options": choices}

    return [
        {"name": "q", "label": "Search name or ARN", "type": "text", "value": request.GET.get("q", "")},
        select("account", "Account", accounts),
        select("region", "Region", [(region, region) for region in sorted({row[2] for row in seen})]),
        select("kind", "Kind", [(kind, kind) for kind in sorted({row[3] for row in seen})]),
        select("hint", "Suggestion", [("true", "With one"), ("false", "Without")]),
        select("state", "State", [pair for pair in STATES if pair[0] != OPEN], dict(STATES)[OPEN]),
    ]


def _csv(rows: QuerySet[Stray]) -> Iterator[tuple[object, ...]]:
    yield COLUMNS
    for row in rows.iterator(chunk_size=500):
        best = row.suggestions[0] if row.suggestions else {"service": "", "score": "", "reasons": []}
        yield (
            row.name, row.kind, row.account, row.region, row.arn, row.state, row.service_ref, row.reason, row.decided_by,
            best["service"], best["score"], " ".join(best["reasons"]),
        )  # fmt: skip
