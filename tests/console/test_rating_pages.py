"""The pages of good-or-bad ratings: looked into, called back, closed; nobody sees another agency's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from apps.console.services import Services
from core.citizens.consents import Consents, Purpose
from core.clock import FixedClock
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from staff.actors import Operator
from tests.browsers import serious
from tests.casework.rated import put_rating, steps_of, task_of
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.conftest import PASSWORD

Everything = Callable[[], dict[str, list[str]]]
HOSTILE = "<script>alert(1)</script>没有说清楚"
STATES = ("undone", "open", "in_hand", "called_back", "closed", "all", "x")


@pytest.fixture
def rated(engine: Engine, clock: FixedClock) -> Callable[..., str]:
    """A bad rating whose text is hostile."""
    return partial(put_rating, engine, clock.now(), text=HOSTILE)


def looks_right(page: Page, name: str) -> None:
    """Axe finds nothing serious, and nothing stands outside of the window."""
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    shoot(page, name)


@pytest.mark.parametrize("agency", ["gjj", None])
async def test_nobody_sees_or_changes_another_agencys(
    agency: str | None, signed_in: Any, rated: Any, everything: Everything
) -> None:
    number = rated(agency=agency)
    clerk = await signed_in("li.editor")
    before = everything()
    for state in STATES:
        for other in ("", "&agency=gjj"):
            page = (await clerk.get(f"/board/ratings?state={state}{other}")).text
            assert number not in page
            assert "未办结的差评 0 条" in page
    assert (await clerk.get(f"/board/rating?id={number}")).status_code == 403
    fields = {"state": "open", "agency": "ybj", "how": "phone", "outcome": "solved", "said": "x", "note": "x"}
    for act in ("assign", "call_back", "close", "reopen"):
        assert (await clerk.post(f"/board/rating/{act}?id={number}", fields)).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("id_", ["", "9", "x", "0" * 24, "0" * 999])
async def test_a_rating_that_is_not_there_is_told(signed_in: Any, id_: str) -> None:
    clerk = await signed_in("li.editor")
    assert (await clerk.get(f"/board/rating?id={id_}")).status_code == 404
    assert (await clerk.post(f"/board/rating/reopen?id={id_}", {"state": "closed"})).status_code == 404


async def test_what_cannot_be_done_is_told_keeps_what_was_typed_and_changes_nothing(
    signed_in: Any, rated: Any, everything: Everything
) -> None:
    number = rated(agency="ybj")
    clerk = await signed_in("li.editor")
    before = everything()
    for act, fields in (
        ("close", {"state": "open", "note": "好了"}),
        ("call_back", {"state": "open", "how": "phone", "outcome": "not_reachable", "said": "写了很久"}),
        ("call_back", {"state": "open", "how": "inbox", "outcome": "solved", "said": "写了很久"}),
        ("call_back", {"state": "in_hand", "how": "phone", "outcome": "solved", "said": "写了很久"}),
        ("call_back", {"state": "open", "how": "phone", "outcome": "solved", "said": ""}),
        ("reopen", {"state": "open"}),
    ):
        answer = await clerk.post(f"/board/rating/{act}?id={number}", fields)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
        assert ("写了很久" in answer.text) == ("写了很久" in fields.values())
    assert everything() == before


async def test_lists_are_of_what_was_asked_for(
    signed_in: Any, rated: Any, clock: FixedClock, services: Services
) -> None:
    late = clock.today() - timedelta(days=1)
    shown = {
        "late": rated(number=1, agency="ybj", due=late),
        "open": rated(number=2, agency="ybj", level=2),
        "closed": rated(number=3, agency="ybj", state="closed", closed=clock.today()),
        "slow": rated(number=5, agency="ybj", state="closed", due=late, closed=clock.today()),
        "soon": rated(number=6, agency="ybj", state="closed", due=late, closed=late),
        "good": rated(number=4, agency="ybj", level=5),
    }
    clerk = await signed_in("li.editor")

    async def listed(asked: str) -> set[str]:
        text = (await clerk.get(f"/board/ratings?{asked}")).text
        return {name for name, number in shown.items() if number in text}

    assert await listed("") == {"late", "open"}
    assert await listed("overdue=on") == {"late"}
    assert await listed("state=closed") == {"closed", "slow", "soon"}
    assert await listed("state=closed&overdue=on") == {"slow"}
    assert await listed("level=2") == {"open"}
    assert await listed("state=all") == set(shown)
    assert await listed("state=all&level=5") == {"good"}
    assert await listed("state=nonsense&level=9&agency=gjj&page=x") == {"late", "open"}
    page = (await clerk.get("/board/ratings")).text
    assert "未办结的差评 2 条，其中逾期 <b" in page


async def test_a_good_rating_has_nothing_to_be_done(signed_in: Any, rated: Any) -> None:
    number = rated(agency="ybj", level=5)
    page = (await (await signed_in("li.editor")).get(f"/board/rating?id={number}")).text
    assert "非常满意" in page
    assert "<form" not in page.split("<main", 1)[1]


def test_a_bad_rating_is_passed_on_called_back_and_closed(
    page: Page, engine: Engine, clock: FixedClock, rated: Any, services: Services
) -> None:
    number = rated(citizen="甲", due=date(2026, 2, 27))
    Consents(engine, clock, "2").put("甲", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    city = {"login": "city.editor", "name": "全市", "password": PASSWORD, "roles": ["editor"], "agency": None}
    services.commands.run(Operator(), "account.add", city)
    sign_in(page, "city.editor")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="好差评").click()
    page.get_by_text("2026-02-27 已逾期").wait_for()
    looks_right(page, "ratings")
    page.get_by_role("link", name="非常不满意").click()
    page.get_by_text(HOSTILE).wait_for()
    page.get_by_label("部门").select_option(label="示例市医保局")
    page.get_by_role("button", name="转交").click()
    page.get_by_text("已保存。").wait_for()
    page.get_by_role("button", name="退出").click()
    sign_in(page, "li.editor")
    page.goto("/board/ratings")
    page.get_by_role("link", name="非常不满意").click()
    page.get_by_role("button", name="由我办理").click()
    page.get_by_text("经办 li.editor").wait_for()
    page.get_by_label("方式").select_option(label="页面消息")
    page.get_by_label("结果").select_option(label="已解释说明")
    page.get_by_label("内容").fill("材料清单已经补充，您可以再看一次。")
    looks_right(page, "rating")
    page.get_by_role("button", name="记录或发送回访").click()
    page.get_by_text("回访已记录。").wait_for()
    page.get_by_text("正在发送").wait_for()
    (job,), _ = Jobs(engine, clock).listed()
    assert job.kind == Kind.RATING_REPLY
    page.get_by_label("核实和整改情况").fill("指南补充了材料清单。")
    page.get_by_role("button", name="办结").click()
    page.get_by_text("已办结。", exact=True).wait_for()
    page.get_by_text("逾期办结").wait_for()
    looks_right(page, "rating-closed")
    page.get_by_role("button", name="重新打开").click()
    page.get_by_text("已重新打开。").wait_for()
    assert task_of(engine, number)["state"] == "in_hand"
    kinds = [one["kind"] for one in steps_of(engine, number)]
    assert kinds == ["given", "taken", "called_back", "closed", "reopened"]


def test_without_a_consent_no_reply_is_offered(page: Page, rated: Any) -> None:
    number = rated(agency="ybj", citizen="甲")
    sign_in(page, "li.editor")
    page.goto(f"/board/rating?id={number}")
    page.get_by_text("不能用页面消息回访").wait_for()
    assert "页面消息" not in page.get_by_label("方式").inner_text()
