"""AWS Fault Injection Service: templates, and experiments that are started from them.

The portal never writes a template: it starts those that the account's owner has made and tagged for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.aws import session
from portal.aws.errors import aws_errors
from portal.aws.paging import pages

OVER = ("completed", "stopped", "failed", "cancelled")


@dataclass(frozen=True)
class Template:
    """One template. `data` is its JSON as AWS writes it: targets, actions, stopConditions, experimentOptions."""

    id: str
    arn: str
    description: str
    tags: Mapping[str, str]
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Experiment:
    """One experiment. `status` is pending, initiating, running, completed, stopping, stopped, failed or cancelled.

    `reason` is AWS's sentence, with the code of the error where there is one.
    """

    id: str
    template: str
    status: str
    reason: str
    tags: Mapping[str, str]
    created_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended, post-actions included."""
        return self.status in OVER


def template_ids(account: str, region: str) -> list[str]:
    """Ids of all templates. Raises AwsError."""
    with aws_errors("fis:ListExperimentTemplates", account, region):
        rows = pages(_reader(account, region), "list_experiment_templates", "experimentTemplates")
        return [str(row["id"]) for row in rows]


def template(account: str, region: str, identifier: str) -> Template:
    """One template. Raises AwsError, AwsNotFound where there is none."""
    with aws_errors("fis:GetExperimentTemplate", account, region):
        row = _reader(account, region).get_experiment_template(id=identifier)["experimentTemplate"]
    kept = {key: row.get(key) for key in ("targets", "actions", "stopConditions", "experimentOptions", "roleArn")}
    data = {"description": row.get("description", ""), **{key: value for key, value in kept.items() if value}}
    return Template(row["id"], row.get("arn", ""), row.get("description", ""), row.get("tags") or {}, data)


def start(account: str, region: str, identifier: str, token: str, tags: Mapping[str, str]) -> Experiment:
    """Start an experiment; the same token (at most 1,024 characters) always answers the same one. Raises AwsError."""
    with aws_errors("fis:StartExperiment", account, region):
        row = _actor(account, region).start_experiment(
            clientToken=token, experimentTemplateId=identifier, tags=dict(tags)
        )
    return _experiment(row["experiment"])


def stop(account: str, region: str, identifier: str) -> Experiment:
    """Ask an experiment to stop; its post-actions are done first, so that it is "stopping" for a while. Raises AwsError."""
    with aws_errors("fis:StopExperiment", account, region):
        return _experiment(_actor(account, region).stop_experiment(id=identifier)["experiment"])


def experiment(account: str, region: str, identifier: str) -> Experiment:
    """One experiment as it is now. Raises AwsError."""
    with aws_errors("fis:GetExperiment", account, region):
        return _experiment(_reader(account, region).get_experiment(id=identifier)["experiment"])


def experiments(account: str, region: str, of_template: str) -> list[Experiment]:
    """All experiments that were started from a template. Raises AwsError."""
    with aws_errors("fis:ListExperiments", account, region):
        client = _reader(account, region)
        rows = pages(client, "list_experiments", "experiments", experimentTemplateId=of_template)
        return [_experiment(row) for row in rows]


def _experiment(row: Mapping[str, Any]) -> Experiment:
    state = row.get("state") or {}
    code = (state.get("error") or {}).get("code", "")
    reason = f"{state.get('reason', '')} ({code})" if code else state.get("reason", "")
    return Experiment(
        row["id"], row.get("experimentTemplateId", ""), state.get("status", "pending"), reason,
        row.get("tags") or {}, row.get("creationTime"),
    )  # fmt: skip


def _reader(account: str, region: str) -> Any:
    return session.client(account, region, "fis", role="read", purpose="chaos")


def _actor(account: str, region: str) -> Any:
    return session.client(account, region, "fis", role="chaos", purpose="chaos")
