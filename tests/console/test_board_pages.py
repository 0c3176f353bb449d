"""The board of questions: given out, answered, put aside; nobody sees another agency's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, update

from apps.console.services import Services
from core.catalogue.models import Document, Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.tables import answer_log
from core.clock import FixedClock
from core.database.engine import writing
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from staff.actors import Operator
from tests.browsers import serious
from tests.casework.standing import group_of, put_answer, put_group
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.conftest import PASSWORD

Everything = Callable[[], dict[str, list[str]]]
HOSTILE = "<script>alert(1)</script>狗证怎么办"


@pytest.fixture
def group(engine: Engine, clock: FixedClock) -> Callable[[str | None], int]:
    """A group of an agency, or of none, whose question is hostile."""

    def _put(agency: str | None) -> int:
        answers = [put_answer(engine, clock.now(), f"a{number}", HOSTILE) for number in range(3)]
        return put_group(engine, clock.now(), answers, agency=agency)

    return _put


@pytest.mark.parametrize("agency", ["gjj", None])
async def test_nobody_sees_or_changes_another_agencys(
    agency: str | None, signed_in: Any, group: Any, everything: Everything
) -> None:
    number = group(agency)
    clerk = await signed_in("li.editor")
    before = everything()
    for state in ("open", "assigned", "answered", "dismissed"):
        assert "狗证" not in (await clerk.get(f"/board?state={state}")).text
    assert (await clerk.get(f"/board/group?id={number}")).status_code == 403
    state = "assigned" if agency else "open"
    for act in ("assign", "dismiss", "reopen", "answer"):
        fields = {"state": state, "reason": "x", "agency": "ybj", "kind": "document", "external_id": "dog"}
        assert (await clerk.post(f"/board/{act}?id={number}", fields)).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("id_", ["", "9", "x", "-1", "99999999999999999999", "１"])
async def test_a_group_that_is_not_there_is_told(signed_in: Any, id_: str) -> None:
    clerk = await signed_in("li.editor")
    assert (await clerk.get(f"/board/group?id={id_}")).status_code == 404


async def test_what_cannot_be_done_is_told_and_changes_nothing(
    signed_in: Any, group: Any, everything: Everything
) -> None:
    number = group("ybj")
    clerk = await signed_in("li.editor")
    before = everything()
    for act, fields in (
        ("dismiss", {"state": "assigned", "reason": ""}),
        ("dismiss", {"state": "open", "reason": "x"}),
        ("answer", {"state": "assigned", "kind": "document", "external_id": "missing"}),
        ("answer", {"state": "assigned", "kind": "other", "external_id": "dog"}),
    ):
        answer = await clerk.post(f"/board/{act}?id={number}", fields)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert everything() == before


async def test_a_group_whose_words_are_erased_keeps_none(signed_in: Any, group: Any, engine: Engine) -> None:
    number = group("ybj")
    with writing(engine) as connection:
        connection.execute(update(answer_log).values(question=""))
    clerk = await signed_in("li.editor")
    assert "（提问已删除）" in (await clerk.get(f"/board/group?id={number}")).text


def test_a_group_is_given_out_and_answered(
    page: Page, engine: Engine, clock: FixedClock, group: Any, services: Services
) -> None:
    group(None)
    city = {"login": "city.editor", "name": "全市", "password": PASSWORD, "roles": ["editor"], "agency": None}
    services.commands.run(Operator(), "account.add", city)
    dog = Document(external_id="dog", title="宠物犬登记", text="到社区登记。", agency="示例市医保局")
    CatalogueWrites(engine).put(dog, [], Status.PUBLISHED)
    sign_in(page, "city.editor")
    page.goto("/board")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    shoot(page, "board")
    page.get_by_role("link", name=HOSTILE).click()
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    shoot(page, "board-group")
    page.get_by_label("部门").select_option(label="示例市医保局")
    page.get_by_role("button", name="分派", exact=True).click()
    page.get_by_text("分派已保存。").wait_for()
    assert group_of(engine)["agency"] == "ybj"
    page.get_by_role("button", name="退出").click()
    sign_in(page, "li.editor")
    page.goto("/board")
    page.get_by_role("link", name=HOSTILE).click()
    page.get_by_role("link", name="新写一条问答").click()
    assert page.get_by_label("问题", exact=True).input_value() == HOSTILE
    page.go_back()
    page.get_by_label("编号").fill("dog")
    page.get_by_role("button", name="标为已答复并通知").click()
    page.get_by_text("已标为已答复").wait_for()
    page.get_by_role("link", name="宠物犬登记").wait_for()
    (job,), _ = Jobs(engine, clock).listed()
    assert job.kind == Kind.TELL
    page.get_by_role("button", name="重新打开").click()
    page.get_by_text("已重新打开。").wait_for()
    page.get_by_label("原因").fill("不属于政务事项")
    page.get_by_role("button", name="标为不处理").click()
    page.get_by_text("不处理的原因：不属于政务事项").wait_for()
