"""The words of the templates of reviews."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from portal.templatetags.colonnade import badge, state
from scorecards.lenses import words
from scorecards.lenses.standing import Standing
from scorecards.models.reviews import REASONS
from scorecards.words import STATES, StateWords

register = template.Library()


@register.simple_tag
def risk(name: str) -> SafeString:
    """Draw the badge of a risk."""
    found = words.RISKS[name]
    return badge(found.label, found.kind, found.icon)


@register.simple_tag
def risk_state(name: str) -> SafeString:
    """Draw the tinted square of a risk."""
    found = words.RISKS[name]
    return state(found.kind, found.icon, found.label)


@register.filter
def risk_label(name: str) -> str:
    """“High risk”."""
    return words.RISKS[name].label


@register.filter
def remedy(standing: Standing) -> str:
    """The cheapest change in words."""
    return words.remedy(standing)


@register.filter
def source(name: str) -> str:
    """Who answered."""
    return words.SOURCES.get(name, "")


@register.filter
def reason(name: str) -> str:
    """Why a question does not apply."""
    return REASONS.get(name, name)


@register.filter
def check_state(name: str) -> StateWords:
    """How the state of a check is drawn and read."""
    return STATES[name]


@register.filter
def proofs(standing: Standing, choice: str) -> Any:
    """The evidence for a choice."""
    return standing.proofs.get(choice, ())


@register.filter
def title_of(standing: Standing, choice: str) -> str:
    """The title of a choice; its id where the lens has it no more."""
    found = standing.question.choice(choice)
    return found.title if found else choice
