"""Recall of answers: found, previewed, confirmed; nobody sees or corrects another agency's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, select

from casework.tables import correction
from core.catalogue.models import Status
from core.clock import FixedClock
from core.database.engine import reading
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from tests.browsers import serious
from tests.casework.recalling import CHANGED, City
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in

Everything = Callable[[], dict[str, list[str]]]
HOSTILE = "<script>alert(1)</script>补办多少钱"
RECORD = "kind=document&id=fee"
PREVIEW, SEND = f"/board/recall/preview?{RECORD}", f"/board/recall/correct?{RECORD}"


@pytest.fixture
def city(engine: Engine, clock: FixedClock, services: Any) -> City:
    """Three were told what a record of 示例市医保局 says no more; two of them agreed."""
    made = City(engine, clock, agency="示例市医保局")
    made.publish("补办居住证收工本费二十元。到派出所办理。")
    for who in ("a", "b"):
        made.consent(who)
    for number, who in enumerate(("a", "b", "stranger")):
        made.ask(who, f"{HOSTILE}（{number}）", aspect="fee")
        made.wait()
    made.publish("补办居住证免费。到派出所办理。")
    return made


def fields(city: City, **changed: object) -> dict[str, str]:
    since = city.outdated(48).since.isoformat()
    given = {"version": 2, "withdrawn": "false", "since": since, "citizens": 2, "text": CHANGED, **changed}
    return {name: str(value) for name, value in given.items()}


@pytest.mark.parametrize("login", ["sun.editor", "li.editor", "ybj.admin"])
async def test_only_who_publishes_for_the_agency_corrects(
    login: str, city: City, signed_in: Any, everything: Everything
) -> None:
    clerk = await signed_in(login)
    before = everything()
    own = login != "sun.editor"
    assert (await clerk.get(f"/board/recall?{RECORD}")).status_code == (200 if own else 403)
    assert ("居住证收费" in (await clerk.get("/board/recalls")).text) == own
    assert "发送更正" not in (await clerk.get(f"/board/recall?{RECORD}")).text
    for path in (PREVIEW, SEND):
        assert (await clerk.post(path, fields(city))).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("id_", ["", "missing", "%00", "x" * 300])
async def test_a_record_that_is_not_there_is_told(city: City, signed_in: Any, id_: str) -> None:
    clerk = await signed_in("zhao.reviewer")
    answer = await clerk.get(f"/board/recall?kind=document&id={id_}")
    assert answer.status_code in (400, 404)


async def test_a_content_shows_how_many_were_told(city: City, signed_in: Any) -> None:
    clerk = await signed_in("li.editor")
    assert "谁收到过旧答复（3 次）" in (await clerk.get(f"/content?{RECORD}")).text
    city.publish("没有人问过。", "quiet")
    assert "谁收到过旧答复" not in (await clerk.get("/content?kind=document&id=quiet")).text


async def test_of_a_withdrawn_record_every_answer_counts(city: City, signed_in: Any) -> None:
    city.ask("a", "现在免费吗")
    city.wait()
    clerk = await signed_in("zhao.reviewer")
    assert "3</strong> 次答复" in (await clerk.get(f"/board/recall?{RECORD}")).text
    city.set_status(Status.WITHDRAWN)
    page = (await clerk.get(f"/board/recall?{RECORD}")).text
    assert "4</strong> 次答复" in page
    assert "市民现在看不到这项内容" in page
    shown = await clerk.post(PREVIEW, {"text": CHANGED})
    assert "不再对外公开" in shown.text
    assert "查看详情" not in shown.text


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"citizens": 3}, 409, "现在是 2 人"),
        ({"version": 1}, 409, "在此期间有变化"),
        ({"text": "太短了"}, 400, "现在是 3 个"),
        ({"text": CHANGED + "\x07"}, 400, "看不见的字符"),
        ({"since": "x"}, 400, "alert"),
    ],
)
async def test_what_cannot_be_sent_is_told_and_what_was_typed_stays(
    changed: dict[str, Any], status: int, said: str, city: City, signed_in: Any, everything: Everything
) -> None:
    clerk = await signed_in("zhao.reviewer")
    before = everything()
    answer = await clerk.post(SEND, fields(city, **changed))
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert said in answer.text
    assert str(changed.get("text", CHANGED)) in answer.text
    assert everything() == before


async def test_where_nobody_agreed_nothing_can_be_sent(
    city: City, signed_in: Any, everything: Everything
) -> None:
    for who in ("a", "b"):
        city.consent(who, given=False)
    clerk = await signed_in("zhao.reviewer")
    assert "发送更正" not in (await clerk.get(f"/board/recall?{RECORD}")).text
    before = everything()
    answer = await clerk.post(PREVIEW, {"text": CHANGED})
    assert (answer.status_code, "没有同意接收通知的市民" in answer.text) == (400, True)
    assert everything() == before


async def test_questions_are_paged_without_a_gap(city: City, signed_in: Any) -> None:
    city.publish("又一版。")
    city.empty()
    held = city.held()
    for number in range(45):
        # Several in one instant.
        city.tell("stranger", f"第{number}问完", held.key, 1)
        if number % 3 == 0:
            city.wait()
    clerk = await signed_in("li.editor")
    found, path = list[str](), f"/board/recall?{RECORD}"
    while path:
        text = (await clerk.get(path)).text
        found += [one.split("问完")[0] for one in text.split('<td class="cell">第')[1:]]
        path = text.split('<a href="')[-1].split('"')[0].replace("&amp;", "&") if "更早的提问" in text else ""
    assert len(found) == 45
    assert sorted(found, key=int) == [str(number) for number in range(45)]


def test_a_correction_is_previewed_and_sent(
    page: Page, engine: Engine, clock: FixedClock, city: City
) -> None:
    sign_in(page, "zhao.reviewer")
    page.goto("/board/recalls")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    shoot(page, "recalls")
    page.get_by_role("link", name="居住证收费").click()
    page.get_by_text("可以收到更正").wait_for()
    assert page.get_by_text("收费标准").count() == 3
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    shoot(page, "recall")
    page.get_by_label("更正内容").fill(CHANGED)
    page.get_by_role("button", name="预览").click()
    notice = page.get_by_role("article")
    assert f"问过：“{HOSTILE}（2）”" in notice.inner_text()
    assert CHANGED in notice.inner_text()
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    shoot(page, "correction")
    page.get_by_role("button", name="确认发送给 2 人").click()
    page.get_by_text("更正已提交").wait_for()
    (job,), _ = Jobs(engine, clock).listed()
    assert job.kind == Kind.CORRECT
    city.work()
    page.reload()
    page.get_by_role("region", name="已发送的更正").get_by_text(CHANGED).wait_for()
    with reading(engine) as connection:
        assert connection.execute(select(correction.c.told)).scalar_one() == 2
    shown = dict(city.notices())["b"]
    assert f"“{HOSTILE}（1）”" in shown
