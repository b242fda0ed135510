"""Saving, renaming and deleting views of the list. What a team shares is changed by its editors and audited."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from portal.access import audit, policy
from services.filters import EntityFilter
from services.lists.listing import clean
from services.models import Entity, SavedView

MOST, LONGEST_NAME, LONGEST_QUERY = 100, 60, 2000


def visible(user: Any) -> QuerySet[SavedView]:
    """The user's own views and those of the user's teams; an admin sees every team's."""
    mine = Q(user=user, team_ref="")
    shared = ~Q(team_ref="") if policy.may(user, "admin") else Q(team_ref__in=policy.teams(user))
    return SavedView.objects.filter(mine | shared)


def may_change(user: Any, view: SavedView) -> bool:
    """One's own view, or a team's where one is its editor."""
    return policy.may(user, "editor", view.team_ref) if view.team_ref else view.user_id == user.pk


@transaction.atomic
def create(user: Any, name: str, query: str, team_ref: str = "") -> SavedView:
    """A new view. Raises ValidationError by field, PermissionDenied where the user is no editor of the team."""
    view = SavedView(user=user, name=_name(name), query=_query(query), team_ref=_team(user, team_ref))
    if not view.team_ref and SavedView.objects.filter(user=user, team_ref="").count() >= MOST:
        raise ValidationError({"name": f"You have {MOST} views of your own. Delete one first."})
    _save(view)
    _audit(user, view, "view.create", query=view.query)
    return view


@transaction.atomic
def change(user: Any, view: SavedView, *, name: str | None = None, query: str | None = None) -> SavedView:
    """Another name or another address for a view. Raises as `create` does."""
    _require(user, view)
    was = view.name
    view.name = view.name if name is None else _name(name)
    view.query = view.query if query is None else _query(query)
    view.updated_at = timezone.now()
    _save(view)
    _audit(user, view, "view.change", was=was, query=view.query)
    return view


def delete(user: Any, view: SavedView) -> None:
    """Delete it. Raises PermissionDenied where it is not the user's to delete."""
    _require(user, view)
    with transaction.atomic():
        _audit(user, view, "view.delete", query=view.query)
        view.delete()


def named(user: Any, name: str, team_ref: str = "") -> SavedView | None:
    """The user's own view of this name, or the team's that the user can see. Raises ValidationError for a bad name."""
    name = _name(name)
    if team_ref and team_ref.isprintable():
        return visible(user).filter(team_ref=team_ref.lower(), name=name).first()
    return SavedView.objects.filter(user=user, team_ref="", name=name).first()


def _require(user: Any, view: SavedView) -> None:
    if view.team_ref:
        policy.require(user, "editor", view.team_ref)
    elif view.user_id != user.pk:
        raise PermissionDenied("This view is somebody else's.")


def _audit(user: Any, view: SavedView, action: str, **detail: Any) -> None:
    if view.team_ref:
        audit.record(user, action, view.team_ref, name=view.name, **detail)


def _save(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        whose = f"{view.team_name} has" if view.team_ref else "You have"
        raise ValidationError({"name": f"{whose} a view of this name. Choose another one."}) from error


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValidationError({"name": f"Give it a name of at most {LONGEST_NAME} characters."})
    return name


def _query(query: str) -> str:
    """The address in its short form, once every filter in it can be read."""
    asked = clean(QueryDict(query.removeprefix("?")))
    errors = EntityFilter(asked, queryset=Entity.objects.none()).form.errors
    if errors:
        field, words = next(iter(errors.items()))
        raise ValidationError({"query": f"{field}: {' '.join(map(str, words))}"})
    text = asked.urlencode()
    if len(text) > LONGEST_QUERY:
        raise ValidationError({"query": f"It is longer than {LONGEST_QUERY} characters: use fewer filters."})
    return text


def _team(user: Any, team_ref: str) -> str:
    if not team_ref:
        return ""
    if not team_ref.isprintable() or not Entity.objects.by_ref(team_ref).filter(kind="group").exists():
        raise ValidationError({"team_ref": "There is no such team. Write it like group:default/payments."})
    policy.require(user, "editor", team_ref.lower())
    return team_ref.lower()
