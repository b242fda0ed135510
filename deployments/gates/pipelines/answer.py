"""Answer a manual approval of a pipeline: a page or REST only asks for it, a worker talks to AWS."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from deployments.gates.errors import Conflict, Wrong
from deployments.gates.pipelines import observe, policies
from deployments.models import Pipeline
from portal.access import audit
from portal.aws import codepipeline_control
from portal.aws.errors import AwsError
from portal.jobs import queue
from portal.jobs.context import JobContext
from portal.jobs.models import Run
from portal.plugins import Job

KEY = "deployments.pipeline-approval"
VERDICTS = ("approve", "reject")


def ask(pipeline: Pipeline, stage: str, action: str, verdict: str, reason: str, by: Any) -> Run:
    """Ask a worker to approve or reject the run that waits there as far as is known. Raises PermissionDenied, Wrong or
    Conflict."""
    policies.require(by, pipeline.owner_ref)
    if verdict not in VERDICTS:
        raise Wrong("verdict", f"The verdict is one of {', '.join(VERDICTS)}.")
    if verdict == "reject" and not reason.strip():
        raise Wrong("reason", "Say why it is rejected: whoever released it reads it.")
    found = [one for row in pipeline.stages if row["name"] == stage for one in row["approvals"]]
    waits = next((one for one in found if one["action"] == action), None)
    if waits is None:
        raise Conflict(
            f"Nothing waits for {action[:100] or 'an approval'} there, as far as was seen: look again in a minute."
        )
    args = {
        "pipeline": pipeline.pk, "stage": stage, "action": action, "execution": waits["execution"],
        "verdict": verdict, "reason": reason.strip()[:400], "by": by.get_username(),
    }  # fmt: skip
    with transaction.atomic():
        audit.record(by, f"pipeline.{verdict}-asked", pipeline.owner, severity="high", about=args)
        return queue.enqueue(KEY, args, by=by.get_username(), unique=f"{pipeline.pk}:{waits['execution']}:{action}")


def latest(pipeline: Pipeline) -> Run | None:
    """The newest answer that was asked for within an hour: whether it has reached AWS, or why not."""
    since = timezone.now() - timedelta(hours=1)
    return (
        Run.objects.filter(job=KEY, unique__startswith=f"{pipeline.pk}:", created_at__gt=since).order_by("-id").first()
    )


def run(context: JobContext) -> dict[str, Any]:
    """Give the answer to AWS; an approval that was answered meanwhile, or a refusal of AWS, ends the run with its sentence."""
    args = context.args
    pipeline = Pipeline.objects.select_related("service").get(pk=args["pipeline"])
    where = (pipeline.account, pipeline.region, pipeline.name, args["stage"], args["action"])
    summary = f"{args['by']}: {args['reason']}" if args["reason"] else f"{args['by']} in Colonnade"
    try:
        codepipeline_control.answer(
            *where, execution=args["execution"], approve=args["verdict"] == "approve", summary=summary
        )
    except AwsError as error:
        audit.record(
            args["by"], f"pipeline.{args['verdict']}-failed", pipeline.owner, severity="medium", why=str(error)
        )
        raise
    audit.record(args["by"], f"pipeline.{args['verdict']}", pipeline.owner, severity="high", about=args)
    observe.again(pipeline)
    return {"answered": args["verdict"]}


JOB = Job(KEY, "Answer the approval of a pipeline", run, keep=50)
