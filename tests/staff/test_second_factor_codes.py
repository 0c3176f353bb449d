"""Codes that change with the time, and how their secrets are sealed."""

from __future__ import annotations

from base64 import b32encode
from datetime import UTC, datetime, timedelta

import pytest
from pyotp import TOTP

from core.clock import FixedClock
from staff.second_factor.codes import accepted_step, address, new_secret
from staff.second_factor.sealing import SecretBox, Unreadable
from tests.staff.conftest import BOX

STEP = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    secret = b32encode(b"12345678901234567890").decode()
    now = datetime.fromtimestamp(at, UTC)
    # The vectors have eight digits, of which six are the last six.
    assert accepted_step(secret, code[-6:], now) == at // 30
    assert accepted_step(secret, f" {code[-6:-3]} {code[-3:]}", now) == at // 30
    wide = code[-6:].translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert accepted_step(secret, wide, now) == at // 30
    assert accepted_step(secret, code, now) is None


def test_a_code_is_good_one_step_early_or_late_and_no_more(clock: FixedClock) -> None:
    secret = b32encode(b"12345678901234567890").decode()
    now, step = clock.now(), int(clock.now().timestamp()) // 30
    found = [accepted_step(secret, TOTP(secret).at(now + steps * STEP), now) for steps in range(-2, 3)]
    assert found == [None, step - 1, step, step + 1, None]


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1" * 3000, "１２３", "\0", "-00001"])
def test_what_is_no_code_is_none(typed: str, clock: FixedClock) -> None:
    assert accepted_step(new_secret(), typed, clock.now()) is None


def test_an_app_is_told_secret_login_and_issuer() -> None:
    told = address("A" * 32, "li.editor", "示例市微政通")
    assert told.startswith("otpauth://totp/%E7%A4%BA")
    assert f":li.editor?secret={'A' * 32}&issuer=%E7" in told


def test_a_secret_opens_for_its_account_and_installation_only() -> None:
    sealed = BOX.seal(1, "SECRET")
    assert "SECRET" not in sealed
    assert sealed != BOX.seal(1, "SECRET")
    assert BOX.open(1, sealed) == "SECRET"
    assert SecretBox("a newer key", "the key of a test").open(1, sealed) == "SECRET"
    for box, account, text in (
        (BOX, 2, sealed),
        (SecretBox("another key of a test"), 1, sealed),
        (BOX, 1, sealed[:-8]),
        (BOX, 1, "no base64"),
        (BOX, 1, ""),
    ):
        with pytest.raises(Unreadable):
            box.open(account, text)
