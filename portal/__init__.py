"""The shell of Colonnade: plugin contract, jobs, armed changes, access, audit and AWS."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
