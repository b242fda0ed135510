"""Amazon SNS: messages signed with a certificate of AWS, from topics on the list; and the confirmation of a subscription.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html. The certificate is fetched by a job: the first
message that is signed with a new one is answered 503, and SNS sends it again.
"""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils import timezone

from deployments.intake.reading import Fields, object_of
from deployments.intake.record import Message
from deployments.intake.senders.signatures import Unproven
from deployments.models import HookSender, SigningCertificate
from deployments.models.senders import SNS
from portal.jobs import queue

HOST = re.compile(r"^sns\.([a-z0-9-]{5,30})\.amazonaws\.com(\.cn)?$")
CERTIFICATE = re.compile(r"^/SimpleNotificationService-[0-9a-zA-Z]{8,64}\.pem$")
TOPIC = re.compile(r"^arn:aws[a-z-]*:sns:([a-z0-9-]{5,30}):\d{12}:[A-Za-z0-9_.-]{1,256}$")
NOTIFICATION, CONFIRMATION, GOODBYE = "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    GOODBYE: ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
DIGESTS: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 version 1 is SNS's default
FETCH_CERTIFICATE, CONFIRM = "deployments.sns_certificate", "deployments.sns_confirm"


class NotYet(Exception):
    """503: the certificate is being fetched; send the message again in a moment."""


def address_of(url: str, topic: str) -> str:
    """The host of an address of SNS in the topic's region. Raises Unproven for every other address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Unproven("The address in the message is malformed.") from error
    match, place = HOST.match(host), TOPIC.match(topic)
    plain = not (parts.username or parts.password or parts.fragment) and port in (None, 443)
    if parts.scheme != "https" or match is None or place is None or match[1] != place[1] or not plain:
        raise Unproven("The address in the message must be one of SNS under amazonaws.com, in the topic's region.")
    return host


def sender_of(message: Message) -> tuple[HookSender, str]:
    """The sender whose topic it is, and the type of the message. Raises Unproven, NotYet, Refusal."""
    body = object_of(message)
    kind, topic = body.text("Type", required=True), body.text("TopicArn", required=True)
    sender = next((row for row in HookSender.objects.filter(dialect=SNS, enabled=True) if topic in row.topics), None)
    if sender is None:
        raise Unproven("The topic is not on the list of a sender: an admin adds it (Deployments, Senders).")
    if kind not in SIGNED:
        raise Unproven(f"The type {kind[:40]!r} is none of SNS's.")
    _check(body, kind, _certificate(body.text("SigningCertURL", limit=300, required=True), topic))
    return sender, kind


def confirm(message: Message) -> None:
    """Ask a job to confirm the subscription: never within the request, and only at an address of SNS. Raises Unproven."""
    body = object_of(message)
    url, topic = body.text("SubscribeURL", limit=2_000, required=True), body.text("TopicArn", required=True)
    address_of(url, topic)
    queue.enqueue(CONFIRM, {"url": url, "topic": topic}, by="sns", unique=topic[:100])


def _certificate(url: str, topic: str) -> x509.Certificate:
    address_of(url, topic)
    if not CERTIFICATE.match(urlsplit(url).path) or urlsplit(url).query:
        raise Unproven("SigningCertURL is not the address of a certificate of SNS.")
    row = SigningCertificate.objects.filter(url=url).first()
    if row is None:
        queue.enqueue(FETCH_CERTIFICATE, {"url": url}, by="sns", unique=url[-100:])
        raise NotYet("The certificate that signed this is being fetched: send the message again.")
    found = x509.load_pem_x509_certificate(row.pem.encode())
    now = timezone.now()
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise Unproven("The certificate that signed this is out of date.")
    return found


def _check(body: Fields, kind: str, certificate: x509.Certificate) -> None:
    key, algorithm = certificate.public_key(), DIGESTS.get(body.text("SignatureVersion"))
    if algorithm is None or not isinstance(key, rsa.RSAPublicKey):
        raise Unproven("Only the signature versions 1 and 2 of SNS are known.")
    try:
        signature = base64.b64decode(body.text("Signature", limit=2_000), validate=True)
        key.verify(signature, canonical(body.data, kind), padding.PKCS1v15(), algorithm)
    except (InvalidSignature, binascii.Error) as error:
        raise Unproven("The signature does not fit the message.") from error


def canonical(data: object, kind: str) -> bytes:
    """The text that SNS signs: the names and values of the signed fields that are there, a line each."""
    fields = data if isinstance(data, dict) else {}
    said = [(name, fields[name]) for name in SIGNED[kind] if isinstance(fields.get(name), str)]
    return "".join(f"{name}\n{value}\n" for name, value in said).encode()
