"""Services with one function each and an experiment that switches it off, for programs of their own.

`python -m benchmarks.chaos_fleet prepare N` · `start SLUG…` · `abort RUN` · `halt` · `clear`; each prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import django

ACCOUNT, REGION = "111111111111", "us-east-1"
OBSERVE = 20
CALLS = {
    "look": r"GET lambda /2019-09-30/functions/[^/]+/concurrency",
    "apply": r"PUT lambda /2017-10-31/functions/[^/]+/concurrency",
    "undo": r"DELETE lambda /2017-10-31/functions/[^/]+/concurrency",
    "measure": r" cloudwatch ",
}
"""How a gate names what an experiment does."""
HYPOTHESIS: dict[str, Any] = {
    "sentence": "Nobody sees an error.",
    "probes": [
        {
            "key": "errors", "title": "Errors", "unit": "errors", "window": 30, "period": 10,
            "metric": {"namespace": "Bench", "name": "Errors", "statistic": "Sum", "missing": "zero"},
            "tolerance": {"at_most": 5},
        }
    ],
}  # fmt: skip


def own_client(endpoint: str) -> Any:
    """boto3 as the account's owner would use it: client("lambda"), client("iam")."""
    import boto3

    keys: dict[str, Any] = {"endpoint_url": endpoint, "region_name": REGION}
    first = boto3.client("sts", aws_access_key_id="bench", aws_secret_access_key="bench", **keys)  # noqa: S106
    got = first.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/bench", RoleSessionName="bench")["Credentials"]
    keys |= {"aws_access_key_id": got["AccessKeyId"], "aws_secret_access_key": got["SecretAccessKey"]}
    keys |= {"aws_session_token": got["SessionToken"]}
    return lambda service: boto3.client(service, **keys)


def make_functions(endpoint: str, count: int) -> None:
    """The functions in an embedded AWS, as somebody else would have made them."""
    client = own_client(endpoint)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = client("iam").create_role(RoleName="bench", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for number in range(count):
        code = {"Runtime": "python3.13", "Handler": "a.b", "Role": role, "Code": {"ZipFile": b"1"}}
        client("lambda").create_function(FunctionName=f"bench-{number}", **code)


def prepare(count: int) -> dict[str, Any]:
    """The account, the services with their facts, and an experiment on each. Answers the slugs."""
    from chaos import experiments
    from portal.aws.models import Account
    from portal.jobs.queue import sync_schedules
    from services import facts
    from services.models import Entity

    roles = {f"{role}_role_arn": f"arn:aws:iam::{ACCOUNT}:role/colonnade-{role}" for role in ("read", "chaos")}
    Account.objects.get_or_create(account_id=ACCOUNT, defaults={"name": "bench", "regions": [REGION], **roles})
    sync_schedules()
    slugs = []
    for number in range(count):
        name = f"bench-{number}"
        entity = Entity.objects.create(
            kind="component", namespace="default", name=name, title=name, type="service", lifecycle="experimental",
            source="bench", owner_ref="group:default/bench", data={},
        )  # fmt: skip
        item = {"account": ACCOUNT, "region": REGION, "name": name}
        facts.publish(entity, "aws.lambda", {"items": [item]}, source="bench")
        slugs.append(experiments.create(entity, fields(name), "bench").slug)
    return {"slugs": slugs}


def fields(function: str) -> dict[str, Any]:
    """The experiment on one function."""
    where = {"account": ACCOUNT, "region": REGION, "function": function}
    return {
        "title": "Off", "hypothesis": HYPOTHESIS, "fault": "lambda-concurrency-zero", "arguments": where,
        "observe_seconds": OBSERVE, "max_seconds": 300, "recover_seconds": 30,
    }  # fmt: skip


def start(*slugs: str) -> dict[str, Any]:
    """A run of each now, as "run now" on the page does. Answers their ids."""
    from django.utils import timezone

    from chaos import start as starting
    from chaos.models import Experiment

    chosen = [Experiment.objects.select_related("service").get(slug=slug) for slug in slugs]
    runs = [starting.create(experiment, timezone.now(), by="bench") for experiment in chosen]
    return {"runs": [run.pk for run in runs if run]}


def abort(run: str) -> dict[str, Any]:
    """What the abort button does."""
    from chaos import start as starting
    from chaos.models import ExperimentRun

    return {"asked": starting.abort(ExperimentRun.objects.get(pk=int(run)), operator())}


def halt() -> dict[str, Any]:
    """What the kill switch does."""
    from chaos import halts

    return {"halt": halts.halt(operator(), "The benchmark halts.").pk}


def clear() -> dict[str, Any]:
    """Clear it."""
    from chaos import halts

    return {"cleared": halts.clear(operator(), "The benchmark goes on.")}


def operator() -> Any:
    """A user who may do all of it."""
    from django.contrib.auth.models import User

    from portal.access.models import Grant

    user, _ = User.objects.get_or_create(username="bench")
    Grant.objects.get_or_create(user=user, role="admin", team_ref="")
    return user


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    verb, *rest = sys.argv[1:]
    acts: dict[str, Any] = {"start": start, "abort": abort, "halt": halt, "clear": clear}
    print(json.dumps(prepare(int(rest[0])) if verb == "prepare" else acts[verb](*rest)))
