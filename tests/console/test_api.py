"""The interface for programs: who gets in, what is read and run, and what a broken or hostile one is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from apps.console import api_body
from apps.console.api import PER_MINUTE, REFUSALS_PER_MINUTE
from apps.console.guard import COOKIE
from apps.console.services import Services
from core.clock import FixedClock
from core.database.engine import reading
from staff.actors import Operator

Everything = Callable[[], dict[str, list[str]]]
CARD = {"kind": "document", "external_id": "card"}
CONTENT = {"title": "医保卡补办办法", "text": "工本费二十元。", "agency": "示例市医保局"}
SAVE = {**CARD, "base": 0, "content": CONTENT}
PATHS = ("/me", "/contents", "/content?id=card", "/drafts")
POSTED = ("/commands/content.save", "/interactions")


@pytest.fixture
def make_token(services: Services) -> Callable[..., str]:
    """Makes a token of the medical insurance agency."""

    def make(name: str = "cms", **given: Any) -> str:
        wanted = {"name": name, "agency": "ybj", "roles": ["editor"], "expires": "2026-06-30", **given}
        return str(services.commands.run(Operator(), "token.create", wanted))

    return make


@pytest.fixture
async def call(app: Starlette) -> AsyncIterator[Callable[..., Any]]:
    """Calls the interface with a token, as a program does."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://console.test/api/v1") as http:

        async def send(token: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
            sent = {"authorization": f"Bearer {token}", **headers} if token else headers
            if body is None:
                return await http.get(path, headers=sent)
            return await http.post(path, json=body, headers=sent)

        yield send


def told(answer: httpx.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert any("\u4e00" <= character <= "\u9fff" for character in error["message"])
    return answer.status_code, error["code"]


def entries(engine: Engine, command: str) -> int:
    with reading(engine) as connection:
        counted = text("SELECT count(*) FROM audit_entry WHERE command = :command")
        return int(connection.execute(counted, {"command": command}).scalar_one())


async def test_a_program_writes_and_another_one_publishes(
    call: Any, make_token: Callable[..., str], engine: Engine
) -> None:
    editor, reviewer = make_token(), make_token("review", roles=["reviewer"])
    mine = (await call(editor, "/me")).json()
    assert mine == {
        "name": "cms", "agency": {"external_id": "ybj", "name": "示例市医保局"}, "roles": ["editor"],
        "expires": "2026-06-30",
    }  # fmt: skip
    saved = await call(editor, "/commands/content.save", SAVE)
    assert saved.status_code == 200, saved.text
    mark = saved.json()["value"]
    held = (await call(editor, "/content?kind=document&id=card")).json()
    assert (held["record"], held["draft"]["mark"], held["draft"]["state"]) == (None, mark, "editing")
    assert held["draft"]["content"]["text"] == CONTENT["text"]
    assert (await call(editor, "/commands/content.submit", {**CARD, "mark": mark})).status_code == 200
    assert told(await call(editor, "/commands/content.publish", {**CARD, "mark": mark})) == (403, "forbidden")
    published = await call(reviewer, "/commands/content.publish", {**CARD, "mark": mark})
    assert published.status_code == 200, published.text
    (listed,) = (await call(editor, "/contents?q=医保卡&status=published")).json()["items"]
    assert (listed["external_id"], listed["status"], listed["version"]) == ("card", "published", 1)
    assert (await call(editor, "/drafts")).json() == {"items": [], "total": 0, "page": 1, "per_page": 50}
    assert (await call(editor, "/content?id=card")).json()["record"]["version"] == 1
    with reading(engine) as connection:
        actors = connection.execute(text("SELECT actor FROM audit_entry WHERE command LIKE 'content.%'"))
        assert {row.actor for row in actors} == {"token:cms", "token:review"}


def test_every_route_is_tried_without_a_token(app: Starlette) -> None:
    (mounted,) = (route for route in app.routes if isinstance(route, Mount) and route.path == "/api/v1")
    tried = {path.partition("?")[0] for path in (*PATHS, *POSTED)}
    routes = {route.path for route in mounted.routes if isinstance(route, Route)}
    assert {path.replace("{name}", "content.save") for path in routes} == tried


async def test_lists_have_pages(call: Any, make_token: Callable[..., str]) -> None:
    token = make_token()
    for number in range(5):
        await call(token, "/commands/content.save", {**SAVE, "external_id": f"d{number}"})
    page = (await call(token, "/drafts?page=2&per_page=2&state=editing")).json()
    assert ([one["external_id"] for one in page["items"]], page["total"]) == (["d2", "d1"], 5)
    for query in ("page=0", "page=x", "per_page=201", "per_page=-1", "state=gone", "page=１"):
        assert told(await call(token, f"/drafts?{query}")) == (400, "bad_input")
    for query in ("kind=person", "status=gone"):
        assert told(await call(token, f"/contents?{query}")) == (400, "bad_input")


async def test_what_is_another_agencys_is_neither_read_nor_changed(
    call: Any, make_token: Callable[..., str], everything: Everything
) -> None:
    own, other = make_token(), make_token("other", agency="gjj")
    mark = (await call(own, "/commands/content.save", SAVE)).json()["value"]
    await call(other, "/me")
    before = everything()
    assert told(await call(other, "/content?id=card")) == (403, "forbidden")
    assert (await call(other, "/drafts")).json()["total"] == 0
    assert (await call(other, "/contents")).json()["total"] == 0
    stolen = {**SAVE, "mark": mark, "content": {**CONTENT, "agency": "示例市公积金中心"}}
    for name, given in (
        ("content.submit", {**CARD, "mark": mark}), ("content.discard", {**CARD, "mark": mark}),
        ("content.save", {**SAVE, "mark": mark}), ("content.save", stolen),
    ):  # fmt: skip
        assert told(await call(other, f"/commands/{name}", given)) == (403, "forbidden")
    assert everything() == before


async def test_a_program_looks_after_no_people_words_or_switches(
    call: Any, make_token: Callable[..., str], services: Services, everything: Everything
) -> None:
    token = make_token()
    await call(token, "/me")
    before = everything()
    for name in services.commands.commands:
        if not name.startswith(("content.", "question.")):
            assert told(await call(token, f"/commands/{name}", {})) == (403, "forbidden"), name
    assert told(await call(token, "/commands/content.drop", {})) == (404, "not_found")
    assert everything() == before


@pytest.mark.parametrize("path", [*PATHS, *POSTED])
async def test_without_a_good_token_nobody_gets_in(
    path: str,
    call: Any,
    make_token: Callable[..., str],
    services: Services,
    clock: FixedClock,
    everything: Everything,
) -> None:
    good, revoked, short = make_token(), make_token("revoked"), make_token("short", expires="2026-03-02")
    services.commands.run(Operator(), "token.revoke", {"name": "revoked"})
    clock.move_to(clock.now() + timedelta(days=1))
    before = everything()
    body = SAVE if path in POSTED else None
    for token in (
        "",
        revoked,
        short,
        good[:-1],
        good + "x",
        "wz_" + "a" * 43,
        "x" * 5000,
        "wz_令牌".encode().hex(),
    ):
        answer = await call(token, path, body)
        assert told(answer) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    joined = "&" if "?" in path else "?"
    for name in ("token", "access_token", "authorization"):
        assert told(await call("", f"{path}{joined}{name}={good}", body)) == (401, "unauthorized")
    for header in (f"Basic {good}", good, f"Bearer{good}", "Bearer "):
        assert told(await call("", path, body, authorization=header)) == (401, "unauthorized")
    assert everything() == before


async def test_a_session_of_a_person_is_none_of_a_program(
    app: Starlette, signed_in: Any, everything: Everything
) -> None:
    clerk = await signed_in("admin")
    before = everything()
    answer = await clerk.http.post("/api/v1/commands/content.save", json=SAVE)
    assert answer.status_code == 401
    assert clerk.http.cookies[COOKIE]
    assert everything() == before


async def test_a_token_opens_no_page(app: Starlette, make_token: Callable[..., str], browser: Any) -> None:
    clerk = browser()
    clerk.http.headers["authorization"] = f"Bearer {make_token()}"
    assert (await clerk.get("/contents")).status_code == 303


async def test_guessing_is_slowed_down_and_locks_nobody_out(
    call: Any, make_token: Callable[..., str]
) -> None:
    token = make_token()
    guesses = [
        (await call(f"wz_{number:043d}", "/me")).status_code for number in range(REFUSALS_PER_MINUTE + 5)
    ]
    assert guesses == [401] * REFUSALS_PER_MINUTE + [429] * 5
    assert (await call(token, "/me")).status_code == 200


async def test_a_token_asks_so_often_and_no_more(call: Any, make_token: Callable[..., str]) -> None:
    token, other = make_token(), make_token("other")
    answers = await asyncio.gather(*(call(token, "/me") for _ in range(PER_MINUTE + 3)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 3
    assert told(refused[0]) == (429, "blocked_rate")
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    assert (await call(other, "/me")).status_code == 200


async def test_a_key_sent_twice_runs_once(call: Any, make_token: Callable[..., str], engine: Engine) -> None:
    token = make_token()
    first = await call(token, "/commands/content.save", SAVE, **{"idempotency-key": "k-1"})
    reordered = dict(reversed(SAVE.items()))
    again = await call(token, "/commands/content.save", reordered, **{"idempotency-key": "k-1"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert entries(engine, "content.save") == 1
    for name, body in (
        ("content.save", {**SAVE, "base": 1}), ("content.discard", SAVE), ("content.submit", {}),
    ):  # fmt: skip
        answer = await call(token, f"/commands/{name}", body, **{"idempotency-key": "k-1"})
        assert answer.status_code in (400, 422)
    changed = {**SAVE, "content": {**CONTENT, "text": "免收。"}}
    answer = await call(token, "/commands/content.save", changed, **{"idempotency-key": "k-1"})
    assert told(answer) == (422, "idempotency_key_reused")
    assert entries(engine, "content.save") == 1
    for key in ("", "k" * 129, "k 1"):
        answer = await call(token, "/commands/content.save", SAVE, **{"idempotency-key": key})
        assert told(answer) == (400, "bad_input")


async def test_a_publication_is_answered_twice_alike(call: Any, make_token: Callable[..., str]) -> None:
    editor, reviewer = make_token(), make_token("review", roles=["reviewer"])
    mark = (await call(editor, "/commands/content.save", SAVE)).json()["value"]
    await call(editor, "/commands/content.submit", {**CARD, "mark": mark})
    answers = [
        await call(reviewer, "/commands/content.publish", {**CARD, "mark": mark}, **{"idempotency-key": "p"})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["value"]["outcome"] == "created"


async def test_one_key_at_the_same_time_runs_once(
    call: Any, make_token: Callable[..., str], engine: Engine
) -> None:
    token = make_token()
    headers = {"idempotency-key": "same"}
    answers = await asyncio.gather(
        *(call(token, "/commands/content.save", SAVE, **headers) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert entries(engine, "content.save") == 1


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{", "application/json", 400),
        (b"\xff{}", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a": "\\u0000"}', "application/json", 400),
        (b'{"a": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "application/json", 400),
        (b"a=1&form_token=x", "application/x-www-form-urlencoded", 415),
        (b" " * (api_body.MOST_BYTES + 1), "application/json", 413),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_cannot_be_read_is_refused(
    body: bytes,
    kind: str,
    status: int,
    app: Starlette,
    make_token: Callable[..., str],
    everything: Everything,
) -> None:
    headers = {"authorization": f"Bearer {make_token()}", "content-type": kind}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://console.test/api/v1") as http:
        await http.get("/me", headers=headers)
        before = everything()
        answer = await http.post("/commands/content.save", content=body, headers=headers)
    assert told(answer)[0] == status
    assert everything() == before


async def test_what_is_wrong_is_named_and_never_repeated(call: Any, make_token: Callable[..., str]) -> None:
    token = make_token()
    wrong = {**SAVE, "content": {**CONTENT, "source_url": "javascript:secret"}}
    answer = await call(token, "/commands/content.save", wrong)
    assert told(answer) == (400, "bad_input")
    assert "source_url" in answer.json()["error"]["detail"]
    assert "secret" not in answer.text
    assert told(await call(token, "/commands/content.save", {**SAVE, "base": 3})) == (409, "conflict")
    assert told(await call(token, "/nowhere")) == (404, "not_found")
    assert told(await call(token, "/commands/content.save")) == (405, "method_not_allowed")
    assert json.loads((await call(token, "/content?id=")).text)["error"]["code"] == "bad_input"
    assert told(await call(token, "/content?id=nothing")) == (404, "not_found")


async def test_a_defect_is_json_without_a_trace(
    call: Any, make_token: Callable[..., str], services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = make_token()
    monkeypatch.setattr(type(services.commands), "run", lambda *_: 1 / 0)
    answer = await call(token, "/commands/content.save", SAVE)
    assert told(answer) == (500, "internal")
    assert "Zero" not in answer.text
    assert answer.headers["x-request-id"]
