"""The badge of a service: its level as a picture, for those who may see it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from scorecards.evaluate import evaluate_due
from services.models import Entity
from tests.scorecards.conftest import databases, prove

pytestmark = pytest.mark.django_db
URL = "/scorecards/badges/component/default/checkout.svg"


@pytest.fixture
def checkout(clock: time_machine.Traveller, checks: None, component: Callable[..., Entity]) -> Entity:
    entity = component("checkout")
    databases(entity, 7)
    prove(entity)
    evaluate_due(settle=timedelta(0))
    return entity


def words(answer: Any) -> str:
    picture = ET.fromstring(answer.content)  # noqa: S314 our own text
    return picture.attrib["aria-label"]


def test_it_says_level_and_score(browse: Callable[..., Client], vera: Any, checkout: Entity) -> None:
    answer = browse(vera).get(URL)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert words(answer) == "maturity: gold · 100"
    assert "private" in answer.headers["Cache-Control"]


def test_a_stranger_learns_nothing(checkout: Entity) -> None:
    answer = Client().get(URL)
    assert answer.status_code == 401
    assert "gold" not in answer.content.decode()


def test_everybody_gets_it_where_the_setting_says_so(checkout: Entity, settings: Any) -> None:
    settings.BADGES_PUBLIC = True
    answer = Client().get(URL)
    assert words(answer) == "maturity: gold · 100"
    assert "public" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["none", "a%22%3E%3Cscript%3E", "x" * 300, "%F0%9F%98%80"])
def test_a_service_that_is_not_there_looks_like_one_without_a_level(
    name: str, browse: Callable[..., Client], vera: Any
) -> None:
    answer = browse(vera).get(URL.replace("checkout", name))
    assert words(answer) == "maturity: unknown"
