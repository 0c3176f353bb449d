"""What a citizen gets when a part behind the portal fails."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from apps.portal.answering import ONLY_SINGLE
from core.answering import AnswerStatus
from core.errors import BadInput, DeadlineExceeded, Unavailable
from core.logs import JsonFormatter

FAILURES = {
    "refused": httpx.ConnectError("refused"),
    "500": httpx.Response(500, text="boom"),
    "401": httpx.Response(401, json={"status": "failure"}),
    "empty list": httpx.Response(200, json=[]),
    "garbage": httpx.Response(200, text="<html>"),
    "plain text": httpx.Response(200, json=[{"recipient_id": "x", "text": "hi"}]),
    "wrong status": httpx.Response(200, json=[{"custom": {"weizheng": {"status": "fine", "parts": []}}}]),
    "no parts": httpx.Response(200, json=[{"custom": {"weizheng": {"status": "no_answer", "parts": []}}}]),
}


async def post(citizen: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await citizen.post("/api/chat", json={"text": "居住证要什么材料", **body})


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES.keys())
async def test_failing_dialogue_engine_is_passed_by(
    portal: Any, citizen: httpx.AsyncClient, failure: Any
) -> None:
    portal.rasa.reply = failure
    response = await post(citizen, region="990100")
    assert response.status_code == 200
    answer, notice = response.json()["messages"]
    assert answer["item"]["name"] == "居住证申领"
    assert notice["text"] == ONLY_SINGLE
    (asked,) = portal.knowledge.asked
    assert (asked.question, asked.region) == ("居住证要什么材料", "990100")
    assert 0 < asked.deadline_ms <= 10_000


async def test_question_back_stays_last_when_the_dialogue_engine_is_down(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any]
) -> None:
    portal.rasa.reply = FAILURES["500"]
    portal.knowledge.reply = replies["clarify"]()
    messages = (await post(citizen)).json()["messages"]
    assert [message["kind"] for message in messages] == ["text", "choices"]
    picked = await citizen.post("/api/chat", json={"payload": messages[1]["choices"][0]["payload"]})
    assert picked.status_code == 200
    assert portal.knowledge.asked[1].chosen.id == 12


async def test_slow_dialogue_engine_is_not_passed_by(make_portal: Any) -> None:
    portal = make_portal(web_deadline_s=0.5)
    portal.rasa.hold()
    started = time.monotonic()
    response = await post(portal.citizen(), client_message_id="m1")
    assert 0.4 < time.monotonic() - started < 10
    assert response.status_code == 504
    assert response.json()["error"]["code"] == "error_timeout"
    assert "12345" in response.json()["error"]["message"]
    assert portal.knowledge.asked == []
    assert "set-cookie" in response.headers


async def test_timeout_of_the_connection_counts_as_slow(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.rasa.reply = httpx.ReadTimeout("slow")
    assert (await post(citizen)).json()["error"]["code"] == "error_timeout"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Unavailable("down"), 503, "error_unavailable"),
        (BadInput("refused"), 503, "error_unavailable"),
        (DeadlineExceeded("late"), 504, "error_timeout"),
    ],
)
async def test_when_all_is_down_the_hotline_is_named(
    portal: Any, citizen: httpx.AsyncClient, error: Exception, status: int, code: str
) -> None:
    portal.rasa.reply = FAILURES["refused"]
    portal.knowledge.reply = error
    response = await post(citizen)
    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert "12345" in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("status", "http"),
    [
        (AnswerStatus.ERROR_UNAVAILABLE, 503),
        (AnswerStatus.ERROR_TIMEOUT, 504),
        (AnswerStatus.ERROR_INTERNAL, 503),
        (AnswerStatus.BLOCKED_RATE, 429),
    ],
)
async def test_error_status_of_a_reply_becomes_an_http_error(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any], status: AnswerStatus, http: int
) -> None:
    portal.rasa.reply = replies["text"]("请稍后再试。", status)
    response = await post(citizen)
    assert response.status_code == http
    assert response.json()["error"]["code"] == status.value


@pytest.mark.parametrize(
    "status",
    [s for s in AnswerStatus if not s.value.startswith("error_") and s is not AnswerStatus.BLOCKED_RATE],
)
async def test_every_other_status_is_a_reply(
    portal: Any, citizen: httpx.AsyncClient, replies: dict[str, Any], status: AnswerStatus
) -> None:
    portal.rasa.reply = replies["text"]("好的。", status)
    response = await post(citizen)
    assert response.status_code == 200
    assert response.json()["status"] == status.value
    assert response.json()["messages"][0]["text"].startswith("好的。")
    assert portal.rows("answer_log")[0]["status"] == status.value


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All log lines as they are written."""
    return "\n".join(JsonFormatter("portal").format(record) for record in caplog.records)


async def test_defect_shows_no_trace_and_logs_no_words(
    portal: Any, citizen: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    portal.catalogue.error = RuntimeError("cannot list 我家的秘密")
    with caplog.at_level("DEBUG"):
        response = await citizen.get("/api/items", params={"q": "我家的秘密"})
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "error_internal"
    assert "秘密" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "RuntimeError" in logged(caplog)
    assert "catalogue_routes.py" in logged(caplog)
    assert "秘密" not in logged(caplog)


async def test_defect_in_a_turn_is_503_and_logs_no_words(
    portal: Any, citizen: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    portal.rasa.reply = RuntimeError("cannot send 我家的秘密")
    with caplog.at_level("DEBUG"):
        response = await citizen.post("/api/chat", json={"text": "我家的秘密"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "error_internal")
    assert "set-cookie" in response.headers
    assert [row["status"] for row in portal.rows("answer_log")] == ["error_internal"]
    assert "RuntimeError" in logged(caplog)
    assert "秘密" not in response.text + logged(caplog)


async def test_log_lines_of_a_turn_hold_no_words_of_the_citizen(
    portal: Any, citizen: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        portal.rasa.reply = FAILURES["500"]
        await citizen.post("/api/chat", json={"text": "我家的秘密"})
    assert '"event": "turn"' in logged(caplog)
    assert "秘密" not in logged(caplog)
