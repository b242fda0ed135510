"""How long the portal's own AWS keys last. Roles are assumed with them, so an undo needs them too."""

from __future__ import annotations

import os
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime


def ends_at() -> datetime | None:
    """When keys from the environment end (`AWS_CREDENTIAL_EXPIRATION`); None for keys that last or renew themselves.

    Roles of instances, tasks, pods and profiles are renewed by boto3. A time that cannot be read counts as over.
    """
    text = os.environ.get("AWS_CREDENTIAL_EXPIRATION", "")
    if settings.AWS_ENDPOINT_URL or not os.environ.get("AWS_ACCESS_KEY_ID") or not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        return timezone.now()
    return found if timezone.is_aware(found) else timezone.make_aware(found, timezone.get_default_timezone())
