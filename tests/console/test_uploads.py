"""Files that become drafts: over HTTP for what is refused, in a browser for how it is done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect

from apps.console import upload_routes
from core.catalogue.reads import CatalogueReads
from core.clock import FixedClock
from core.database.engine import reading
from knowledge_base.editing.drafts import drafts, find_draft
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.conftest import HOST

Everything = Callable[[], dict[str, list[str]]]
TEXT = "医保卡补办办法\n医保卡遗失的，可以补办。工本费免收。"


async def send(
    clerk: Any, content: bytes, *, name: str = "补办.txt", agency: str = "示例市医保局", **more: str
) -> Any:
    headers = {"origin": HOST, "x-form-token": clerk.token, "content-type": "application/octet-stream"}
    asked = {"name": name, "agency": agency, "region": "510100", "kind": "policy"}
    return await clerk.http.post("/upload", params=asked, content=content, headers={**headers, **more})


def lines(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    *found, end = [json.loads(line) for line in answer.text.splitlines()]
    assert end == {"outcome": "end"}
    return found


async def test_a_file_becomes_a_draft_of_its_agency(signed_in: Any, engine: Engine) -> None:
    clerk = await signed_in("li.editor")
    (one,) = lines(await send(clerk, TEXT.encode()))
    assert (one["outcome"], one["title"]) == ("drafted", "医保卡补办办法")
    with reading(engine) as connection:
        held = find_draft(connection, "document", one["external_id"])
    assert held is not None
    assert (held.agency, held.content.region, held.authors) == ("ybj", "510100", ("li.editor",))
    assert (await clerk.get(one["link"])).status_code == 200


async def test_the_same_file_again_makes_no_second_draft_and_another_text_is_not_lost(
    signed_in: Any, engine: Engine
) -> None:
    clerk = await signed_in("li.editor")
    (first,) = lines(await send(clerk, TEXT.encode()))
    (again,) = lines(await send(clerk, TEXT.encode()))
    assert again["outcome"] == "unchanged"
    (other,) = lines(await send(clerk, TEXT.replace("免收", "二十元").encode()))
    assert other["outcome"] == "problem"
    assert "li.editor" in other["told"]
    with reading(engine) as connection:
        held = find_draft(connection, "document", first["external_id"])
        assert drafts(connection)[1] == 1
    assert held is not None
    assert "免收" in held.content.text  # type: ignore[union-attr]


async def test_a_file_for_another_agency_changes_nothing(
    signed_in: Any, everything: Everything, engine: Engine
) -> None:
    clerk = await signed_in("li.editor")
    before = everything()
    (one,) = lines(await send(clerk, TEXT.encode(), agency="示例市公积金中心"))
    assert one["outcome"] == "problem"
    (none,) = lines(await send(clerk, TEXT.encode(), agency=""))
    assert none["outcome"] == "problem"
    assert everything() == before


@pytest.mark.parametrize("login", ["zhao.reviewer", None])
async def test_who_may_not_edit_may_not_upload(
    browser: Any, signed_in: Any, everything: Everything, login: str | None
) -> None:
    clerk = await signed_in(login) if login else browser()
    before = everything()
    answer = await send(clerk, TEXT.encode())
    assert answer.status_code == (403 if login else 303)
    assert everything() == before


@pytest.mark.parametrize(
    "headers",
    [{"x-form-token": "another"}, {"x-form-token": ""}, {"origin": "https://elsewhere.test"}, {"origin": ""}],
)
async def test_a_file_that_another_site_sends_is_refused(
    signed_in: Any, everything: Everything, headers: dict[str, str]
) -> None:
    clerk = await signed_in("li.editor")
    before = everything()
    assert (await send(clerk, TEXT.encode(), **headers)).status_code == 403
    assert everything() == before


async def test_a_file_that_is_too_large_or_has_no_name_is_refused(
    signed_in: Any, everything: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_routes, "MOST_BYTES", 1000)
    clerk = await signed_in("li.editor")
    before = everything()
    assert (await send(clerk, b"x" * 1001)).status_code == 400
    assert (await send(clerk, b"x", name=" ")).status_code == 400
    (empty,) = lines(await send(clerk, b""))
    assert empty["outcome"] == "problem"
    assert everything() == before


async def test_what_is_ticked_is_submitted_and_published_each_by_itself(
    signed_in: Any, engine: Engine
) -> None:
    clerk = await signed_in("li.editor")
    for number in range(3):
        lines(await send(clerk, f"{TEXT}{number}".encode(), name=f"{number}.txt"))
    with reading(engine) as connection:
        chosen = [f"document:{one.mark}:{one.external_id}" for one in drafts(connection)[0]]
    stale = "document:0123456789abcdef:" + chosen[0].rpartition(":")[2]
    told = await clerk.post("/drafts", {"act": "submit", "chosen": [*chosen[1:], stale]})
    assert "已提交审核 2 条" in told.text
    assert "1 条没有完成" in told.text
    reviewer = await signed_in("zhao.reviewer")
    told = await reviewer.post("/drafts", {"act": "publish", "chosen": chosen})
    assert "已发布 2 条" in told.text
    assert CatalogueReads(engine).counts().documents == 2
    assert (await reviewer.post("/drafts", {"act": "withdraw", "chosen": chosen})).status_code == 400


@pytest.mark.parametrize(("kind", "drafted"), [("faq", "document"), ("guide", "item")])
async def test_a_template_is_filled_in_and_comes_back_as_a_draft(
    signed_in: Any, kind: str, drafted: str
) -> None:
    clerk = await signed_in("li.editor")
    given = await clerk.get(f"/upload/template?kind={kind}")
    assert given.headers["content-disposition"].endswith(f'{kind}.xlsx"')
    (one,) = lines(await send(clerk, given.content, name="模板.xlsx"))
    assert (one["outcome"], one["kind"]) == ("drafted", drafted)


async def test_a_file_that_is_refused_gives_its_place_back(
    signed_in: Any, app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, places = await signed_in("li.editor"), app.state.uploads
    with monkeypatch.context() as small:
        small.setattr(upload_routes, "MOST_BYTES", 10)
        for _ in range(10):
            assert (await send(clerk, TEXT.encode())).status_code == 400
    assert lines(await send(clerk, TEXT.encode()))[0]["outcome"] == "drafted"
    assert (places.kept.borrowed_tokens, places.read.borrowed_tokens) == (0, 0)


@pytest.mark.parametrize("how", ["the browser has gone", "the reading breaks"])
async def test_whatever_goes_wrong_the_place_is_given_back(how: str, app: Starlette) -> None:
    closed, given, places = [], [], app.state.uploads

    def found() -> Any:
        try:
            yield
            raise RuntimeError("in the middle")
        finally:
            closed.append(True)

    async def send_on(_: Any) -> None:
        if how == "the browser has gone":
            raise OSError(how)

    async def receive() -> Any:
        await asyncio.sleep(60)

    reading = found()
    next(reading)
    answer = upload_routes._Results(reading, places.read, lambda: given.append(True))
    with pytest.raises((OSError, ClientDisconnect, RuntimeError, ExceptionGroup)):
        await answer({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send_on)
    assert (closed, given, places.read.borrowed_tokens) == ([True], [True], 0)


def test_a_session_that_is_over_is_told_beside_the_file(
    page: Page, tmp_path: Path, clock: FixedClock, engine: Engine
) -> None:
    file = tmp_path / "补办.txt"
    file.write_text(TEXT)
    sign_in(page, "li.editor")
    page.goto("/upload")
    page.get_by_label("文件", exact=True).set_input_files([file])
    clock.move_to(clock.now() + timedelta(hours=2))
    page.get_by_role("button", name="上传").click()
    page.get_by_text("登录已过期，请重新登录后再上传。").wait_for()
    with reading(engine) as connection:
        assert drafts(connection)[1] == 0


def test_several_files_each_with_a_bar_and_a_result(page: Page, tmp_path: Path, engine: Engine) -> None:
    good, bad = tmp_path / "<b>补办.txt", tmp_path / "空.txt"
    good.write_text(TEXT)
    bad.write_bytes(b"")
    sign_in(page, "li.editor")
    page.get_by_role("navigation").get_by_role("link", name="上传文件").click()
    shoot(page, "upload")
    assert serious(page) == []
    page.get_by_label("文件", exact=True).set_input_files([good, bad])
    page.get_by_role("button", name="上传").click()
    page.get_by_text("2 / 2 个文件：生成草稿 1 条，未能读取 1 条。").wait_for()
    assert page.get_by_role("progressbar").count() == 2
    assert page.locator("#files b").count() == 0
    shoot(page, "uploaded")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    page.get_by_role("link", name="医保卡补办办法").click()
    page.get_by_role("button", name="提交审核").wait_for()
    page.goto("/drafts")
    page.get_by_role("button", name="全选本页").click()
    page.get_by_role("button", name="提交所选").click()
    page.get_by_text("已提交审核 1 条。").wait_for()
    assert serious(page) == []
