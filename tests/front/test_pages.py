"""The shell's own pages: they stop polling when there is nothing to wait for, and say where one is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from portal.jobs.models import Run


def render(template: str, user: Any = None, **context: Any) -> str:
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    request.htmx = False  # type: ignore[attr-defined]
    return render_to_string(template, {"user": request.user, **context}, request)


@pytest.fixture
def mira(db: None) -> User:
    return User.objects.create(username="mira", first_name="Mira", last_name="Bell")


def run(state: str, **more: Any) -> Run:
    return Run(pk=7, job="services.discover", state=state, started_at=timezone.now(), **more)


@pytest.mark.parametrize("template", ["portal/_setup.html", "portal/_run.html"])
def test_progress_is_polled_only_while_there_is_some(template: str) -> None:
    live, done = run("running", progress_done=3, progress_total=10), run("succeeded", ended_at=timezone.now())
    assert 'hx-trigger="every 2s"' in render(template, setup=live, run=live)
    assert "every" not in render(template, setup=done, run=done)


def test_the_home_page_loads_once_more_when_the_demo_is_ready_and_not_when_it_failed() -> None:
    assert 'hx-trigger="load delay:1s"' in render("portal/_setup.html", setup=run("succeeded"))
    failed = render("portal/_setup.html", setup=run("failed", error="AWS denied: <ec2>"))
    assert "hx-get" not in failed
    assert "AWS denied: &lt;ec2&gt;" in failed


def test_a_run_tells_its_log_its_error_and_its_progress() -> None:
    live = render(
        "portal/_run.html",
        run=run("running", progress_done=3, progress_total=10, progress_text="eu-west-1", log="one\ntwo"),
    )
    assert 'value="30"' in live
    assert "one\ntwo" in live
    assert 'role="alert"' in render("portal/_run.html", run=run("failed", error="Prices cannot be read."))


def test_the_cancel_button_is_there_only_for_who_may(mira: User) -> None:
    page = {"run": run("running"), "title": "Discovery", "user": mira}
    assert "Cancel the run" in render("portal/run.html", may_cancel=True, **page)
    assert "Cancel the run" not in render("portal/run.html", may_cancel=False, **page)


def test_the_list_of_runs_keeps_the_filters_when_it_turns_the_page() -> None:
    request = RequestFactory().get("/jobs/?state=failed")
    page = Paginator([run("failed")] * 30, 25).page(1)
    html = render_to_string("portal/_runs.html", {"page": page, "titles": {"services.discover": "Discovery"}}, request)
    assert "?state=failed&amp;page=2" in html
    assert ">Discovery</a>" in html


def test_the_demo_sign_ins_are_shown_only_in_the_demo() -> None:
    people = (("mira", "Mira Kovač", "operator", "payments"),)
    assert "mira, operator of payments" in render("registration/login.html", demo_signins=people)
    assert "of payments" not in render("registration/login.html", demo_signins=())


def test_a_secret_is_shown_once_and_the_list_never_shows_it(mira: User) -> None:
    token = SimpleNamespace(
        label="CI", token_key="cln_1234", role="viewer", created=timezone.now(), last_used_at=None, expiry=None
    )
    assert "cln_secret" in render("portal/tokens.html", mira, tokens=[token], secret="cln_secret")
    assert 'class="secret"' not in render("portal/tokens.html", mira, tokens=[token], secret="")


def test_the_page_for_a_broken_server_needs_nothing_but_files() -> None:
    html = render_to_string("portal/500.html", {})
    assert "Something went wrong" in html
    assert "site-nav" not in html


def test_search_says_when_nothing_has_that_name() -> None:
    html = render("portal/_search_results.html", query="<nobody>", groups=[])
    assert "Nothing is called “&lt;nobody&gt;”." in html


def test_the_header_marks_where_one_is(mira: User) -> None:
    html = render(
        "portal/home.html", mira, leads=[], main_panels=[], side_panels=[], running=[], upcoming=[], setup=None
    )
    assert '<a href="/" aria-current="page">' in html
    assert ">MB</button>" in html
    assert "There are no services yet." in html
