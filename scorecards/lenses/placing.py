"""Bringing a lens and a workload into the AWS Well-Architected Tool, so that there is something to sync with.

Each step is committed before the next, and each request carries a token made of what it is about: a sync that died is
taken up where it stopped and makes nothing twice.
"""

from __future__ import annotations

import json
import uuid

from portal.access import audit
from portal.aws import wellarchitected as tool
from portal.aws.wellarchitected import Place
from scorecards.engine.lens import reading
from scorecards.models import LensCopy, LensVersion, WorkloadLink

NAMES = uuid.UUID("5f0a3b52-6c0f-4f4e-9d31-3a7f0c2f8a11")


class Waiting(Exception):
    """AWS has not taken in the lens yet; ask again in a while."""


class Refused(Exception):
    """The two sides do not fit; the message says what a person has to do."""


def token(*about: object) -> str:
    """A request token that is the same for the same act."""
    return str(uuid.uuid5(NAMES, "/".join(map(str, about))))


def ensure(link: WorkloadLink) -> None:
    """The lens is published and the workload is there, under this version. Raises Waiting, Refused and AwsError."""
    place, version = Place(link.account_id, link.region), link.review.lens_version
    copy = _lens(place, version)
    if not link.workload_id:
        _workload(link, place, copy.arn)
    elif not link.lens_arn:
        _join(link, place, copy.arn)
    if tool.review_version(place, link.workload_id, link.lens_arn) != copy.aws_version:
        name = f"Before lens version {copy.aws_version}"
        made = token("upgrade", link.workload_id, copy.aws_version)
        tool.upgrade_review(place, link.workload_id, link.lens_arn, name, made)


def _lens(place: Place, version: LensVersion) -> LensCopy:
    copy = LensCopy.objects.filter(lens=version.lens, account_id=place.account, region=place.region).first()
    if copy is not None and copy.aws_version:
        held = copy.version
        if held.pk == version.pk:
            return copy
        if held.number > version.number:
            raise Refused(
                f"AWS has version {held.number} of the lens already, this review uses version {version.number}: "
                "move the review to the newer version first."
            )
    text = json.dumps(reading.read(version.document), ensure_ascii=False, separators=(",", ":"))
    about = (place.account, place.region, version.lens.key, version.sha)
    taken = tool.import_lens(place, text, token("import", *about), copy.arn if copy else "")
    if copy is None:
        copy = LensCopy.objects.create(
            lens=version.lens,
            account_id=place.account,
            region=place.region,
            arn=taken.arn,
            version=version,
            aws_version="",
        )
    if taken.status == tool.ERROR:
        raise Refused("AWS could not take in the lens: look at it in the console of the Well-Architected Tool.")
    if taken.status == tool.IN_PROGRESS and taken.arn not in {row.arn for row in tool.lenses(place, "DRAFT")}:
        raise Waiting("AWS is still taking in the lens.")
    copy.aws_version = tool.publish_lens(place, copy.arn, f"{version.number}.0", token("publish", *about))
    copy.version = version
    copy.save()
    audit.record(
        "AWS tool", "scorecards.lens.copy", version.lens.key, severity="medium", version=version.number, arn=copy.arn
    )
    return copy


def _join(link: WorkloadLink, place: Place, arn: str) -> None:
    """A workload that was there before: put it under the lens."""
    if arn not in tool.workload_lenses(place, link.workload_id):
        tool.add_lens(place, link.workload_id, arn)
        audit.record(
            "AWS tool", "scorecards.workload.add-lens", link.review.entity.ref, severity="medium", account=place.account,
            region=place.region, workload=link.workload_id,
        )  # fmt: skip
    link.lens_arn = arn
    link.save(update_fields=["lens_arn"])


def _workload(link: WorkloadLink, place: Place, arn: str) -> None:
    entity = link.review.entity
    name = f"{entity.label} ({entity.ref})"[:100]
    about = (entity.description.strip() or f"Reviewed in Colonnade as {entity.ref}.")[:250]
    if len(about) < 3:
        about = f"{about}: {entity.ref}"[:250]
    link.workload_id = tool.create_workload(
        place, name, about, production=entity.lifecycle == "production", arn=arn,
        token=token("workload", place.account, place.region, link.review_id, link.pk),
    )  # fmt: skip
    link.lens_arn = arn
    link.save(update_fields=["workload_id", "lens_arn"])
    audit.record(
        "AWS tool", "scorecards.workload.create", entity.ref, severity="medium", account=place.account,
        region=place.region, workload=link.workload_id,
    )  # fmt: skip
