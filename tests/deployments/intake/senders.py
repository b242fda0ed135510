"""How each sender signs what it sends, for tests: keys and certificates of our own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone

from deployments.intake.senders import manage
from deployments.intake.senders.sns import canonical
from deployments.models import HookSender, SigningCertificate

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.json"))
TOPIC = "arn:aws:sns:eu-west-1:111111111111:deployments"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"


def example(name: str) -> dict[str, Any]:
    """A recorded example: door, headers, body, and what is expected of it."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "examples" / f"{name}.json").read_text())
    return found


def make_sender(admin: Any, dialect: str, scheme: str = "", **fields: Any) -> tuple[HookSender, str]:
    """A sender that may report for everything, and its secret."""
    topics = {"topics": [TOPIC]} if dialect == "sns" else {}
    values = {"name": f"{dialect}-main", "dialect": dialect, "everything": True, **topics, **fields}
    return manage.create(values, admin, scheme=scheme)


def signed(dialect: str, secret: str, body: bytes, *, standard: bool = False, age: int = 0) -> dict[str, str]:
    """The headers that prove the sender."""
    if dialect == "github":
        return {"x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    if dialect == "gitlab" and standard:
        stamp = str(int(timezone.now().timestamp()) - age)
        text = f"msg_1.{stamp}.".encode() + body
        mark = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
        return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{mark}"}
    if dialect == "gitlab":
        return {"x-gitlab-token": secret}
    return {"authorization": f"Bearer {secret}"} if dialect != "sns" else {}


@cache
def key() -> rsa.RSAPrivateKey:
    """A key to sign with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(*, days: int = 30, store: bool = True) -> str:
    """A certificate over the key, as if a job had fetched it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = timezone.now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key().public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days)).sign(key(), hashes.SHA256())
    )  # fmt: skip
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    if store:
        SigningCertificate.objects.update_or_create(url=CERTIFICATE_URL, defaults={"pem": pem})
    return pem


def sns_body(body: dict[str, Any], **fields: Any) -> bytes:
    """A message of SNS with its signature, version 2."""
    said = {**body, "SignatureVersion": "2", "SigningCertURL": CERTIFICATE_URL, **fields}
    algorithm = hashes.SHA1() if said["SignatureVersion"] == "1" else hashes.SHA256()  # noqa: S303
    mark = key().sign(canonical(said, said["Type"]), padding.PKCS1v15(), algorithm)
    return json.dumps({"Signature": base64.b64encode(mark).decode(), **said}).encode()


def post(client: Any, door: str, body: bytes, headers: dict[str, str]) -> Any:
    """Send it as a sender would."""
    path = "/api/v1/events/" if door == "events" else f"/api/v1/hooks/{door}/"
    named = {name: value for name, value in headers.items() if name != "content-type"}
    return client.generic("POST", path, body, content_type=headers["content-type"], headers=named)
