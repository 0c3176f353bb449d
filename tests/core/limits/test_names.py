"""Names under which uses are counted."""

from __future__ import annotations

import pytest

from core.limits.names import HiddenNames, counted_address


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("unknown, x", "unknown"),
        ("", "unknown"),
    ],
)
def test_an_address_is_counted_as_who_holds_it(host: str, counted: str) -> None:
    assert counted_address(host) == counted


def test_a_name_is_told_again_with_the_same_secret_only() -> None:
    name = HiddenNames("secret").of("chat", "address 203.0.113.7")
    assert HiddenNames("secret").of("chat", "address 203.0.113.7") == name
    others = {
        HiddenNames("other").of("chat", "address 203.0.113.7"),
        HiddenNames("secret").of("search", "address 203.0.113.7"),
        HiddenNames("secret").of("chat", "address 203.0.113.8"),
    }
    assert len(others - {name}) == 3
    assert "203.0.113" not in name
