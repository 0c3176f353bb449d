"""Every sentence that sends a citizen elsewhere names the hotline of the installation."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core.answering import AnswerStatus
from core.errors import DeadlineExceeded, Unavailable

HOTLINE = "0990-96345"


@pytest.fixture
def portal(make_portal: Any) -> Any:
    return make_portal(hotline=HOTLINE)


async def said(citizen: httpx.AsyncClient) -> str:
    return (await citizen.post("/api/chat", json={"text": "居住证"})).text


@pytest.mark.parametrize("status", [s for s in AnswerStatus if s.value.startswith("error_")])
async def test_error_that_the_dialogue_engine_reports(
    portal: Any, replies: dict[str, Any], status: AnswerStatus
) -> None:
    portal.rasa.reply = replies["text"]("请稍后再试，或拨打12345。", status)
    text = await said(portal.citizen())
    assert HOTLINE in text
    assert "12345" not in text


@pytest.mark.parametrize("error", [Unavailable("down"), DeadlineExceeded("late"), RuntimeError("defect")])
async def test_error_of_the_knowledge_service(portal: Any, error: Exception) -> None:
    portal.rasa.reply = httpx.Response(500)
    portal.knowledge.reply = portal.knowledge.error = error
    text = await said(portal.citizen())
    assert HOTLINE in text
    assert "12345" not in text


async def test_error_of_search_and_a_defect_elsewhere(portal: Any) -> None:
    portal.knowledge.error = Unavailable("down")
    portal.catalogue.error = RuntimeError("defect")
    for path in ("/api/search?q=a", "/api/items"):
        text = (await portal.citizen().get(path)).text
        assert HOTLINE in text
        assert "12345" not in text


async def test_database_that_is_away(portal: Any) -> None:
    with portal.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE message")
    citizen = portal.citizen()
    for response in (
        await citizen.get("/api/conversation"),
        await citizen.post("/api/chat", json={"text": "a"}),
    ):
        assert (response.status_code, response.json()["error"]["code"]) == (503, "error_unavailable")
        assert HOTLINE in response.text


async def test_small_talk_is_sent_elsewhere_in_one_bubble(portal: Any, replies: dict[str, Any]) -> None:
    portal.rasa.reply = replies["text"]("我帮不上忙。", AnswerStatus.OUT_OF_SCOPE)
    response = await portal.citizen().post("/api/chat", json={"text": "讲个笑话"})
    assert [message["text"] for message in response.json()["messages"]] == [
        f"我帮不上忙。其他诉求请拨打政务服务便民热线{HOTLINE}。"
    ]


async def test_the_number_is_not_named_twice(portal: Any, replies: dict[str, Any]) -> None:
    portal.rasa.reply = replies["text"](f"我帮不上忙，请拨打{HOTLINE}。", AnswerStatus.OUT_OF_SCOPE)
    assert (await said(portal.citizen())).count(HOTLINE) == 1


async def test_other_replies_are_left_alone(portal: Any, replies: dict[str, Any]) -> None:
    portal.rasa.reply = replies["text"]("您好。")
    assert HOTLINE not in await said(portal.citizen())
