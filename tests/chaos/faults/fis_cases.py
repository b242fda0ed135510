"""Templates of AWS FIS."""

from __future__ import annotations

from portal.sandbox import fis
from portal.sandbox.backends import backend
from tests.chaos.faults.case import PLACE, SEARCH, Case, Stage

HOSTS = {"resourceType": "aws:ec2:instance", "resourceTags": {"service": SEARCH}, "selectionMode": "COUNT(2)"}
STOP = {
    "actionId": "aws:ec2:stop-instances",
    "parameters": {"startInstancesAfterDuration": "PT10M"},
    "targets": {"Instances": "hosts"},
}


def states(stage: Stage) -> list[str]:
    """The state of each host, once AWS has had the time to begin."""
    stage.move(3)
    with stage.aws.state.lock:
        fis.advance_all(stage.aws.state)
    mine = [{"Name": "tag:service", "Values": [SEARCH]}]
    rows = stage.client("ec2").describe_instances(Filters=mine)["Reservations"]
    hosts = [host for row in rows for host in row["Instances"]]
    return [host["State"]["Name"] for host in sorted(hosts, key=lambda host: str(host["InstanceId"]))]


def _templates(stage: Stage) -> None:
    """One template for search-api and one for checkout, under ids that are known."""
    kept = backend("fis", PLACE["account"], PLACE["region"]).experiment_templates
    for identifier, service in (("EXTsearch", SEARCH), ("EXTcheckout", "checkout")):
        made = stage.client("fis").create_experiment_template(
            clientToken=identifier, description="Two hosts stop", stopConditions=[{"source": "none"}],
            actions={"stop": STOP}, targets={"hosts": HOSTS}, roleArn="arn:aws:iam::111111111111:role/experiments",
        )["experimentTemplate"]  # fmt: skip
        template = kept.pop(made["id"])
        template.id = identifier
        kept[identifier] = template
        tags = {"colonnade": "allowed", "service": service}
        stage.client("fis").tag_resource(resourceArn=template.arn, tags=tags)


CASES = {
    "fis-template": Case(
        "fis-template", {**PLACE, "template": "EXTsearch"}, states, ("fis", "StopExperiment"),
        {**PLACE, "template": "EXTcheckout"}, "not made for search-api", prepare=_templates, wait=4,
    ),
}  # fmt: skip
