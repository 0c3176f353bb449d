"""Seals secrets of second factors under the installation's key: the adapter of cryptography (AES-256-GCM)."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import WeizhengError

_NONCE_BYTES: Final = 12
_LABEL: Final = b"weizheng second factor 1"


class Unreadable(WeizhengError):
    """The secret was sealed under another key, or was changed."""

    code = "unreadable_second_factor"


class SecretBox:
    """Seals and opens; what is sealed for one account opens for no other.

    Args:
        key: The installation's key.
        previous: The one before its last rotation, for opening only; empty where there is none.
    """

    def __init__(self, key: str, previous: str = "") -> None:
        self._ciphers = [_cipher(one) for one in (key, previous) if one]

    def seal(self, account_id: int, secret: str) -> str:
        """The secret as it is kept."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, secret.encode(), _bound_to(account_id))
        return b64encode(nonce + sealed).decode()

    def open(self, account_id: int, sealed: str) -> str:
        """The secret again.

        Raises:
            Unreadable: It is of another installation, another account, or no secret.
        """
        try:
            kept = b64decode(sealed, validate=True)
        except ValueError:
            raise Unreadable("no sealed secret") from None
        for cipher in self._ciphers:
            try:
                secret = cipher.decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], _bound_to(account_id))
            except (InvalidTag, ValueError):
                continue
            return secret.decode()
        raise Unreadable("sealed under another key")


def _cipher(key: str) -> AESGCM:
    return AESGCM(hmac.digest(key.encode(), _LABEL, "sha256"))


def _bound_to(account_id: int) -> bytes:
    return _LABEL + b" " + str(account_id).encode()
