"""What citizens report: seen by the answer's agency, replied to, closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, insert, select, update

from core.citizens.tables import answer_log, feedback, feedback_reply
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from tests.browsers import serious
from tests.casework.standing import put_answer
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in

Everything = Callable[[], dict[str, list[str]]]
HOSTILE = "<img src=x onerror=alert(1)>电话不对"


@pytest.fixture
def report(engine: Engine, clock: FixedClock) -> Callable[[str | None], str]:
    """A report on an answer of an agency, or of none."""

    def _put(agency: str | None, name: str = "a1") -> str:
        put_answer(engine, clock.now(), name, "医保局电话多少")
        with writing(engine) as connection:
            this = answer_log.c.id == name
            connection.execute(update(answer_log).where(this).values(agency=agency, status="answered_guide"))
            said = {"useful": False, "reason": "wrong", "text": HOSTILE, "updated": clock.now()}
            connection.execute(insert(feedback).values(answer_id=name, **said))
        return name

    return _put


@pytest.mark.parametrize("agency", ["gjj", None])
async def test_nobody_sees_or_answers_another_agencys(
    agency: str | None, signed_in: Any, report: Any, everything: Everything
) -> None:
    name = report(agency)
    clerk = await signed_in("li.editor")
    before = everything()
    listed = (await clerk.get("/board/reports?agency=gjj")).text
    assert "电话不对" not in listed
    assert "待处理 0 条" in listed
    assert (await clerk.get(f"/board/report?id={name}")).status_code == 403
    for act, field in (("reply", "text"), ("close", "reason")):
        assert (await clerk.post(f"/board/report/{act}?id={name}", {field: "x"})).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("id_", ["", "9", "x" * 50])
async def test_a_report_that_is_not_there_is_told(signed_in: Any, id_: str) -> None:
    assert (await (await signed_in("li.editor")).get(f"/board/report?id={id_}")).status_code == 404


async def test_what_cannot_be_done_is_told_and_gives_back_what_was_typed(
    signed_in: Any, report: Any, everything: Everything
) -> None:
    name, clerk = report("ybj"), await signed_in("li.editor")
    before = everything()
    for act, fields, said in (
        ("reply", {"mark": "old", "text": "写了很久的回复"}, "在此期间有变化"),
        ("reply", {"mark": "old", "text": ""}, "请写回复"),
        ("reply", {"mark": "old", "text": "长" * 1001}, "不超过 1000 个字"),
        ("close", {"mark": "old", "reason": ""}, "请写原因"),
    ):
        answer = await clerk.post(f"/board/report/{act}?id={name}", fields)
        assert answer.status_code == 400
        assert said in answer.text
        assert fields.get("text", "") in answer.text
    assert everything() == before


def test_a_report_is_replied_to_and_another_one_closed(
    page: Page, engine: Engine, clock: FixedClock, report: Any
) -> None:
    report("ybj")
    report("ybj", "a2")
    sign_in(page, "li.editor")
    page.goto("/board")
    page.get_by_role("link", name="纠错与评价").click()
    page.get_by_text("待处理 2 条").wait_for()
    looks_right(page, "reports")
    page.get_by_role("link", name="答错了").first.click()
    page.get_by_text(HOSTILE).wait_for()
    looks_right(page, "report")
    page.get_by_label("回复", exact=True).fill("电话已经更正。")
    page.get_by_role("button", name="回复", exact=True).click()
    page.get_by_text("回复已保存").wait_for()
    page.get_by_text("电话已经更正。").wait_for()
    assert page.get_by_role("button", name="回复", exact=True).count() == 0
    looks_right(page, "report-replied")
    (job,), _ = Jobs(engine, clock).listed()
    assert job.kind == Kind.REPLY
    page.goto("/board/reports?reason=wrong")
    page.get_by_text("待处理 1 条").wait_for()
    page.get_by_role("link", name="答错了").click()
    page.get_by_label("原因").fill("与答复无关")
    page.get_by_role("button", name="关闭").click()
    page.get_by_text("关闭的原因：与答复无关").wait_for()
    with reading(engine) as connection:
        states = connection.execute(select(feedback_reply.c.state)).scalars().all()
    assert sorted(states) == ["closed", "replied"]


def looks_right(page: Page, name: str) -> None:
    shoot(page, name)
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
