"""The Celery app. A message is only a doorbell: what is to be done stands in the database (portal.jobs)."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery

import portal.broker  # noqa: F401 replaces the filesystem transport

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app: Any = Celery("colonnade")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
