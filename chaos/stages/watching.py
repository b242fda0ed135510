"""Is the fault still what was asked for? Engines that run on their own, such as AWS FIS, may have stopped or failed it."""

from __future__ import annotations

import logging

from chaos.faults.registry import faults
from portal.aws.errors import AwsError
from portal.changes.models import Change

logger = logging.getLogger(__name__)


def watched(change: Change) -> str:
    """Why the fault of this change is over before its time, or "". An engine that does not answer is asked again later."""
    fault = next((one for one in faults.items() if one.kind == change.kind), None)
    if fault is None:
        return ""
    try:
        return fault.watch(change.target)
    except (AwsError, ValueError) as error:
        logger.warning("change %s could not be watched: %s", change.pk, error)
        return ""
