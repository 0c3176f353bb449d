"""Recovery codes: for whoever has lost the telephone."""

from __future__ import annotations

import secrets
from base64 import b32encode
from hashlib import sha256
from typing import Final

from core.text.normalise import fold

COUNT: Final = 10
_BYTES: Final = 10


def new_codes() -> list[str]:
    """Ten codes of 80 random bits each, in groups of four."""
    return [_grouped(b32encode(secrets.token_bytes(_BYTES)).decode().lower()) for _ in range(COUNT)]


def digest_of(account_id: int, typed: str) -> str:
    """What is kept of a code, however its letters and gaps are written.

    Nobody can try 80 random bits, so that a slow hash would add nothing.
    """
    plain = "".join(one for one in fold(typed) if one.isalnum())
    return sha256(f"{account_id} {plain}".encode()).hexdigest()


def _grouped(code: str) -> str:
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
