"""Consents by purpose, and the privacy notice that they are given to."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from core.citizens.consents import Purpose
from core.citizens.notice import FILE

PURPOSES = {"profile_facts", "personalize", "push_web", "push_wechat", "followup_notice", "bind_wechat"}
NEVER = {"given": False, "at": None, "notice_version": None}
# Whoever changes the notice gives it another version: consents are given to its words.
WORDS = {
    "1": "bc4ddac100ebcc4b7fa27bffdfe03aa88db5973940cd0cc898688f7df8105795",
    "2": "81daae326ac2daa9b73316a5049d141f65c58ecf79d05e48569f9cdc634ab1e1",
    "3": "4eb75d9e2c00dc5d5abd94898afccee481617586337bab89bf99e7a844725e0d",
}


async def version(citizen: httpx.AsyncClient) -> str:
    return str((await citizen.get("/api/privacy-notice")).json()["version"])


async def put(citizen: httpx.AsyncClient, body: Any, notice: str | None = None) -> httpx.Response:
    seen = notice or await version(citizen)
    return await citizen.put("/api/consents", params={"notice_version": seen}, json=body)


async def test_notice_explains_every_purpose(make_portal: Any) -> None:
    portal = make_portal(city_name="甲市", hotline="0990-96345", transcript_days=7)
    body = (await portal.citizen().get("/api/privacy-notice")).json()
    assert set(body) == {"version", "title", "text_sections", "purposes"}
    assert {one["purpose"] for one in body["purposes"]} == PURPOSES == set(Purpose)
    assert all(one["title"] and one["text"] for one in [*body["purposes"], *body["text_sections"]])
    words = "".join(one["text"] for one in body["text_sections"])
    for filled in ("甲市", "0990-96345", "最多保存7天"):
        assert filled in words
    assert "{" not in words


def test_words_of_the_notice_belong_to_its_version() -> None:
    content = FILE.read_bytes()
    (shown,) = [number for number in WORDS if f'version: "{number}"'.encode() in content]
    assert sha256(content).hexdigest() == WORDS[shown]


async def test_nothing_is_agreed_to_at_first_and_nobody_stored(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    assert (await citizen.get("/api/consents")).json() == dict.fromkeys(PURPOSES, NEVER)
    response = await put(citizen, {"personalize": False})
    assert response.json() == dict.fromkeys(PURPOSES, NEVER)
    assert (portal.rows("citizen"), portal.rows("consent")) == ([], [])


async def test_consent_is_kept_for_this_browser(portal: Any, citizen: httpx.AsyncClient) -> None:
    response = await put(citizen, {"personalize": True, "push_web": True})
    given = {"given": True, "at": "2026-03-02T01:00:00Z", "notice_version": "3"}
    expected = {**dict.fromkeys(PURPOSES, NEVER), "personalize": given, "push_web": given}
    assert response.json() == expected
    assert (await citizen.get("/api/consents")).json() == expected
    assert (await portal.citizen().get("/api/consents")).json() == dict.fromkeys(PURPOSES, NEVER)
    assert {row["channel"] for row in portal.rows("consent")} == {"web"}


async def test_withdrawing_needs_no_notice_and_says_when(portal: Any, citizen: httpx.AsyncClient) -> None:
    await put(citizen, {"personalize": True})
    portal.clock.move_to(portal.clock.now() + timedelta(hours=1))
    response = await citizen.put("/api/consents", json={"personalize": False})
    assert response.json()["personalize"] == {
        "given": False, "at": "2026-03-02T02:00:00Z", "notice_version": "3",
    }  # fmt: skip


async def test_outdated_notice_is_409_and_nothing_changes(portal: Any, citizen: httpx.AsyncClient) -> None:
    await put(citizen, {"push_web": True})
    response = await put(citizen, {"personalize": True, "push_web": False}, notice="0")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "outdated_notice")
    assert "隐私说明已经更新" in response.json()["error"]["message"]
    standing = (await citizen.get("/api/consents")).json()
    assert (standing["personalize"], standing["push_web"]["given"]) == (NEVER, True)


@pytest.mark.parametrize(
    "body",
    [{}, [], {"everything": True}, {"personalize": "yes"}, {"personalize": 1}, {"personalize": None}],
)
async def test_unknown_purposes_and_values_are_422(
    portal: Any, citizen: httpx.AsyncClient, body: Any
) -> None:
    response = await put(citizen, body)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "bad_input")
    assert portal.rows("citizen") == []


async def test_consent_without_a_notice_is_422(citizen: httpx.AsyncClient) -> None:
    response = await citizen.put("/api/consents", json={"personalize": True})
    assert response.status_code == 422
    assert "notice_version" in response.json()["error"]["message"]


async def test_answers_are_linked_to_the_citizen_only_while_that_is_agreed_to(
    portal: Any, citizen: httpx.AsyncClient
) -> None:
    async def linked() -> list[bool]:
        await citizen.post("/api/chat", json={"text": "居住证"})
        return [row["citizen"] is not None for row in portal.rows("answer_log")]

    assert await linked() == [False]
    await put(citizen, {"push_web": True})
    assert await linked() == [False, False]
    await put(citizen, {"personalize": True})
    assert sorted(await linked()) == [False, False, True]
    await put(citizen, {"personalize": False})
    assert await linked() == [False] * 4
