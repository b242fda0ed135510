"""One account that refuses one call loses that part only, and the page says which right is missing."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.sandbox.seed import seed_service
from services import facts
from services.discover import discover
from services.models import DiscoveryReport, Entity

pytestmark = pytest.mark.django_db
PRODUCTION = "111111111111"


def run() -> dict[str, Any]:
    return discover(lambda done, total, text: None, lambda: None)


def known(name: str) -> dict[str, Any]:
    """The values of all facts of a service."""
    return {key: view.value for key, view in facts.current(Entity.objects.get(kind="component", name=name)).items()}


@pytest.fixture
def refuse(aws: Any) -> Callable[..., None]:
    """refuse("lambda", "ListAliases", account="111111111111", code="ThrottlingException"); code "" ends it."""

    def ask(service: str, operation: str, **body: Any) -> None:
        data = json.dumps({"service": service, "operation": operation, **body}).encode()
        request = urllib.request.Request(f"{aws.url}/_sandbox/refuse", data, {"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=5).close()

    for name in ("refunds", "audit-log"):
        seed_service(aws.url, name)
    return ask


def test_a_denied_family_costs_that_family_in_that_account_only(refuse: Callable[..., None]) -> None:
    run()
    before = known("refunds")
    refuse("sqs", "ListQueues", account=PRODUCTION)
    assert run()["trouble"] == 2
    assert set(
        DiscoveryReport.objects.exclude(state__in=["ok", "unsupported"]).values_list("account", "kind", "state")
    ) == {(PRODUCTION, "Queues", "denied")}
    report = DiscoveryReport.objects.filter(state="denied").first()
    assert report is not None
    assert report.remedy.startswith("Allow sqs:ListQueues to the read role of account production (111111111111).")
    assert known("refunds") == before
    assert [item["name"] for item in known("audit-log")["aws.sqs"]["items"]] == [
        "audit-log-dead-letters", "audit-log-queue",
    ]  # fmt: skip


def test_a_denied_detail_is_unknown_and_the_rest_of_the_function_is_seen(
    refuse: Callable[..., None], browse: Callable[..., Client], vera: User
) -> None:
    run()
    refuse("lambda", "ListAliases", account=PRODUCTION)
    assert run()["trouble"] == 1
    (function,) = known("refunds")["aws.lambda"]["items"]
    assert "aliases" not in function
    assert "canary" not in function
    assert (function["runtime"], function["urls"]) == ("nodejs22.x", [])
    (other,) = known("audit-log")["aws.lambda"]["items"]
    assert other["aliases"][0]["name"] == "live"
    report = DiscoveryReport.objects.get(state="partial")
    assert report.remedy == "Allow lambda:ListAliases to the read role of account production (111111111111)."
    assert report.error.startswith("What lambda:ListAliases would say is unknown.")
    page = browse(vera).get("/services/discovery/").content.decode()
    assert "Allow lambda:ListAliases to the read role" in page
    assert "partial" in page
    refuse("lambda", "ListAliases", account=PRODUCTION, code="")
    assert run()["trouble"] == 0
    assert known("refunds")["aws.lambda"]["items"][0]["aliases"]


def test_a_throttled_detail_keeps_what_was_known(refuse: Callable[..., None]) -> None:
    run()
    before = known("refunds")
    refuse("lambda", "ListFunctionUrlConfigs", account=PRODUCTION, code="TooManyRequestsException", status=429)
    run()
    states = set(DiscoveryReport.objects.filter(kind="Lambda functions").values_list("account", "region", "state"))
    assert (PRODUCTION, "eu-west-1", "throttled") in states
    assert known("refunds") == before


def test_tags_that_are_denied_lose_nothing_and_put_nothing_into_the_bucket(refuse: Callable[..., None]) -> None:
    from services.models import Stray

    run()
    before = set(Stray.objects.values_list("arn", flat=True))
    resources = set(Entity.objects.live().values_list("name", flat=True))
    refuse("resourcegroupstaggingapi", "GetResources", account=PRODUCTION)
    run()
    assert DiscoveryReport.objects.filter(account=PRODUCTION, kind="Tagged resources", state="denied").count() == 2
    assert set(Stray.objects.values_list("arn", flat=True)) == before
    assert set(Entity.objects.live().values_list("name", flat=True)) == resources
