"""The demo says what it cannot promise, on the page and in the docs, and keeps still where PostgreSQL promises it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chaos import halts
from tests.running import ROOT

LINE = "the first undo within 21 s is not promised"


def test_the_chaos_page_on_sqlite_says_what_is_not_promised(browse: Callable[..., Any], vera: Any) -> None:
    assert browse(vera).get("/chaos/").content.decode().count(LINE) == 1


def test_the_chaos_page_on_postgresql_says_nothing_of_it(
    browse: Callable[..., Any], vera: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse(vera)
    monkeypatch.setattr("chaos.views.connection", type("Connection", (), {"vendor": "postgresql"}))
    assert LINE not in client.get("/chaos/").content.decode()


def test_the_docs_say_it_in_the_same_words() -> None:
    assert LINE in halts.UNPROMISED
    assert LINE in (Path(ROOT) / "docs/chaos/safety.md").read_text()
