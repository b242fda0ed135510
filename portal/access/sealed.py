"""Secrets that must be known again, such as those that signatures are checked with: sealed with keys made from SECRET_KEY.

Fernet (AES-128-CBC with HMAC-SHA256) of the package `cryptography`. To change SECRET_KEY put the old one into
SECRET_KEY_FALLBACKS: what was sealed with it opens still, and is sealed anew when it is written next.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unsealable(Exception):
    """The secret was sealed with a key that is not known any more: make a new one."""


def seal(text: str) -> str:
    """The text in a form that only this portal can open."""
    return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again. Raises Unsealable."""
    try:
        return _box(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unsealable("The secret was sealed with another SECRET_KEY: rotate it.") from error


@lru_cache(maxsize=8)
def _box(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    """32 bytes for Fernet, of no use for anything else that SECRET_KEY protects."""
    made = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"colonnade sealed secrets").derive(key.encode())
    return base64.urlsafe_b64encode(made)
