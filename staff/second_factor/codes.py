"""Codes that change with the time, RFC 6238 as authenticator apps expect it: the adapter of pyotp."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pyotp import TOTP, OTPVerificationError, random_base32

# Steps before and after that of this moment: a telephone's clock is rarely exact.
_WINDOW: Final = 1


def new_secret() -> str:
    """160 random bits in base32, as many as the hash has and RFC 4226 recommends."""
    return random_base32()


def accepted_step(secret: str, typed: str, now: datetime) -> int | None:
    """The time step whose code this is, at most one away from that of this moment; None where it is no code.

    Args:
        typed: With or without blanks between the digits, which may be full-width.
        now: The instant, aware.
    """
    try:
        return TOTP(secret).verify_and_get_timecode(
            "".join(typed.split()), for_time=now, valid_window=_WINDOW
        )
    except OTPVerificationError:
        return None


def address(secret: str, login: str, issuer: str) -> str:
    """The `otpauth:` address that an app reads from a QR code."""
    return TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def in_groups(secret: str) -> str:
    """The secret as somebody types it off a page."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
