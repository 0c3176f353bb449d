"""Passwords: which are good enough, and how they are kept (Argon2id)."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from core.errors import BadInput
from core.text.normalise import fold

LEAST, MOST = 12, 128
_FEWEST_DIFFERENT = 5
# 19 MiB and two passes, the least that OWASP's password storage cheat sheet names for Argon2id.
_MEMORY_KIB, _PASSES, _LANES = 19 * 1024, 2, 1


def check_password(login: str, password: str) -> None:
    """Makes sure that a password is worth having.

    Raises:
        BadInput: It is not; the public message says why.
    """
    if not LEAST <= len(password) <= MOST:
        raise _weak(f"密码需要 {LEAST} 到 {MOST} 个字符。")
    if len(set(password)) < _FEWEST_DIFFERENT:
        raise _weak("密码里不同的字符太少。")
    if fold(login) in fold(password):
        raise _weak("密码里不能含有登录名。")


def hashed(password: str) -> str:
    """What is kept of a password, in the PHC string format."""
    kdf = Argon2id(
        salt=secrets.token_bytes(16), length=32, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB
    )
    return str(kdf.derive_phc_encoded(password.encode()))


def matches(password: str, kept: str) -> bool:
    """Whether it is the password; takes as long either way."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), kept)
    except InvalidKey:
        return False
    return True


def _weak(message: str) -> BadInput:
    return BadInput("weak password", public_message=message)
