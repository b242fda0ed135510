"""The fragments of the rollout page and REST show what was validated; only admins say what may run on hosts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from deployments.models import HostCheck, HostCommand, HostHealth, HostScript, PostTest, PostTestAnswer, RolloutSegment
from deployments.validations import present
from portal.access.models import AuditEvent

from .conftest import LAMBDA

REST = "/api/v1/deployments"


def filled(segment: RolloutSegment, hosts: int = 4) -> RolloutSegment:
    """A fleet of two zones with one unhealthy host, a script that failed there, and a test with a late answer."""
    mine, now = {"rollout": segment.rollout, "segment": segment}, timezone.now()
    ids = [f"i-{number:017x}" for number in range(hosts)]
    told = [
        {
            "id": one, "zone": "eu-west-1ab"[: 10 + number % 2], "version": "2", "mine": True,
            "health": "unhealthy" if number == 1 else "healthy", "reason": "Target.Timeout" if number == 1 else "",
        }
        for number, one in enumerate(ids)
    ]  # fmt: skip
    HostHealth.objects.create(**mine, hosts=told, state="failed", note="Too few healthy hosts: zone b has 1 of 2.")
    command = HostCommand.objects.create(**mine, account="1", region="r", document="d", mark="m", deadline_at=now)
    HostCheck.objects.bulk_create(
        HostCheck(
            **mine,
            command=command,
            host=one,
            zone="z",
            state="failed" if number == 1 else "passed",
            code=number,
            output="boom <b>",
        )
        for number, one in enumerate(ids)
    )
    test = PostTest.objects.create(
        **mine, name="orders-e2e", kind="sns", place="tests", key="k", token_hash="h", state="failed", detail="cart is empty",
        deadline_at=now, started_at=now - timedelta(seconds=38), finished_at=now,
    )  # fmt: skip
    PostTestAnswer.objects.create(test=test, status="passed")
    return segment


def test_the_fragments_show_hosts_by_zone_and_tests_with_words_and_icons(segment_of: Callable[..., Any]) -> None:
    segment = filled(segment_of(LAMBDA))
    context = present.page_context(segment.rollout)
    hosts = render_to_string("deployments/validations/_hosts.html", context)
    for words in ("Too few healthy hosts", "2 of 2 healthy", "1 of 2 healthy", "unhealthy", "Target.Timeout", "code 1"):
        assert words in hosts, words
    assert "boom &lt;b&gt;" in hosts
    tests = render_to_string("deployments/validations/_tests.html", context)
    for words in ("orders-e2e", "failed", "cart is empty", "38", "1 more answer came in and changed nothing"):
        assert words in tests, words
    assert "style=" not in hosts + tests


def test_the_fragments_say_so_where_there_is_nothing(segment_of: Callable[..., Any]) -> None:
    context = present.page_context(segment_of(LAMBDA).rollout)
    assert "No host has been looked at" in render_to_string("deployments/validations/_hosts.html", context)
    assert "No test has been started" in render_to_string("deployments/validations/_tests.html", context)


@pytest.mark.parametrize("hosts", [4, 400])
def test_the_fragments_take_the_same_queries_for_few_and_many(
    hosts: int, segment_of: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    segment = filled(segment_of(LAMBDA), hosts)
    with django_assert_max_num_queries(5):
        context = present.page_context(segment.rollout)
        body = render_to_string("deployments/validations/_hosts.html", context)
    assert ("200 more hosts" in body) == (hosts == 400)


def test_the_rollout_page_shows_both_only_where_there_is_something(
    segment_of: Callable[..., Any], vera: Any, browse: Callable[..., Any]
) -> None:
    segment = segment_of(LAMBDA)
    url = segment.rollout.get_absolute_url()
    assert "Post-deployment tests" not in browse(vera).get(url).content.decode()
    filled(segment)
    body = browse(vera).get(url).content.decode()
    assert 'id="rollout-hosts"' in body
    assert 'id="rollout-tests"' in body


def test_rest_tells_hosts_and_tests_and_keeps_the_secrets(
    segment_of: Callable[..., Any], vera: Any, api: Callable[..., Any]
) -> None:
    rollout = filled(segment_of(LAMBDA)).rollout
    hosts = api(vera).get(f"{REST}/rollouts/{rollout.pk}/hosts/").json()
    assert len(hosts["checks"]) == len(hosts["health"][0]["hosts"]) == 4
    tests = api(vera).get(f"{REST}/rollouts/{rollout.pk}/tests/").json()["results"]
    assert (tests[0]["state"], tests[0]["answers"][0]["counted"]) == ("failed", False)
    assert {"key", "token_hash"}.isdisjoint(tests[0])
    for part in ("hosts", "tests"):
        assert api(vera).get(f"{REST}/rollouts/999/{part}/").status_code == 404
        assert api().get(f"{REST}/rollouts/{rollout.pk}/{part}/").status_code == 401


def test_only_admins_say_what_runs_on_hosts_and_every_change_is_audited(
    mira: Any, admin: Any, vera: Any, api: Callable[..., Any]
) -> None:
    url, body = f"{REST}/host-scripts/smoke/", {"kind": "script", "body": "curl -f localhost\n"}
    for person in (mira, vera):
        assert api(person).put(url, body).status_code == 403
        assert api(person).delete(url).status_code == 403
    assert api(admin).put(url, body).status_code == 201
    assert api(admin).put(url, {**body, "body": "true\n"}).status_code == 200
    assert HostScript.objects.get().body == "true\n"
    assert api(vera).get(f"{REST}/host-scripts/").json()["results"][0]["name"] == "smoke"
    assert api(admin).delete(url).status_code == 204
    actions = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(actions) == ["host-script.put", "host-script.put", "host-script.remove"]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("smoke", {"kind": "script"}, "body"),
        ("smoke", {"kind": "document", "body": "x"}, "body"),
        ("smoke", {"kind": "spell"}, "kind"),
        ("a b", {"kind": "document"}, "name"),
        ("smoke", {"kind": "script", "body": "x" * 20_001}, "body"),
    ],
)
def test_a_script_that_cannot_run_is_refused_by_its_field(
    name: str, body: dict[str, str], field: str, admin: Any, api: Callable[..., Any]
) -> None:
    reply = api(admin).put(f"{REST}/host-scripts/{name}/", body)
    assert reply.status_code == 400
    assert field in reply.json()["error"]["fields"]
    assert not HostScript.objects.exists()
