"""The job `chaos.fis-templates`: which FIS templates each account has, stored with their age. Pages read the rows only."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from chaos.engine_models import FisTemplate
from chaos.faults.fis_template import ALLOWED
from portal.aws import fis
from portal.aws.errors import AwsError
from portal.aws.models import Account
from portal.jobs.context import JobContext

JOB = "chaos.fis-templates"


def run(context: JobContext) -> dict[str, Any]:
    """Read every enabled account and region. What cannot be read keeps its rows and their age, and is named."""
    found, failed = 0, list[str]()
    for account in Account.objects.filter(enabled=True):
        for region in account.regions:
            try:
                found += discover(account.account_id, region)
            except AwsError as error:
                failed.append(str(error)[:300])
    return {"templates": found, "failed": failed[:20]}


def discover(account: str, region: str) -> int:
    """Store the templates of one account and region, and forget those that are gone. Raises AwsError."""
    templates = [fis.template(account, region, identifier) for identifier in fis.template_ids(account, region)]
    now = timezone.now()
    for template in templates:
        FisTemplate.objects.update_or_create(
            account=account, region=region, template_id=template.id,
            defaults={
                "description": template.description[:600], "service": template.tags.get("service", "")[:200],
                "released": template.tags.get(ALLOWED[0]) == ALLOWED[1], "data": dict(template.data), "seen_at": now,
            },
        )  # fmt: skip
    FisTemplate.objects.filter(account=account, region=region, seen_at__lt=now).delete()
    return len(templates)
