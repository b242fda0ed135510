"""Pages of the shell: they open, they are safe, they cost a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from portal.jobs import queue
from portal.jobs.models import Beat, Run
from portal.plugins import Activity, ActivityRow, SearchHit, SearchSource, activities, search

pytestmark = pytest.mark.django_db
PAGES = ["/", "/setup/", "/jobs/", "/tokens/", "/search/", "/search/?q=x", "/api/docs/"]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.jobs.doorbell.send", lambda run_id, name: None)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_for_a_viewer_with_a_strict_policy(
    path: str, vera: User, browse: Callable[..., Client]
) -> None:
    reply = browse(vera).get(path)
    assert reply.status_code == 200
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_job_list_costs_the_same_with_ten_and_a_thousand_runs(
    vera: User, browse: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = browse(vera)
    for count in (10, 990):
        Run.objects.bulk_create(Run(job="portal.demo", state="succeeded") for _ in range(count))
        with django_assert_max_num_queries(12):
            assert client.get("/jobs/").status_code == 200


def test_a_run_shows_its_progress_and_only_operators_see_cancel(
    vera: User, mira: User, browse: Callable[..., Client]
) -> None:
    run = queue.enqueue("portal.demo")
    Run.objects.filter(pk=run.pk).update(
        state="running", progress_done=3, progress_total=4, progress_text="payments: 3 of 4"
    )
    cancel = f"/jobs/runs/{run.pk}/cancel/"
    seen, operated = browse(vera).get(run.get_absolute_url()), browse(mira).get(run.get_absolute_url())
    assert "payments: 3 of 4" in seen.content.decode()
    assert cancel not in seen.content.decode()
    assert cancel in operated.content.decode()
    assert browse(vera).post(cancel).status_code == 403
    assert browse(mira).post(cancel).status_code == 302


def test_polling_stops_when_the_run_has_ended(vera: User, browse: Callable[..., Client]) -> None:
    run = queue.enqueue("portal.demo")
    url = run.get_absolute_url()
    assert "every 2s" in browse(vera).get(url, headers={"HX-Request": "true"}).content.decode()
    Run.objects.filter(pk=run.pk).update(state="succeeded")
    assert "every 2s" not in browse(vera).get(url, headers={"HX-Request": "true"}).content.decode()


def test_a_search_source_that_fails_leaves_the_others(vera: User, browse: Callable[..., Client]) -> None:
    def broken(user: Any, text: str, limit: int) -> list[SearchHit]:
        raise ZeroDivisionError

    bad = SearchSource("test.bad", "Bad", broken)
    good = SearchSource("test.good", "Good", lambda user, text, limit: [SearchHit("<b>Hit</b>", "/x/")])
    with search.temporarily(bad), search.temporarily(good):
        page = browse(vera).get("/search/?q=x").content.decode()
    assert "&lt;b&gt;Hit&lt;/b&gt;" in page


def test_an_activity_that_fails_leaves_the_home_page_standing(vera: User, browse: Callable[..., Client]) -> None:
    def broken(user: Any) -> list[ActivityRow]:
        raise ZeroDivisionError

    good = Activity("test.good", "running", lambda user: [ActivityRow("checkout 2026.11.3", "/x/", progress=40)])
    with activities.temporarily(Activity("test.bad", "running", broken)), activities.temporarily(good):
        assert "checkout 2026.11.3" in browse(vera).get("/").content.decode()


def test_a_running_job_shows_once_even_where_its_plugin_speaks_for_it(
    vera: User, browse: Callable[..., Client]
) -> None:
    now = timezone.now()
    Run.objects.create(job="services.discover", state="running", progress_done=1, progress_total=4, started_at=now)
    assert browse(vera).get("/").content.decode().count(">Discovery") == 1


def test_the_audit_trail_is_for_admins(vera: User, admin: User, browse: Callable[..., Client]) -> None:
    assert browse(vera).get("/audit/").status_code == 403
    assert browse(admin).get("/audit/").status_code == 200


@pytest.mark.parametrize("path", ["/nothing/", "/jobs/runs/99999/"])
def test_a_missing_page_says_so(path: str, vera: User, browse: Callable[..., Client]) -> None:
    reply = browse(vera).get(path)
    assert reply.status_code == 404
    assert "There is nothing here" in reply.content.decode()


def test_a_form_from_elsewhere_is_refused(vera: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(vera)
    assert client.post("/tokens/", {"label": "x", "role": "viewer", "days": 1}).status_code == 403


def test_health_needs_no_sign_in(db: None) -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}


def test_readiness_names_what_is_wrong_and_the_remedy(db: None) -> None:
    reply = Client().get("/readyz")
    assert reply.status_code == 503
    assert "start a worker with beat" in reply.json()["parts"]["beat"]
    Beat.objects.create(pk=1, at=timezone.now())
    assert Client().get("/readyz").status_code == 200
