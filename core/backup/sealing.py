"""Seals secrets under a passphrase: the adapter of cryptography (scrypt, AES-256-GCM)."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from typing import Annotated, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import BadInput

# 128 MiB and some tenths of a second for each guess.
_COST: Final = 2**17
_BLOCK: Final = 8
_KEY_BYTES: Final = 32
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_LABEL: Final = b"weizheng keys 1"
MIN_PASSPHRASE: Final = 12


class _Sealed(BaseModel):
    """The stored form; costs are bounded, so that no file can make us work for hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kdf: Annotated[str, Field(pattern="^scrypt$")]
    cipher: Annotated[str, Field(pattern="^aes-256-gcm$")]
    n: Annotated[int, Field(ge=2**14, le=2**20)]
    r: Annotated[int, Field(ge=1, le=16)]
    p: Annotated[int, Field(ge=1, le=4)]
    salt: str
    nonce: str
    text: str


def check_passphrase(passphrase: str) -> None:
    """Refuses one that is soon guessed.

    Raises:
        BadInput: It is too short.
    """
    if len(passphrase) < MIN_PASSPHRASE:
        raise BadInput(
            f"the passphrase has {len(passphrase)} characters, at least {MIN_PASSPHRASE} are needed."
            " 口令太短。"
        )


def seal(text: bytes, passphrase: str) -> bytes:
    """The text encrypted and authenticated."""
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    key = Scrypt(salt=salt, length=_KEY_BYTES, n=_COST, r=_BLOCK, p=1).derive(passphrase.encode())
    sealed = _Sealed(
        kdf="scrypt",
        cipher="aes-256-gcm",
        n=_COST,
        r=_BLOCK,
        p=1,
        salt=b64encode(salt).decode(),
        nonce=b64encode(nonce).decode(),
        text=b64encode(AESGCM(key).encrypt(nonce, text, _LABEL)).decode(),
    )
    return sealed.model_dump_json().encode()


def unseal(sealed: bytes, passphrase: str) -> bytes:
    """The text again.

    Raises:
        BadInput: The passphrase is another one, or the sealed text was changed.
    """
    try:
        found = _Sealed.model_validate_json(sealed)
        salt, nonce, text = (b64decode(one, validate=True) for one in (found.salt, found.nonce, found.text))
        key = Scrypt(salt=salt, length=_KEY_BYTES, n=found.n, r=found.r, p=found.p)
        return AESGCM(key.derive(passphrase.encode())).decrypt(nonce, text, _LABEL)
    except InvalidTag:
        raise BadInput("the passphrase is not that of this backup's keys. 口令不正确。") from None
    except (ValidationError, ValueError):
        raise BadInput("the sealed keys in the backup cannot be read. 备份中的密钥无法读取。") from None
