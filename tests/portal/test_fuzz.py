"""Some hundred bodies that nobody should send; `make accept-closed` sends thousands to the whole stack."""

from __future__ import annotations

from typing import Any

import httpx

from bench.fuzz import fuzzed

COUNT = 600
SEED = 20260302
ERROR = {"code", "message"}


async def test_no_body_is_answered_with_a_server_error(make_portal: Any) -> None:
    portal = make_portal(rate_per_minute=0)
    citizen: httpx.AsyncClient = portal.citizen()
    for number, one in enumerate(fuzzed(COUNT, SEED)):
        headers = [(b"content-type", one.content_type.encode("latin1"))]
        response = await citizen.post("/api/chat", content=one.content, headers=headers)
        assert response.status_code < 500, f"body {number} of seed {SEED}: {one.kind} {one.content[:200]!r}"
        body = response.json()
        assert response.status_code == 200 or set(body["error"]) == ERROR
    assert [message for message in portal.rasa.messages if message.startswith("/")] == []


def test_the_same_seed_gives_the_same_bodies_of_every_kind() -> None:
    first, again = list(fuzzed(300, 1)), list(fuzzed(300, 1))
    assert first == again
    assert len({one.kind for one in first}) >= 15
    assert list(fuzzed(300, 2)) != first
