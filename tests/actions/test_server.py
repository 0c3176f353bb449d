"""The action server's edge: token, shapes, and nothing of the tracker in what it says or logs."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from core.errors import Unavailable

TOKEN = "a-token-of-this-test-only"


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"params": {"token": "wrong"}},
        {"params": {"token": "错"}},
        {"headers": {"Authorization": "Bearer wrong"}},
        {"headers": {"Authorization": f"Bearer {TOKEN}x"}},
    ],
)
async def test_without_the_token_nothing_is_run(http: Any, knowledge: Any, shown: dict[str, Any]) -> None:
    response = await http.post("/webhook", json={"next_action": "action_ask", "tracker": {}}, **shown)
    assert response.status_code == 401
    assert knowledge.asked == []


async def test_the_token_may_come_as_a_header(http: Any) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    response = await http.post("/webhook", json={"next_action": "none", "tracker": {}}, headers=headers)
    assert response.status_code == 404


async def test_health_needs_no_token(http: Any) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"next_action": "action_ask"}', b"\xff\xfe"])
async def test_a_body_of_another_shape_is_refused(http: Any, body: bytes) -> None:
    response = await http.post("/webhook", params={"token": TOKEN}, content=body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_input"


async def test_an_unknown_action_is_not_found(turn: Any) -> None:
    assert (await turn("action_unknown")).status_code == 404


async def test_sixteen_slow_answers_wait_side_by_side(turn: Any, knowledge: Any) -> None:
    # None of them is answered before all have asked.
    knowledge.together = asyncio.Barrier(16)
    replies = await asyncio.gather(*(turn() for _ in range(16)))
    said = [reply.json()["responses"][0]["custom"]["weizheng"] for reply in replies]
    assert {one["status"] for one in said} == {"answered_guide"}


SECRET = "我叫王小明住在梧桐路"


@pytest.mark.parametrize(
    ("error", "given"),
    [
        (RuntimeError(SECRET), {}),
        (ValueError(SECRET), {}),
        (Unavailable("knowledge service: HTTP 503"), {}),
        (None, {"slots": {"item": SECRET}}),
        (None, {"entities": SECRET}),
        (None, {"metadata": {"region": SECRET, "request_id": SECRET}}),
        (None, {"metadata": SECRET}),
    ],
)
async def test_no_failure_repeats_the_tracker(
    turn: Any,
    knowledge: Any,
    caplog: pytest.LogCaptureFixture,
    error: Exception | None,
    given: dict[str, Any],
) -> None:
    knowledge.error = error
    with caplog.at_level(logging.DEBUG):
        response = await turn(text=SECRET, **given)
    assert response.status_code == 200
    said = response.json()["responses"][0]["custom"]["weizheng"]
    assert said["status"].startswith("error_")
    assert SECRET not in response.text
    assert "王小明" not in str(said)
    ours = [
        record.getMessage() + str(record.exc_info)
        for record in caplog.records
        if "asyncio" not in record.name
    ]
    assert ours
    assert not [line for line in ours if "王小明" in line or "Traceback" in line]


async def test_a_broken_tracker_is_an_error_without_its_words(http: Any) -> None:
    call = {
        "next_action": "action_ask",
        "sender_id": "c",
        "tracker": {"latest_message": SECRET},
        "domain": {},
    }
    response = await http.post("/webhook", params={"token": TOKEN}, json=call)
    assert response.status_code in (200, 500)
    assert SECRET not in response.text


async def test_figures_are_shown_without_the_token_and_hold_no_words(http: Any) -> None:
    await http.post("/webhook", json={"tracker": {"text": "13912345678"}})
    response = await http.get("/metrics")
    assert 'weizheng_requests_total{route="/webhook",status="4xx"} 1.0' in response.text
    assert "13912345678" not in response.text
