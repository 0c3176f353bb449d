"""The second factor in the console: turned on and off, and half a session that sees nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pyotp import TOTP

from apps.console.guard import COOKIE, SET_UP, SIGN_IN
from apps.console.sign_in_routes import CODE, HALF_COOKIE
from core.clock import FixedClock
from tests.console.conftest import PASSWORD, Clerk
from tests.console.test_guard import GUARDED

Everything = Callable[[], dict[str, list[str]]]
Enter = Callable[[str], Any]
Open = Callable[[], Clerk]
NEXT = timedelta(seconds=30)


def code(secret: str, clock: FixedClock) -> dict[str, str]:
    return {"code": TOTP(secret).at(clock.now())}


async def set_up(clerk: Clerk, clock: FixedClock) -> tuple[str, list[str]]:
    """Turns it on; secret and recovery codes. The code of the moment after it is not used yet."""
    assert (await clerk.post(f"{SET_UP}/begin", {"password": PASSWORD})).headers["location"] == SET_UP
    page = (await clerk.get(SET_UP)).text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    done = await clerk.post(f"{SET_UP}/confirm", code(secret, clock))
    assert done.status_code == 200
    clock.move_to(clock.now() + NEXT)
    return secret, re.findall(r"<li><code>([a-z2-7-]+)</code>", done.text)


async def test_it_is_turned_on_used_and_turned_off(
    signed_in: Enter, browser: Open, clock: FixedClock
) -> None:
    clerk = await signed_in("li.editor")
    secret, recovery = await set_up(clerk, clock)
    assert len(recovery) == 10
    assert "还剩 10 个恢复码" in (await clerk.get(SET_UP)).text
    assert recovery[0] not in (await clerk.get(SET_UP)).text
    again = browser()
    answer = await again.post(SIGN_IN, {"login": "li.editor", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, CODE)
    assert COOKIE not in answer.cookies
    assert "动态码" in (await again.get(CODE)).text
    wrong = await again.post(CODE, {"code": "wrong"})
    assert wrong.status_code == 403
    assert "验证码不正确" in wrong.text
    inside = await again.post(CODE, code(secret, clock))
    assert (inside.status_code, inside.headers["location"]) == (303, "/")
    assert inside.cookies[COOKIE] != answer.cookies[HALF_COOKIE]
    assert "HttpOnly" in inside.headers["set-cookie"]
    assert HALF_COOKIE not in again.http.cookies, "and nothing is left of the half"
    assert (await again.get("/")).status_code == 200
    for path in ("codes", "off"):
        for password, typed in (("wrong password", recovery[0]), (PASSWORD, "wrong")):
            refused = await clerk.post(f"{SET_UP}/{path}", {"password": password, "code": typed})
            assert refused.status_code == 400
            assert "密码或验证码不正确" in refused.text
    both = {"password": PASSWORD, "code": recovery[1]}
    renewed = await clerk.post(f"{SET_UP}/codes", both)
    new = re.findall(r"<li><code>([a-z2-7-]+)</code>", renewed.text)
    assert len(new) == 10
    off = await clerk.post(f"{SET_UP}/off", {"password": PASSWORD, "code": new[0]})
    assert off.headers["location"] == f"{SET_UP}?done=remove"
    assert (await browser().sign_in("li.editor")).headers["location"] == "/"


async def test_begun_without_the_password_it_is_not(signed_in: Enter, everything: Everything) -> None:
    clerk = await signed_in("li.editor")
    before = everything()["second_factor"]
    answer = await clerk.post(f"{SET_UP}/begin", {"password": "wrong password"})
    assert answer.status_code == 400
    assert "密码不正确" in answer.text
    assert (await clerk.get(f"{SET_UP}/qr.svg")).status_code == 404
    assert everything()["second_factor"] == before


async def test_the_picture_is_for_the_session_that_began_it(signed_in: Enter, clock: FixedClock) -> None:
    clerk, other = await signed_in("li.editor"), await signed_in("li.editor")
    await clerk.post(f"{SET_UP}/begin", {"password": PASSWORD})
    picture = await clerk.get(f"{SET_UP}/qr.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "no-store"
    assert b"<script" not in picture.content
    assert b"style" not in picture.content
    assert (await other.get(f"{SET_UP}/qr.svg")).status_code == 404
    assert 'class="secret"' not in (await other.get(SET_UP)).text
    assert "请输入应用上的六位动态码" in (await clerk.post(f"{SET_UP}/confirm", {"code": ""})).text
    wrong = await clerk.post(f"{SET_UP}/confirm", {"code": "wrong"})
    assert "动态码不正确" in wrong.text
    assert 'class="secret"' in wrong.text, "and may be tried again"


@pytest.fixture
async def half(signed_in: Enter, browser: Open, clock: FixedClock) -> Clerk:
    """A browser that has shown the password of an administrator, and no code."""
    await set_up(await signed_in("admin"), clock)
    clerk = browser()
    assert (await clerk.post(SIGN_IN, {"login": "admin", "password": PASSWORD})).headers["location"] == CODE
    return clerk


async def test_half_a_session_opens_no_page_and_changes_nothing(half: Clerk, everything: Everything) -> None:
    token = half.http.cookies[HALF_COOKIE]
    before = everything()
    for cookie in ("", token):
        if cookie:
            half.http.cookies.set(COOKIE, cookie)
        for path, method in GUARDED:
            answer = await half.http.request(method, path, headers={"origin": "http://console.test"})
            assert (answer.status_code, answer.headers["location"]) == (303, SIGN_IN), path
    assert everything() == before


async def test_without_half_a_session_no_code_is_looked_at(browser: Open, half: Clerk) -> None:
    stranger = browser()
    assert (await stranger.get(CODE)).headers["location"] == SIGN_IN
    for cookie in ("", "x", "x" * 43, "x" * 5000):
        stranger.http.cookies.set(HALF_COOKIE, cookie)
        answer = await stranger.post(CODE, {"code": "123456"})
        assert answer.status_code == 403
        assert "重新输入密码" in answer.text
    foreign = await half.post(CODE, {"code": "123456"}, origin="http://evil.test")
    assert foreign.status_code == 403
    assert "页面已过期" in foreign.text


async def test_codes_are_limited_for_an_address_as_passwords_are(half: Clerk) -> None:
    answers = [await half.post(CODE, {"code": "wrong"}) for _ in range(30)]
    assert [answer.status_code for answer in answers].count(429) >= 1
    assert answers[-1].status_code == 429


async def test_an_administrator_resets_a_colleagues(
    signed_in: Enter, browser: Open, clock: FixedClock, everything: Everything
) -> None:
    clerk = await signed_in("li.editor")
    await set_up(clerk, clock)
    admin = await signed_in("ybj.admin")
    page = (await admin.get("/accounts/li.editor")).text
    assert "确认重置 li.editor" in page
    assert "确认重置" not in (await admin.get("/accounts/zhao.reviewer")).text
    other = await signed_in("sun.editor")
    assert (await other.post("/accounts/li.editor/second-factor")).status_code == 403
    answer = await admin.post("/accounts/li.editor/second-factor")
    assert answer.headers["location"] == "/accounts?done=reset_second_factor"
    assert (await clerk.get("/")).headers["location"] == SIGN_IN
    assert (await browser().sign_in("li.editor")).headers["location"] == "/"
    again = await admin.post("/accounts/li.editor/second-factor")
    assert "没有开启两步验证" in again.text
