"""Write game days: plan, begin, note, start the next experiment, end. Only operators of the team may; all of it is audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils import timezone

from chaos import start
from chaos.calendars.write import TEAM
from chaos.engine.definition import Invalid
from chaos.gamedays.models import ENDED, NOTE_KINDS, PLANNED, ROLES, RUNNING, GameDay, GameDayNote, GameDayPerson
from chaos.gamedays.models import GameDayStep as Step
from chaos.models import Experiment, ExperimentRun
from portal.access import audit, policy

MOST_STEPS = 20
MOST_PEOPLE = 50
FIELDS = ("title", "purpose", "starts_at", "zone")


def save(row: GameDay | None, fields: Mapping[str, Any], by: Any) -> GameDay:
    """Create or change a game day that has not ended. `people` are (name, role), `experiments` slugs in their order.

    Raises PermissionDenied and Invalid.
    """
    made = row or GameDay(created_by=by.get_username(), owner_ref=fields.get("owner_ref", ""))
    if not TEAM.match(made.owner_ref):
        raise Invalid("owner_ref", "Name the team such as group:default/payments.")
    policy.require(by, "operator", made.owner_ref)
    if made.state == ENDED:
        raise Invalid("state", "The game day has ended: plan another one.")
    for name in FIELDS:
        if name in fields:
            setattr(made, name, fields[name])
    _check(made)
    people = _people(fields["people"]) if "people" in fields else None
    chosen = _experiments(fields["experiments"]) if "experiments" in fields else None
    with transaction.atomic():
        made.save()
        if people is not None:
            made.people.all().delete()
            GameDayPerson.objects.bulk_create(GameDayPerson(game_day=made, name=n, role=r) for n, r in people)
        if chosen is not None:
            _replace_steps(made, chosen)
        action = "chaos.game-day.change" if row else "chaos.game-day.create"
        audit.record(by, action, f"game-day:{made.pk}", severity="medium", title=made.title, team=made.owner_ref)
    return made


def note(row: GameDay, text: str, kind: str, by: Any) -> GameDayNote:
    """Write one line. After the end findings and actions may still be added. Raises PermissionDenied and Invalid."""
    policy.require(by, "operator", row.owner_ref)
    if kind not in NOTE_KINDS:
        raise Invalid("kind", f"Use one of {', '.join(NOTE_KINDS)}.")
    words = text.strip()
    if not words or len(words) > 2000 or "\x00" in words:
        raise Invalid("text", "Write 1 to 2000 characters.")
    with transaction.atomic():
        made = GameDayNote.objects.create(game_day=row, author=by.get_username(), kind=kind, text=words)
        audit.record(by, "chaos.game-day.note", f"game-day:{row.pk}", kind=kind)
    return made


def start_next(row: GameDay, by: Any) -> ExperimentRun:
    """Start the next experiment as anybody would: guards are asked by the worker that takes it.

    Raises PermissionDenied (each experiment needs an operator of its own service's team) and Invalid.
    """
    policy.require(by, "operator", row.owner_ref)
    with transaction.atomic():
        found = GameDay.objects.select_for_update().get(pk=row.pk)
        if found.state == ENDED:
            raise Invalid("state", "The game day has ended: plan another one.")
        steps = list(found.steps.select_related("experiment__service", "run"))
        under_way = next((step for step in steps if step.run is not None and not step.run.over), None)
        if under_way is not None:
            raise Invalid("state", f"Wait until “{under_way.experiment.title}” has ended, or abort it.")
        step = next((step for step in steps if step.run is None), None)
        if step is None:
            raise Invalid("experiments", "All experiments have been started: add one, or end the game day.")
        policy.require(by, "operator", step.experiment.owner_ref)
        made = start.create(step.experiment, timezone.now(), by=by.get_username())
        if made is None:
            raise Invalid("experiments", "This moment has its run already: try again.")
        Step.objects.filter(pk=step.pk).update(run=made)
        if found.state == PLANNED:
            GameDay.objects.filter(pk=row.pk).update(state=RUNNING, started_at=timezone.now())
        audit.record(by, "chaos.game-day.start", f"game-day:{row.pk}", severity="high", run=made.pk)
    return made


def end(row: GameDay, by: Any) -> None:
    """End it; runs under way go on, and are stopped on their own pages. Raises PermissionDenied and Invalid."""
    policy.require(by, "operator", row.owner_ref)
    with transaction.atomic():
        open_days = GameDay.objects.filter(pk=row.pk).exclude(state=ENDED)
        if not open_days.update(state=ENDED, ended_at=timezone.now()):
            raise Invalid("state", "The game day has ended already.")
        audit.record(by, "chaos.game-day.end", f"game-day:{row.pk}", severity="medium")


def _check(row: GameDay) -> None:
    if not row.title.strip():
        raise Invalid("title", "Give it a title.")
    if row.starts_at is None:
        raise Invalid("starts_at", "Say when it begins.")
    try:
        ZoneInfo(row.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("zone", "Use an IANA name such as Europe/Berlin.") from error


def _people(given: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    names = [name for name, _ in given]
    if len(names) > MOST_PEOPLE or len(set(names)) != len(names) or not all(0 < len(name) <= 150 for name in names):
        raise Invalid("people", f"Give at most {MOST_PEOPLE} people, each once.")
    if any(role not in ROLES for _, role in given):
        raise Invalid("people", f"The roles are {', '.join(ROLES)}.")
    return list(given)


def _experiments(slugs: Sequence[str]) -> list[Experiment]:
    if len(slugs) > MOST_STEPS:
        raise Invalid("experiments", f"Give at most {MOST_STEPS} experiments.")
    known = {row.slug: row for row in Experiment.objects.filter(slug__in=slugs, service__removed_at=None)}
    missing = [slug for slug in slugs if slug not in known]
    if missing:
        raise Invalid("experiments", f"There is no experiment {missing[0][:80]!r}: use the slug of its address.")
    return [known[slug] for slug in slugs]


def _replace_steps(row: GameDay, chosen: Sequence[Experiment]) -> None:
    """What has been started stays as it was; the rest is replaced."""
    started = list(row.steps.exclude(run=None).order_by("order"))
    if [step.experiment_id for step in started] != [one.pk for one in chosen[: len(started)]]:
        raise Invalid("experiments", "Experiments that were started stay first and in their order.")
    row.steps.filter(run=None).delete()
    last = max((step.order for step in started), default=0)
    rest = chosen[len(started) :]
    Step.objects.bulk_create(Step(game_day=row, order=last + n, experiment=one) for n, one in enumerate(rest, start=1))
