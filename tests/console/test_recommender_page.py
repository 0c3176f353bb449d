"""The page of the recommender's model, asked and in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, delete, update

from apps.console.services import Services
from core.clock import FixedClock
from core.database.engine import writing
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from recommender.training import kept
from recommender.training.tables import recommender_model, recommender_model_chunk
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.recommender.training.town import Town

Everything = Callable[[], dict[str, list[str]]]


@pytest.fixture
def town(engine: Engine, clock: FixedClock) -> Town:
    """With two models, of which the second serves, and a third that was rejected."""
    made = Town(engine)
    made.clock.move_to(clock.now())
    made.live()
    made.train()
    made.train()
    made.fit.spoil = lambda together: -together
    made.train()
    return made


async def test_it_tells_what_serves_and_why_the_last_was_not_accepted(signed_in: Any, town: Town) -> None:
    page = (await (await signed_in("admin")).get("/recommender")).text
    assert "正在使用：<strong>m2</strong>" in page
    assert "不采用：效果不如热门事项" in page
    assert "150 位市民，600 次行为，32 个事项" in page


async def test_one_goes_back_once_and_not_before_the_first(signed_in: Any, town: Town) -> None:
    clerk = await signed_in("admin")
    answer = await clerk.post("/recommender/rollback")
    assert (answer.status_code, answer.headers["location"]) == (303, "/recommender?done=rollback")
    used = town.in_use()
    assert used is not None
    assert used.version == "m1"
    refused = await clerk.post("/recommender/rollback")
    assert (refused.status_code, "没有更早的可用模型" in refused.text) == (400, True)


async def test_training_is_put_in_once_and_a_worker_woken(
    signed_in: Any, services: Services, engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(services.waker, "wake", woken.append)
    clerk = await signed_in("admin")
    for _ in range(2):
        assert (await clerk.post("/recommender/train")).status_code == 303
    (job,), total = Jobs(engine, clock).listed()
    assert (total, job.kind, job.actor, woken) == (1, Kind.TRAIN, "admin", [job.id, job.id])
    assert "训练推荐模型" in (await clerk.get("/jobs")).text


async def test_what_is_broken_is_told(signed_in: Any, town: Town) -> None:
    with writing(town.engine) as connection:
        connection.execute(delete(recommender_model_chunk))
    assert "模型数据不完整" in (await (await signed_in("admin")).get("/recommender")).text


async def test_what_has_expired_is_told_in_chinese_alone(signed_in: Any, town: Town, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(update(recommender_model).values(created=town.clock.now() - timedelta(days=90)))
    page = (await (await signed_in("admin")).get("/recommender")).text
    trouble = page.split("现在不能用于推荐：", 1)[1].split("</p>", 1)[0]
    assert "模型已过期" in trouble
    assert re.search("[a-z]{3}", trouble.replace("</strong>", "")) is None


async def test_made_up_citizens_and_later_figures_are_told(
    signed_in: Any, town: Town, engine: Engine
) -> None:
    used = town.in_use()
    assert used is not None
    card = {**used.card, "made_up_citizens": 30, "since_in_use": {"metrics": used.card["metrics"]}}
    with writing(engine) as connection:
        connection.execute(
            update(recommender_model).where(recommender_model.c.number == used.number).values(card=card)
        )
    page = (await (await signed_in("admin")).get("/recommender")).text
    assert "150 位市民（其中合成市民 30 位），600 次行为" in page
    assert page.count("（其中合成市民") == 1
    assert "热门事项（其训练之后）：" in page


async def test_where_none_serves_any_more_one_goes_back_to_the_latest_that_may(
    signed_in: Any, town: Town, engine: Engine
) -> None:
    with writing(engine) as connection:
        kept.withdraw(connection, 2, "使用后再次检验，效果不如热门事项")
    clerk = await signed_in("admin")
    page = (await clerk.get("/recommender")).text
    assert "还没有可用的模型" in page
    assert "不采用：使用后再次检验" in page
    assert "/recommender/rollback" in page
    assert (await clerk.post("/recommender/rollback")).status_code == 303
    used = town.in_use()
    assert used is not None
    assert used.version == "m1"


async def test_nobody_of_a_single_agency_sees_it_or_changes_it(
    signed_in: Any, town: Town, everything: Everything
) -> None:
    for login in ("ybj.admin", "li.editor", "zhao.reviewer"):
        clerk = await signed_in(login)
        before = everything()
        assert "推荐模型" not in (await clerk.get("/")).text
        assert (await clerk.get("/recommender")).status_code == 403
        for act in ("train", "rollback"):
            assert (await clerk.post(f"/recommender/{act}")).status_code == 403
        assert everything() == before


def test_an_administrator_reads_it_and_goes_back(page: Page, town: Town) -> None:
    sign_in(page, "admin")
    page.get_by_role("link", name="推荐模型").first.click()
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    shoot(page, "recommender")
    page.get_by_role("button", name="回滚到上一个模型").click()
    assert "改用更早的模型" in page.get_by_role("status").inner_text()
    assert "正在使用" in page.locator('tr[data-model="m1"]').inner_text()
