"""Pages of initiatives and of the digest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from portal.access import policy
from scorecards.engine.check import LEVELS
from scorecards.initiatives import decide, progress
from scorecards.initiatives import filter as initiative_filter
from scorecards.models import DigestLine, Initiative
from scorecards.models.initiatives import DRAFT, ENDED, LAUNCHED
from scorecards.words import INITIATIVES, aim, pillar_label

PAGE = 25


class InitiativeForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An aim, its scope and its dates."""

    level = forms.ChoiceField(choices=[(name, name.capitalize()) for name in LEVELS], initial="silver")
    pillar = forms.ChoiceField(choices=[])
    team = forms.CharField(
        required=False, max_length=200, help_text="A team's name; empty for all teams (administrators)."
    )
    system = forms.CharField(required=False, max_length=200, help_text="A system's name; empty for all.")
    tier = forms.IntegerField(required=False, min_value=0, max_value=9, help_text="0 to 9; empty for all.")

    class Meta:
        model = Initiative
        fields = decide.FIELDS
        widgets = {
            "why": forms.Textarea(attrs={"rows": 3}),
            "starts_on": forms.DateInput(attrs={"type": "date"}),
            "target_on": forms.DateInput(attrs={"type": "date"}),
        }
        labels = {"starts_on": "Starts on", "target_on": "To be reached by"}
        help_texts = {"lifecycle": "Such as production; empty for all."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pillar: Any = self.fields["pillar"]
        pillar.choices = [(name, pillar_label(name)) for name in decide.pillars()]


def initiatives(request: HttpRequest) -> HttpResponse:
    """All initiatives and standards with how far they are."""
    page = Paginator(initiative_filter.chosen(request.GET), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": lines(list(page)),
        "filters": initiative_filter.controls(request),
        "may_write": policy.may_somewhere(request.user, decide.ROLE),
    }
    return render(request, "scorecards/initiatives.html", context)


def lines(rows: list[Initiative]) -> list[dict[str, Any]]:
    """Initiatives with their state and how many have reached the aim."""
    counts, today = progress.counts(rows), timezone.now().date()
    return [
        {
            "initiative": row,
            "words": INITIATIVES[row.state_on(today)],
            "pillar": pillar_label(row.pillar),
            "reached": counts[row.pk][0],
            "total": counts[row.pk][1],
        }
        for row in rows
    ]


def initiative(request: HttpRequest, pk: int) -> HttpResponse:
    """One initiative: the verdict, the burn-up, and who has still to get there."""
    found, now = get_object_or_404(Initiative, pk=pk), timezone.now()
    state = found.state_on(now.date())
    page = Paginator(progress.open_services(found), PAGE).get_page(request.GET.get("page"))
    may = decide.may_lead(request.user, found.team)
    burn_up = progress.burn_up(found, now)
    context = {
        "initiative": found,
        "state": state,
        "words": INITIATIVES[state],
        "aim": aim(found.level, found.pillar),
        "burn_up": burn_up,
        "reached": burn_up.total - page.paginator.count,
        "page": page,
        "rows": progress.ways(found, list(page)),
        "may_launch": may and found.stage == DRAFT,
        "may_end": may and found.stage == LAUNCHED,
        "may_promote": may and found.stage in (LAUNCHED, ENDED) and not found.standard,
        "may_withdraw": may and found.standard,
    }
    return render(request, "scorecards/initiative.html", context)


def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a draft, or change one."""
    found = get_object_or_404(Initiative, pk=pk) if pk is not None else None
    if found is not None:
        decide.require(request.user, found.team)
    elif not policy.may_somewhere(request.user, decide.ROLE):
        policy.require(request.user, decide.ROLE)
    form = InitiativeForm(request.POST or None, instance=found, initial={"starts_on": timezone.now().date()})
    if request.method == "POST" and form.is_valid():
        try:
            # The form has written into its instance; the row is read again so that the right is asked of what stands.
            row = Initiative.objects.get(pk=pk) if pk is not None else None
            made = decide.write(request.user, form.cleaned_data, row)
        except decide.Wrong as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        except decide.Conflict as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Kept as a draft. It begins once somebody launches it.")
            return redirect(made)
    context = {"form": form, "initiative": found}
    return render(request, "scorecards/initiative_edit.html", context, status=422 if form.errors else 200)


VERBS = {"launch": decide.launch, "end": decide.end, "promote": decide.promote, "withdraw": decide.withdraw}
DONE = {
    "launch": "Launched.",
    "end": "Ended.",
    "promote": "Its aim is a standard now, and watched from here on.",
    "withdraw": "Its aim is no standard any more.",
}


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Launch, end, make it a standard, or withdraw that."""
    found = get_object_or_404(Initiative, pk=pk)
    try:
        VERBS[verb](request.user, found)
    except (decide.Conflict, decide.Wrong) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, DONE[verb])
    return redirect(found)


def digest(request: HttpRequest) -> HttpResponse:
    """What was told to my teams, or to all teams for those without one."""
    teams = policy.teams(request.user)
    rows = DigestLine.objects.filter(team_ref__in=teams) if teams else DigestLine.objects.all()
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "scorecards/digest.html", {"page": page, "mine": bool(teams)})
