"""What tests of the conversation do over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from core.answering import AnswerStatus
from core.citizens.notice import load_notice
from knowledge_base.contract import AnswerReply, RecommendPart

VERSION = load_notice(city="市", hotline="12345", days=30).version
BORN = (20, "出生医学证明"), (21, "儿童预防接种"), (22, "生育津贴"), (23, "新生儿参保")


async def agree(citizen: httpx.AsyncClient, *purposes: str) -> None:
    given = dict.fromkeys(purposes or ("personalize",), True)
    put = await citizen.put("/api/consents", params={"notice_version": VERSION}, json=given)
    put.raise_for_status()


async def send(citizen: httpx.AsyncClient, **body: str) -> list[Any]:
    response = await citizen.post("/api/chat", json=body)
    assert response.status_code == 200, response.text
    return list(response.json()["messages"])


async def ask(citizen: httpx.AsyncClient, text: str = "新生儿医保怎么办") -> list[Any]:
    return await send(citizen, text=text)


def wants(portal: Any, act: str = "recommend", **part: Any) -> None:
    """The dialogue engine reads such a wish."""
    wanted = RecommendPart(**{"text": "没有推荐过。", "act": act, **part})
    portal.rasa.reply = AnswerReply(status=AnswerStatus.ANSWERED_CANNED, parts=[wanted])


def names(message: Any) -> list[str]:
    return [one["name"] for one in message["items"]]
