"""The fault `fis-template` against the embedded AWS: released templates only, started once, stopped and seen to end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chaos.faults import fis_template
from portal.changes import engine
from portal.changes.models import Change
from tests.chaos import fis_world
from tests.chaos.fis_world import ACCOUNT, ALLOWED, HOSTS, PLACE, REGION, STOP, FisWorld

LEASE = timedelta(seconds=30)


@pytest.fixture
def fis(aws: Any, service: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> FisWorld:
    return fis_world.make(aws, service("web", team="search", system="discovery"), monkeypatch)


def preview(fis: FisWorld, template: str) -> Any:
    return fis_template.preview(fis.entity, {**PLACE, "template": template})


def armed(fis: FisWorld, **template: Any) -> Change:
    target = preview(fis, fis.template(**template)).target
    return engine.arm(fis_template.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t")


def test_the_preview_resolves_tags_and_says_how_many_are_hit(fis: FisWorld) -> None:
    found = preview(fis, fis.template())
    assert found.refusal == ""
    assert found.sentence == "AWS FIS runs “Two hosts stop”: aws:ec2:stop-instances."
    assert ("hosts", "2 of 3 (COUNT(2))") in found.rows
    assert len(found.target["resources"]) == 3
    assert fis.experiments() == []


def test_the_preview_is_the_same_when_nothing_has_changed(fis: FisWorld) -> None:
    template = fis.template()
    assert preview(fis, template).stored() == preview(fis, template).stored()


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({}, "tag it with colonnade=allowed"),
        ({"service": "web"}, "tag it with colonnade=allowed"),
        ({"colonnade": "allowed"}, "tag it with service=web"),
        ({"colonnade": "allowed", "service": "checkout"}, "not made for web"),
    ],
)
def test_only_templates_that_the_owner_released_for_the_service_are_started(
    fis: FisWorld, tags: dict[str, str], said: str
) -> None:
    assert said in preview(fis, fis.template(tags=tags)).refusal


def test_a_target_that_others_share_is_refused(fis: FisWorld) -> None:
    ec2 = fis.clients("ec2")
    fis.hosts(1, "checkout")
    rows = ec2.describe_instances(Filters=[{"Name": "tag:service", "Values": ["checkout"]}])["Reservations"]
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{rows[0]['Instances'][0]['InstanceId']}"
    target = {"resourceType": "aws:ec2:instance", "resourceArns": [arn], "selectionMode": "ALL"}
    assert "not tagged with service=web" in preview(fis, fis.template(targets={"hosts": target})).refusal


def test_a_target_that_selects_nothing_is_refused(fis: FisWorld) -> None:
    nobody = {**HOSTS, "resourceTags": {"service": "nobody"}}
    assert "selects nothing" in preview(fis, fis.template(targets={"hosts": nobody})).refusal


def test_a_template_that_reaches_into_other_accounts_is_refused(fis: FisWorld) -> None:
    template = fis.template(experimentOptions={"accountTargeting": "multi-account"})
    fis.clients("fis").create_target_account_configuration(
        experimentTemplateId=template, accountId="222222222222", roleArn="arn:aws:iam::222222222222:role/fis"
    )
    assert preview(fis, template).refusal == "It reaches into 222222222222: use one template for each account."


def test_an_engaged_safety_lever_forbids_the_start(fis: FisWorld) -> None:
    template = fis.template()
    fis.lever("engaged")
    assert preview(fis, template).refusal == "The safety lever of AWS FIS is engaged (incident 7)."


def test_a_safety_lever_that_cannot_be_read_forbids_the_start(fis: FisWorld, aws: Any) -> None:
    template = fis.template()
    aws.state.refusals["fis", "GetSafetyLever", "", ""] = ("AccessDeniedException", 403)
    assert "cannot be read" in preview(fis, template).refusal


def test_a_template_without_a_stop_condition_needs_one_of_the_experiment(fis: FisWorld) -> None:
    found = preview(fis, fis.template(stop=False))
    assert found.refusal == ""
    assert "give the experiment a stop condition" in found.against([])
    assert found.against([{"probe": "hosts"}]) == ""
    assert preview(fis, fis.template()).against([]) == ""


def test_the_experiment_is_started_observed_stopped_and_seen_to_end(fis: FisWorld) -> None:
    change = engine.apply(armed(fis))
    assert change.state == "applied"
    fis.move(5)
    assert fis.running() == 1
    assert fis_template.watch(change.target) == ""
    change = engine.undo(change, "done")
    assert (change.going_on, change.attempts) == (True, 0)
    fis.move(4)
    change = engine.undo(change, "done")
    assert (change.state, change.attempts) == ("undone", 1)
    assert fis.running() == 3
    assert fis.experiments() == ["stopped"]


def test_a_second_try_with_the_same_token_starts_nothing(fis: FisWorld) -> None:
    change = armed(fis)
    fis_template.apply(change.target)
    fis_template.apply(change.target)
    assert len(fis.experiments()) == 1


def test_two_changes_have_two_tokens(fis: FisWorld) -> None:
    assert armed(fis).target["token"] != armed(fis, stop=False).target["token"]


def test_the_undo_does_nothing_where_nothing_was_started(fis: FisWorld) -> None:
    change = armed(fis)
    assert engine.undo(change, "never").state == "undone"
    assert fis.experiments() == []


def test_the_undo_finds_what_a_dead_worker_has_started(fis: FisWorld) -> None:
    change = armed(fis)
    fis_template.apply(change.target)
    fis.move(5)
    assert engine.undo(Change.objects.get(pk=change.pk), "lost").going_on
    fis.move(4)
    assert engine.undo(Change.objects.get(pk=change.pk), "lost").state == "undone"
    assert fis.running() == 3


def test_a_template_that_runs_already_is_not_started_again(fis: FisWorld) -> None:
    template = fis.template()
    fis.clients("fis").start_experiment(clientToken="other", experimentTemplateId=template)
    assert "wait for its end" in preview(fis, template).refusal


def test_a_lever_that_is_engaged_after_the_preview_is_seen_before_the_start(fis: FisWorld) -> None:
    target = preview(fis, fis.template()).target
    fis.lever("engaged")
    with pytest.raises(ValueError, match="safety lever"):
        engine.arm(fis_template.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t")
    assert Change.objects.count() == 0


def test_a_start_that_the_lever_cancels_says_so(fis: FisWorld) -> None:
    change = armed(fis)
    fis.lever("engaged")
    with pytest.raises(ValueError, match="Blocked by the safety lever"):
        engine.apply(change)
    change.refresh_from_db()
    assert engine.undo(change, "blocked").state == "undone"


def test_a_stop_condition_of_the_template_is_told_as_aborted(fis: FisWorld) -> None:
    change = engine.apply(armed(fis))
    fis.move(5)
    fis.alarm("ALARM")
    assert "Aborted by AWS FIS: Experiment halted by stop condition" in fis_template.watch(change.target)


def test_a_failed_experiment_is_told_with_its_reason(fis: FisWorld) -> None:
    skip = {"accountTargeting": "single-account", "emptyTargetResolutionMode": "skip"}
    missing = {"actionId": "aws:rds:failover-db-cluster", "targets": {"Clusters": "data"}}
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:gone"
    data = {"resourceType": "aws:rds:cluster", "resourceArns": [arn], "selectionMode": "ALL"}
    target = {**PLACE, "resources": [], "template": fis.template(
        actions={"stop": STOP, "fail": missing}, targets={"hosts": HOSTS, "data": data}, experimentOptions=skip
    )}  # fmt: skip
    change = engine.apply(engine.arm(fis_template.KEY, target, owner="t:1", by="t", lease=LEASE, reason="t"))
    fis.move(400)
    assert "The FIS experiment failed: Action fail failed" in fis_template.watch(change.target)


def test_a_template_that_is_gone_is_an_error_that_names_it(fis: FisWorld) -> None:
    from portal.aws.errors import AwsNotFound

    with pytest.raises(AwsNotFound, match="EXTnone"):
        preview(fis, "EXTnone")


def test_templates_and_experiments_are_read_page_by_page(fis: FisWorld) -> None:
    from portal.aws import fis as client
    from portal.aws import fis_reference

    template = fis.template(tags=ALLOWED)
    for number in range(45):
        fis.clients("fis").start_experiment(
            clientToken=str(number), experimentTemplateId=template, experimentOptions={"actionsMode": "skip-all"}
        )
    assert len(client.experiments(ACCOUNT, REGION, template)) == 45
    assert "aws:fis:wait" in fis_reference.actions(ACCOUNT, REGION)
    newest = client.experiments(ACCOUNT, REGION, template)[0]
    assert len(fis_reference.resolved_targets(ACCOUNT, REGION, newest.id)) == 2
    assert fis_reference.target_accounts(ACCOUNT, REGION, template) == []


def test_a_process_of_its_own_may_start_it(fis: FisWorld) -> None:
    from portal.changes import apart

    change = armed(fis)
    apart.apply_apart(fis_template.KIND, change.target, 120, lambda: None)
    assert fis_template.verify_applied(change.target)
    assert len(fis.experiments()) == 1
