"""Nobody sees a page or changes anything without a session, the right, and our own form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from apps.console import sign_in_routes, word_routes
from apps.console.app import HEALTH, ROOMS
from apps.console.edge import HEADERS
from apps.console.guard import COOKIE, SET_UP, SIGN_IN
from core.clock import FixedClock
from core.commands import Permission
from staff.roles import Rights, Role
from tests.cells import cell
from tests.console.conftest import ACCOUNTS, PASSWORD, Clerk

Everything = Callable[[], dict[str, list[str]]]
Enter = Callable[[str], Any]
GUARDED = [
    (route.path.replace("{login}", "li.editor"), method)
    for routes in ROOMS
    for route in routes.ROUTES
    for method in sorted(route.methods or ())
    if method != "HEAD" and route.path not in sign_in_routes.OPEN_PATHS
]
STAFF_PAGES = (
    "/accounts",
    "/accounts-new",
    "/accounts/li.editor",
    "/accounts/li.editor/password",
    "/accounts/li.editor/second-factor",
)
ADMINISTRATORS = {"admin", "ybj.admin"}
NEEDED = {
    **dict.fromkeys(STAFF_PAGES, Permission.MANAGE_STAFF),
    "/audit": Permission.AUDIT,
    **dict.fromkeys(("/tokens", "/tokens/revoke"), Permission.MANAGE_STAFF),
    **dict.fromkeys((route.path for route in word_routes.ROUTES), Permission.WORDS),
    **dict.fromkeys(("/switch", "/switch/turn_off", "/switch/turn_on"), Permission.SWITCH),
    **dict.fromkeys(("/contents", "/drafts", "/content", "/ask", "/try", "/questions"), Permission.READ),
    **{f"/content/{part}": Permission.READ for part in ("version", "passages", "links")},
    **dict.fromkeys(("/upload", "/upload/template", "/questions/change", "/content/edit"), Permission.EDIT),
    **dict.fromkeys((f"/upload/{name}" for name in ("one", "progress", "cancel", "retry")), Permission.EDIT),
    **{f"/content/{act}": Permission.EDIT for act in ("submit", "discard", "restore", "examine")},
    **{f"/content/{act}": Permission.REVIEW for act in ("publish", "schedule", "unschedule", "reject")},
    **{f"/content/{act}": Permission.REVIEW for act in ("withdraw", "show_again")},
    **dict.fromkeys(("/", "/me", "/me/password", "/me/delegations"), Permission.OWN_ACCOUNT),
    **dict.fromkeys(("/board", "/board/group", "/board/recalls", "/board/recall"), Permission.READ),
    **dict.fromkeys(("/board/recall/preview", "/board/recall/correct"), Permission.REVIEW),
    **dict.fromkeys(("/board", "/board/group", "/board/answers", "/board/logged"), Permission.READ),
    **dict.fromkeys(("/board/improve", "/board/reports", "/board/report"), Permission.READ),
    **{f"/board/report/{act}": Permission.CASEWORK for act in ("reply", "close")},
    **{f"/board/{act}": Permission.CASEWORK for act in ("assign", "dismiss", "reopen", "answer")},
    **dict.fromkeys(("/board/ratings", "/board/rating"), Permission.READ),
    **{f"/board/rating/{act}": Permission.CASEWORK for act in ("assign", "call_back", "close", "reopen")},
    **dict.fromkeys(("/overview", "/overview/items", "/overview/freshness"), Permission.READ),
    **dict.fromkeys(
        ("/overview/coverage", "/overview/regions", "/overview/ratings", "/overview/export"), Permission.READ
    ),
    **dict.fromkeys(("/agencies", "/regions", "/terms", "/pins", "/bundles"), Permission.READ),
    **{f"/{name}/edit": Permission.REGISTER for name in ("agencies", "regions", "terms", "pins", "bundles")},
    **{f"/{name}/delete": Permission.REGISTER for name in ("terms", "pins", "bundles")},
    **dict.fromkeys(("/retention", "/retention/run"), Permission.JOBS),
    **dict.fromkeys(("/recommender", "/recommender/train", "/recommender/rollback"), Permission.JOBS),
    **dict.fromkeys(("/jobs", "/jobs/progress", "/jobs/cancel", "/jobs/retry"), Permission.JOBS),
    "/me/delegations/end": Permission.OWN_ACCOUNT,
    **{
        f"{SET_UP}{act}": Permission.OWN_ACCOUNT
        for act in ("", "/qr.svg", "/begin", "/confirm", "/codes", "/off")
    },
    "/sign-out": Permission.OWN_ACCOUNT,
}
# New entries, those of no single agency, and background jobs.
OF_ALL = {path for path, needed in NEEDED.items() if needed in (Permission.REGISTER, Permission.JOBS)}


def test_every_route_is_guarded_or_known_to_be_open(app: Starlette) -> None:
    known = {path for path, _ in GUARDED} | {*sign_in_routes.OPEN_PATHS, HEALTH}
    routes = [route.path.replace("{login}", "li.editor") for route in app.routes if isinstance(route, Route)]
    assert set(routes) == known
    assert set(NEEDED) == {path for path, _ in GUARDED}


async def test_a_stranger_is_sent_to_the_way_in(browser: Callable[[], Clerk], everything: Everything) -> None:
    before = everything()
    stranger = browser()
    for (path, method), cookie in product(GUARDED, ("", "x", "x" * 43, "x" * 5000)):
        with cell(method, path, cookie):
            stranger.http.cookies.set(COOKIE, cookie)
            answer = await stranger.http.request(method, path, headers={"origin": "http://console.test"})
            assert (answer.status_code, answer.headers["location"]) == (303, SIGN_IN)
            assert everything() == before


@pytest.mark.parametrize(("path", "method"), GUARDED)
async def test_a_page_needs_its_permission(
    path: str, method: str, signed_in: Enter, everything: Everything
) -> None:
    for login, (agency, roles) in ACCOUNTS.items():
        with cell(login):
            touched = None if path in OF_ALL else agency
            may = Rights(frozenset(map(Role, roles)), agency).allow(NEEDED[path], touched)
            clerk = await signed_in(login)
            before = everything()
            answer = await (clerk.get(path) if method == "GET" else clerk.post(path))
            assert (answer.status_code == 403) == (not may), answer.text
            assert answer.status_code < 500
            assert may or everything() == before


FORGED: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    ({}, {"origin": "http://evil.test"}),
    ({}, {"origin": "null"}),
    ({}, {"origin": ""}),
    ({}, {"origin": "http://console.test.evil.test"}),
    ({"form_token": ""}, {}),
    ({"form_token": "of another session"}, {}),
    ({"form_token": "cut off"}, {}),
)


async def test_a_form_of_another_site_or_session_changes_nothing(
    signed_in: Enter, everything: Everything
) -> None:
    clerk, other = await signed_in("admin"), await signed_in("admin")
    tokens = {"of another session": other.token, "cut off": clerk.token[:-1]}
    before = everything()
    posted = [path for path, method in GUARDED if method == "POST"]
    for path, (fields, headers) in product(posted, FORGED):
        with cell(path, fields, headers):
            sent = {name: tokens.get(value, value) for name, value in fields.items()}
            assert (await clerk.post(path, sent, **headers)).status_code == 403
            assert everything() == before
    assert (await clerk.get("/")).status_code == 200, "and nobody is signed out"


async def test_a_session_is_another_one_after_signing_in(browser: Callable[[], Clerk]) -> None:
    clerk = browser()
    clerk.http.cookies.set(COOKIE, "chosen-by-somebody-else")
    answer = await clerk.sign_in("admin")
    cookie = answer.headers["set-cookie"]
    assert "chosen-by-somebody-else" not in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    first = answer.cookies[COOKIE]
    assert (await clerk.sign_in("admin")).cookies[COOKIE] != first


async def test_signing_out_ends_the_session_itself(signed_in: Enter, browser: Callable[[], Clerk]) -> None:
    clerk = await signed_in("admin")
    token = clerk.http.cookies[COOKIE]
    assert (await clerk.post("/sign-out")).headers["location"] == SIGN_IN
    thief = browser()
    thief.http.cookies.set(COOKIE, token)
    assert (await thief.get("/")).status_code == 303


async def test_an_idle_session_ends(signed_in: Enter, clock: FixedClock) -> None:
    clerk = await signed_in("admin")
    clock.move_to(clock.now() + timedelta(minutes=31))
    assert (await clerk.get("/")).status_code == 303


async def test_a_wrong_password_says_nothing_about_the_account(browser: Callable[[], Clerk]) -> None:
    answers = [await browser().sign_in(login, "wrong password") for login in ("admin", "nobody")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].text == answers[1].text
    assert "set-cookie" not in answers[0].headers


async def test_one_address_tries_so_often_and_no_more(browser: Callable[[], Clerk]) -> None:
    clerk = browser()
    tried = await asyncio.gather(*(clerk.sign_in(f"nobody{n}", "wrong password") for n in range(40)))
    assert [answer.status_code for answer in tried].count(429) == 10


async def test_every_answer_carries_the_security_headers(
    browser: Callable[[], Clerk], signed_in: Enter
) -> None:
    clerk = await signed_in("admin")
    for answer in (
        await clerk.get("/"),
        await clerk.get("/no-such-page"),
        await clerk.get("/static/console.css"),
        await clerk.post("/audit"),
        await browser().get("/sign-in"),
        await browser().get(HEALTH),
    ):
        missing = {name for name in HEADERS if name.lower() not in answer.headers}
        assert not missing, answer.url
        assert "unsafe" not in answer.headers["content-security-policy"]
    assert (await clerk.get("/accounts")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(500)), "application/x-www-form-urlencoded"),
        (b"a=%ff%fe", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x--", "multipart/form-data; boundary=x"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(content: bytes, kind: str, signed_in: Enter) -> None:
    clerk = await signed_in("admin")
    sent = {"origin": "http://console.test", "content-type": kind}
    answer = await clerk.http.post("/accounts", content=content, headers=sent)
    assert answer.status_code == 400
    answer = await clerk.http.post("/sign-in", content=content, headers=sent)
    assert answer.status_code == 400


async def test_a_defect_is_a_page_without_its_words(
    signed_in: Enter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clerk = await signed_in("admin")

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(f"a secret: {PASSWORD}")

    monkeypatch.setattr("apps.console.audit_routes.entries", fails)
    answer = await clerk.get("/audit")
    assert answer.status_code == 500
    assert PASSWORD not in answer.text + str([record.__dict__ for record in caplog.records])
    assert answer.headers["content-security-policy"]
