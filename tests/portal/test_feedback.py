"""POST /api/feedback: what a citizen says of an answer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


async def answer(citizen: httpx.AsyncClient) -> str:
    return str((await citizen.post("/api/chat", json={"text": "居住证"})).json()["answer_id"])


async def post(citizen: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await citizen.post("/api/feedback", json=body)


async def test_feedback_is_kept_masked(portal: Any, citizen: httpx.AsyncClient) -> None:
    answer_id = await answer(citizen)
    response = await post(
        citizen, answer_id=answer_id, useful=False, reason="wrong", text=" 电话不对，是13912345678 "
    )
    kept = {"answer_id": answer_id, "useful": False, "reason": "wrong", "text": "电话不对，是〔电话号码〕"}
    assert response.json() == kept
    (row,) = portal.rows("feedback")
    assert (row["answer_id"], row["reason"], row["text"]) == (answer_id, "wrong", kept["text"])
    assert "13912345678" not in portal.dump()


async def test_last_word_counts(portal: Any, citizen: httpx.AsyncClient) -> None:
    answer_id = await answer(citizen)
    await post(citizen, answer_id=answer_id, useful=False, reason="unclear", text="看不懂")
    await post(citizen, answer_id=answer_id, useful=True)
    await post(citizen, answer_id=answer_id, useful=True)
    (row,) = portal.rows("feedback")
    assert (bool(row["useful"]), row["reason"], row["text"]) == (True, None, None)


async def test_answers_of_the_history_take_feedback(citizen: httpx.AsyncClient) -> None:
    answer_id = await answer(citizen)
    question, bubble = (await citizen.get("/api/conversation")).json()["messages"]
    assert (question["answer_id"], bubble["answer_id"]) == (None, answer_id)


async def test_foreign_and_unknown_answers_are_404(portal: Any, citizen: httpx.AsyncClient) -> None:
    answer_id = await answer(citizen)
    stranger = portal.citizen()
    for response in (
        await post(stranger, answer_id=answer_id, useful=True),
        await post(citizen, answer_id="0" * 24, useful=True),
    ):
        assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    await answer(stranger)
    assert (await post(stranger, answer_id=answer_id, useful=True)).status_code == 404
    assert portal.rows("feedback") == []


@pytest.mark.parametrize(
    "body",
    [
        {"useful": True},
        {"answer_id": "x", "useful": True},
        {"answer_id": "0" * 24},
        {"answer_id": "0" * 24, "useful": "yes"},
        {"answer_id": "0" * 24, "useful": False, "reason": "ugly"},
        {"answer_id": "0" * 24, "useful": False, "text": "长" * 501},
        {"answer_id": "0" * 24, "useful": False, "text": "a\0"},
        [],
    ],
)
async def test_wrong_fields_are_422(citizen: httpx.AsyncClient, body: Any) -> None:
    response = await citizen.post("/api/feedback", json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_input")
