"""Who sees which contents, by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from apps.console.services import Services
from core.catalogue.models import Document, Status
from core.catalogue.writes import CatalogueWrites
from core.database.engine import reading
from knowledge_base.editing.drafts import drafts
from knowledge_base.passages.chunk import chunk
from staff.actors import Operator
from tests.cells import cell
from tests.console.conftest import ACCOUNTS

Enter = Callable[[str], Any]
PAGES = (
    "/contents",
    "/drafts",
    "/content?id=card",
    "/content/version?id=card&version=1",
    "/content/edit?id=card",
)
SECRET = "只有本部门能看的标题"


@pytest.fixture
def card(services: Services) -> None:
    """A document of 医保局 with a draft, and one of nobody's."""
    for external_id, agency in (("card", "示例市医保局"), ("nobodys", None)):
        one = Document(external_id=external_id, title=SECRET, text="正文。", agency=agency)
        CatalogueWrites(services.engine).put(one, chunk(one, SECRET), Status.PUBLISHED)
    given = {"title": f"{SECRET}改", "text": "草稿。", "agency": "示例市医保局"}
    save = {"kind": "document", "external_id": "card", "base": 1, "content": given}
    services.commands.run(Operator(), "content.save", save)


@pytest.mark.usefixtures("card")
@pytest.mark.parametrize("login", ACCOUNTS)
async def test_contents_are_seen_by_their_own_agency(login: str, signed_in: Enter) -> None:
    agency, roles = ACCOUNTS[login]
    clerk = await signed_in(login)
    for path in PAGES:
        with cell(path):
            answer = await clerk.get(path)
            may = agency in (None, "ybj") and (path != "/content/edit?id=card" or "editor" in roles)
            assert (SECRET in answer.text) == may
            assert answer.status_code == (200 if may or path in ("/contents", "/drafts") else 403)


@pytest.mark.usefixtures("card")
async def test_what_belongs_to_no_agency_is_for_those_who_work_for_all(signed_in: Enter) -> None:
    for login, status in (("admin", 200), ("li.editor", 403)):
        assert (await (await signed_in(login)).get("/content?id=nobodys")).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "/content",
        "/content?id=",
        f"/content?id={'x' * 201}",
        "/content?id=none",
        "/content/version?id=card&version=x",
        "/content/version?id=card&version=9",
        "/content?id=card&kind=item",
    ],
)
@pytest.mark.usefixtures("card")
async def test_what_is_not_there_is_a_page_that_says_so(path: str, signed_in: Enter) -> None:
    assert (await (await signed_in("admin")).get(path)).status_code == 404


@pytest.mark.usefixtures("card")
async def test_a_search_takes_signs_as_they_are(signed_in: Enter) -> None:
    clerk = await signed_in("admin")
    for q, found in (("部门", True), ("%", False), ("_", False), ("\\", False)):
        page = await clerk.http.get("/contents", params={"q": q})
        assert (SECRET in page.text) == found


async def test_a_form_sent_twice_makes_one_document_and_loses_nothing(
    signed_in: Enter, engine: Engine
) -> None:
    clerk = await signed_in("li.editor")
    form = {"title": "补办", "kind": "policy", "agency": "示例市医保局", "region": "000000", "base": "0"}
    path = "/content/edit?id=staff-0123456789ab"
    assert (await clerk.post(path, {**form, "text": "第一次。"})).status_code == 303
    again = await clerk.post(path, {**form, "text": "第二次。"})
    assert again.status_code == 409
    assert "又保存过（li.editor）" in again.text
    assert "第二次。" in again.text
    assert (await clerk.post("/content/edit?id=mine", {**form, "text": "x"})).status_code == 404
    with reading(engine) as connection:
        assert [one.external_id for one in drafts(connection)[0]] == ["staff-0123456789ab"]


@pytest.mark.usefixtures("card")
async def test_an_editor_is_told_that_the_published_text_is_newer_than_the_draft(
    signed_in: Enter, engine: Engine
) -> None:
    newer = Document(external_id="card", title=SECRET, text="由导入更新。", agency="示例市医保局")
    clerk = await signed_in("li.editor")
    assert "请对照后再保存" not in (await clerk.get("/content/edit?id=card")).text
    CatalogueWrites(engine).put(newer, chunk(newer, SECRET), Status.PUBLISHED)
    assert "请对照后再保存" in (await clerk.get("/content/edit?id=card")).text
