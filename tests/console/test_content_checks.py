"""What is found in a content, and its links, on its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette

from apps.console.services import Services
from core.catalogue.models import ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from knowledge_base.editing.links import LinkChecker, PublicNetwork
from knowledge_base.passages.chunk import chunk
from staff.actors import Operator
from tests.console.conftest import ACCOUNTS
from tests.console.guides import FULL, YBJ

Enter = Callable[[str], Any]
PAGE = "/content?kind=item&id=guide"
LINKS = "/content/links?kind=item&id=guide"


@pytest.fixture
def resolved(app: Starlette, services: Services) -> list[str]:
    """The names that are asked for; each of them stands for a machine inside."""
    names: list[str] = []

    async def resolve(host: str, _: int) -> Sequence[str]:
        names.append(host)
        return ["10.0.0.1"]

    app.state.services = replace(services, links=LinkChecker(PublicNetwork(resolve)))
    return names


@pytest.mark.usefixtures("guide")
@pytest.mark.parametrize("login", ACCOUNTS)
async def test_links_are_checked_by_those_who_write_and_review(
    login: str, signed_in: Enter, resolved: list[str]
) -> None:
    clerk = await signed_in(login)
    answer = await clerk.post(LINKS)
    may = login in ("li.editor", "zhao.reviewer")
    assert answer.status_code == (200 if may else 403)
    assert sorted(resolved) == (["a.example", "ybj.example", "ybj.example"] if may else [])
    assert ("指向内部网络" in answer.text) == may


@pytest.mark.usefixtures("guide")
async def test_nobody_makes_this_machine_ask_again_and_again(signed_in: Enter, resolved: list[str]) -> None:
    clerk = await signed_in("li.editor")
    answers = [(await clerk.post(LINKS)).status_code for _ in range(7)]
    assert answers == [200] * 5 + [400] * 2
    assert len(resolved) == 15


async def test_an_unwell_guide_is_told_so_to_editor_and_reviewer(
    signed_in: Enter, engine: Engine, services: Services
) -> None:
    CatalogueWrites(engine).put(FULL, chunk(FULL, FULL.name), Status.PUBLISHED)
    clerk = await signed_in("li.editor")
    assert "检查提示" not in (await clerk.get(PAGE)).text
    content = {"name": "医保卡补办", "agency": YBJ, "phone": "5550301"}
    save = {"kind": "item", "external_id": "guide", "base": 1, "content": content}
    mark = services.commands.run(Operator(), "content.save", save)
    for login in ("li.editor", "zhao.reviewer"):
        page = (await (await signed_in(login)).get(PAGE)).text
        assert "没有填申请材料" in page
        assert "电话 5550301 没有区号" in page
    given = {"kind": "item", "external_id": "guide", "mark": mark}
    services.commands.run(Operator(), "content.submit", given)
    assert (
        await (await signed_in("zhao.reviewer")).post(PAGE.replace("?", "/publish?"), {"mark": mark})
    ).status_code == 303


async def test_a_link_is_shown_as_text(signed_in: Enter, engine: Engine, resolved: list[str]) -> None:
    one = ServiceItem(external_id="guide", name="x", agency=YBJ, online_url="https://a.example/<b>&'\"")
    CatalogueWrites(engine).put(one, chunk(one, "x"), Status.PUBLISHED)
    page = (await (await signed_in("li.editor")).post(LINKS)).text
    assert "<b>&" not in page
    assert "https://a.example/&lt;b&gt;&amp;" in page
    assert resolved == ["a.example"]
