from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from costs.models import CostReview, Finding
from portal.aws.models import Account
from portal.jobs import queue, runner
from portal.jobs.models import Run
from portal.sandbox.seed import seed_service
from services import facts
from tests.costs.observed import put_table

if TYPE_CHECKING:
    from portal.sandbox.server import Sandbox
    from services.models import Entity


def run_review(team: str = "") -> Run:
    run = queue.enqueue("costs.review", {"team": team} if team else {}, by="test")
    runner.execute(run.pk)
    run.refresh_from_db()
    return run


@pytest.mark.django_db(transaction=True)
def test_a_review_judges_what_the_embedded_aws_really_measured(aws: Sandbox, fleet: Callable[..., Entity]) -> None:
    seed_service(aws.url, "warehouse-etl")
    service = fleet("warehouse-etl", desired=6, instance_types=["m5.xlarge"])
    run = run_review()
    assert run.state == "succeeded", run.error
    found = {finding.detector: finding for finding in Finding.objects.filter(service=service)}
    assert set(found) == {"spot", "lambda-instead-of-ec2"}
    assert "Average CPU" in str(found["spot"].evidence["inputs"])
    assert found["spot"].low > 0
    held = CostReview.objects.get()
    assert held.state == CostReview.State.DONE
    assert any("Cost Explorer" in note for note in held.notes)


@pytest.mark.django_db(transaction=True)
def test_a_denied_account_makes_a_partial_review_that_says_what_is_missing(
    aws: Sandbox, fleet: Callable[..., Entity], service: Callable[..., Entity]
) -> None:
    fleet("reports")
    other = service("prices", team="data-platform")
    put_table(other, account="111111111111", region="eu-west-1")
    Account.objects.filter(account_id="222222222222").update(enabled=False)
    run = run_review("group:default/data-platform")
    assert run.state == "succeeded", run.error
    held = CostReview.objects.get()
    assert held.state == CostReview.State.PARTIAL
    assert held.missing
    assert all("222222222222" in sentence for sentence in held.missing)
    denied = [entry for entry in held.unjudged if entry["resource"] == "reports"]
    assert denied
    assert all("222222222222" in entry["reason"] for entry in denied)
    assert facts.current(other)["costs.review"].value["state"] == "partial"
