"""The portal as a plugin of itself: its own navigation, jobs and search go through the same registries."""

from __future__ import annotations

from django.db.models.signals import post_migrate

from portal.plugins import PluginConfig


class PortalConfig(PluginConfig):
    """The shell."""

    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Load `portal.plugin`, the system checks, and keep the schedules of all jobs in step with the registry."""
        # Celery is imported here and not in portal/__init__: the sandbox and the launcher live without it.
        from portal import celery, checks  # noqa: F401 shared tasks find the app; system checks register
        from portal.jobs.queue import sync_schedules

        super().ready()
        post_migrate.connect(sync_schedules, dispatch_uid="portal.sync_schedules")
