"""Cookies over a rotation of their secret."""

from __future__ import annotations

from fastapi import Request, Response

from apps.portal.cookies import NAME, Cookies

FIRST, SECOND, THIRD = "a" * 32, "b" * 32, "c" * 32


def visit(cookie: str = "") -> Request:
    headers = [(b"cookie", f"{NAME}={cookie}".encode())] if cookie else []
    return Request(
        {"type": "http", "scheme": "http", "path": "/", "server": ("portal", 80), "headers": headers}
    )


def set_by(cookies: Cookies, conversation: str = "c1") -> str:
    response = Response()
    cookies.put(visit(), response, conversation)
    return response.headers["set-cookie"].partition(";")[0].partition("=")[2]


def test_a_cookie_outlives_one_rotation_and_not_two() -> None:
    old = set_by(Cookies(FIRST))
    assert Cookies(SECOND, FIRST).conversation(visit(old)) == "c1"
    assert Cookies(THIRD, SECOND).conversation(visit(old)) is None


def test_after_a_rotation_the_new_secret_signs() -> None:
    renewed = set_by(Cookies(SECOND, FIRST))
    assert Cookies(SECOND).conversation(visit(renewed)) == "c1"
    assert Cookies(FIRST).conversation(visit(renewed)) is None
