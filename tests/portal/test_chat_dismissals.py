"""No more of a kind, over HTTP: what is kept, undone, asked back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from apps.portal import recommendation_words as words
from core.catalogue.models import Status
from core.errors import NotFound, WeizhengError
from recommender.interactions.store import TooManyDismissals
from tests.portal.asking import agree, ask, send, wants


@pytest.fixture
async def shown(portal: Any, citizen: httpx.AsyncClient, offers: Any) -> None:
    """Items of two themes were recommended to somebody who agreed to it."""
    await agree(citizen)
    portal.recommending.found = offers["list"](
        offers["one"](12, "居住证申领", theme="户籍"),
        offers["one"](20, "出生医学证明"),
        offers["one"](21, "生育津贴"),
    )
    wants(portal)
    await ask(citizen, "推荐一下")
    wants(portal, "dismiss")


@pytest.mark.usefixtures("shown")
async def test_no_more_of_a_kind_is_kept_and_undone(portal: Any, citizen: httpx.AsyncClient) -> None:
    (done,) = await ask(citizen, "不再推荐户籍这一类")
    assert done["text"] == words.dismissed("户籍", theme=True)
    ((_, item, theme),) = portal.profiles.dismissed
    assert (item, theme) == (12, True)
    ((undo),) = done["choices"]
    assert undo["title"] == words.UNDO
    (told,) = await send(citizen, payload=undo["payload"])
    assert (told["text"], portal.profiles.dismissed) == (words.RESTORED, set())
    (told,) = await send(citizen, payload=undo["payload"])
    assert told["text"] == words.NOTHING_TO_RESTORE


@pytest.mark.parametrize("text", ["不再推荐养老这一类", "第九个不要再推荐了"])
@pytest.mark.usefixtures("shown")
async def test_what_nobody_named_is_not_dismissed(portal: Any, citizen: httpx.AsyncClient, text: str) -> None:
    (back,) = await ask(citizen, text)
    assert (back["kind"], back["text"]) == ("choices", words.NOT_SHOWN + words.WHICH_NOT)
    assert portal.profiles.dismissed == set()


async def test_one_card_is_not_dismissed_for_another(
    portal: Any, citizen: httpx.AsyncClient, offers: Any
) -> None:
    await agree(citizen)
    portal.recommending.found = offers["list"](offers["one"](12, "居住证申领", theme="户籍"))
    wants(portal)
    await ask(citizen, "推荐一下")
    wants(portal, "dismiss")
    (back,) = await ask(citizen, "不再推荐养老这一类")
    assert (back["kind"], portal.profiles.dismissed) == ("choices", set())


@pytest.mark.usefixtures("shown")
async def test_one_item_alone_may_be_meant(portal: Any, citizen: httpx.AsyncClient) -> None:
    (done,) = await ask(citizen, "居住证申领这项不要再推荐了")
    assert done["text"] == words.dismissed("居住证申领", theme=False)
    assert [entry[1:] for entry in portal.profiles.dismissed] == [(12, False)]


@pytest.mark.usefixtures("shown")
async def test_of_which_kind_is_asked_back(portal: Any, citizen: httpx.AsyncClient) -> None:
    (back,) = await ask(citizen, "不再推荐此类")
    assert [one["title"] for one in back["choices"]] == [
        "户籍（如“居住证申领”）",
        "生育（如“出生医学证明”）",
    ]
    assert portal.profiles.dismissed == set()
    (done,) = await send(citizen, payload=back["choices"][0]["payload"])
    assert done["text"] == words.dismissed("户籍", theme=True)


@pytest.mark.usefixtures("shown")
async def test_without_the_consent_nothing_is_remembered(portal: Any, citizen: httpx.AsyncClient) -> None:
    await citizen.put("/api/consents", json={"personalize": False})
    (told,) = await ask(citizen, "不再推荐户籍这一类")
    assert (told["text"], portal.profiles.dismissed) == (words.CONSENT_TO_REMEMBER, set())


@pytest.mark.parametrize("error", [TooManyDismissals(), NotFound(public_message="已经下架。")])
@pytest.mark.usefixtures("shown")
async def test_a_dismissal_that_fails_is_said_in_words(
    portal: Any, citizen: httpx.AsyncClient, error: WeizhengError
) -> None:
    portal.profiles.error = error
    (told,) = await ask(citizen, "不再推荐户籍这一类")
    assert (told["kind"], told["text"]) == ("text", error.public_message)


@pytest.mark.usefixtures("shown")
async def test_what_was_withdrawn_cannot_be_dismissed(portal: Any, citizen: httpx.AsyncClient) -> None:
    portal.catalogue.item = replace(portal.catalogue.item, status=Status.WITHDRAWN)
    (told,) = await ask(citizen, "不再推荐户籍这一类")
    assert told["text"] == words.GONE
