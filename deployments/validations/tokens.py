"""The tokens by which tests answer. Only their hash is kept; a token can be made again from its test's key, so that a message
that may have been lost can be sent once more as it was."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

SALT = "deployments.post-test"


def token_of(key: str) -> str:
    """The token of the test with this key: 43 characters that nobody can guess without the portal's secret."""
    return urlsafe_b64encode(salted_hmac(SALT, key, algorithm="sha256").digest()).decode().rstrip("=")


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def callback_of(key: str) -> str:
    """Where the test with this key answers; "" where the portal does not know its own address (PUBLIC_URL)."""
    base = settings.PUBLIC_URL.rstrip("/")
    return f"{base}{reverse('api-post-test-answer', args=[token_of(key)])}" if base else ""
