"""What SNS asks for outside of a request: fetch a certificate, confirm a subscription. Only at addresses of SNS."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from cryptography import x509

from deployments.intake.senders.signatures import Unproven
from deployments.intake.senders.sns import CERTIFICATE, CONFIRM, FETCH_CERTIFICATE, HOST, address_of
from deployments.models import HookSender, SigningCertificate
from deployments.models.senders import SNS
from portal.access import audit
from portal.jobs.context import JobContext
from portal.plugins import Job
from services.descriptors import Problem
from services.descriptors.fetching import fetch


def fetch_certificate(context: JobContext) -> dict[str, Any]:
    """Fetch the certificate at `url`, if it is one of SNS, and keep it. Raises Problem for what cannot be read."""
    url = str(context.args["url"])
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not HOST.match(host) or not CERTIFICATE.match(parts.path):
        raise Problem("It is not the address of a certificate of SNS.", "Nothing is fetched.")
    pem = (fetch(url, [host]).body or b"").decode("ascii", "replace")
    try:
        x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise Problem("It is not a certificate.", "Wait for SNS to send again.") from error
    SigningCertificate.objects.update_or_create(url=url, defaults={"pem": pem})
    return {"host": host}


def confirm(context: JobContext) -> dict[str, Any]:
    """Confirm a subscription, if its topic is still on the list of a sender."""
    url, topic = str(context.args["url"]), str(context.args["topic"])
    sender = next((row for row in HookSender.objects.filter(dialect=SNS, enabled=True) if topic in row.topics), None)
    if sender is None:
        raise Problem("The topic is on no sender's list any more.", "Add it, and subscribe again.")
    try:
        host = address_of(url, topic)
    except Unproven as error:
        raise Problem(str(error), "Nothing is confirmed.") from error
    fetch(url, [host])
    audit.record("sns", "sender.subscribe", f"sender:{sender.name}", severity="medium", topic=topic)
    return {"topic": topic}


JOBS = (
    Job(FETCH_CERTIFICATE, "Fetch a certificate of SNS", fetch_certificate, keep=20, max_attempts=3),
    Job(CONFIRM, "Confirm a subscription of SNS", confirm, keep=50, max_attempts=3),
)
