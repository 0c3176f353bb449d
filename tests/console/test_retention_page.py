"""The page of what is kept for how long, asked and in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine, insert

from apps.console import retention_routes
from apps.console.services import Services
from apps.worker.composition import SCHEDULES
from apps.worker.retention import Retention
from core.citizens.tables import conversation, message
from core.clock import SHANGHAI, FixedClock
from core.database.engine import writing
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from core.jobs.schedules import Schedules
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.worker.working import work_off

Everything = Callable[[], dict[str, list[str]]]
Put = Callable[..., None]


@pytest.fixture
def put(engine: Engine, clock: FixedClock) -> Put:
    """Messages of so many days ago each."""

    def _put(*days_ago: float) -> None:
        now = clock.now()
        said = {"conversation": "a", "role": "citizen", "kind": "text", "payload": {}}
        with writing(engine) as connection:
            connection.execute(insert(conversation).values(id="a", created=now, last_seen=now))
            rows = [
                {**said, "id": f"m{number}", "created": now - timedelta(days=days)}
                for number, days in enumerate(days_ago)
            ]
            connection.execute(insert(message), rows)

    return _put


def figures(page: str, rule: str) -> list[str]:
    """Rows there are, what goes at the next run, and later."""
    row = re.search(rf'<tr data-rule="{rule}">(.*?)</tr>', page, re.DOTALL)
    assert row is not None
    return re.findall(r'<td class="number">([^<]+)</td>', row[1])


async def test_what_will_go_is_told_for_the_day_that_is_asked_for(
    signed_in: Any, put: Put, engine: Engine, clock: FixedClock
) -> None:
    Schedules(engine, clock, SHANGHAI, SCHEDULES).prepare()
    put(40, 31, 29.99, 25, 5, 1)
    clerk = await signed_in("admin")
    assert figures((await clerk.get("/retention")).text, "messages") == ["6", "2", "4"]
    assert figures((await clerk.get("/retention?days=30")).text, "messages") == ["6", "2", "6"]
    for given in ("0", "x", "-1", "9" * 400, "31"):
        answer = await clerk.get(f"/retention?days={given}")
        assert figures(answer.text, "messages") == ["6", "2", "4"]


async def test_the_next_run_is_the_schedule_s_with_what_is_due_by_then(
    signed_in: Any, put: Put, engine: Engine, clock: FixedClock
) -> None:
    schedules = Schedules(engine, clock, SHANGHAI, SCHEDULES)
    schedules.prepare()
    schedules.put_in()
    put(30 - 0.5 / 24, 30 - 1.5 / 24)
    page = (await (await signed_in("admin")).get("/retention")).text
    assert "下次清理：2026-03-02 11:00:00" in page
    assert figures(page, "messages")[:2] == ["2", "1"]


async def test_very_many_are_not_counted_to_the_end(
    signed_in: Any, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_routes, "MOST_COUNTED", 3)
    put(40, 39, 38, 37)
    page = (await (await signed_in("admin")).get("/retention")).text
    assert figures(page, "messages") == ["3 以上"] * 3


async def test_nobody_of_a_single_agency_sees_it_or_has_it_run(
    signed_in: Any, put: Put, everything: Everything
) -> None:
    put(40)
    for login in ("ybj.admin", "li.editor", "zhao.reviewer"):
        clerk = await signed_in(login)
        before = everything()
        assert "数据保留" not in (await clerk.get("/")).text
        assert (await clerk.get("/retention")).status_code == 403
        assert (await clerk.post("/retention/run")).status_code == 403
        assert everything() == before


async def test_looking_changes_nothing(signed_in: Any, put: Put, everything: Everything) -> None:
    put(40)
    clerk = await signed_in("admin")
    before = everything()
    await clerk.get("/retention?days=365")
    assert everything() == before


async def test_whoever_has_it_run_wakes_a_worker(
    signed_in: Any, services: Services, engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(services.waker, "wake", woken.append)
    clerk = await signed_in("admin")
    for _ in range(2):
        answer = await clerk.post("/retention/run")
        assert (answer.status_code, answer.headers["location"]) == (303, "/retention?done=1")
    (job,), total = Jobs(engine, clock).listed()
    assert (total, job.kind, job.actor, woken) == (1, Kind.RETENTION, "admin", [job.id, job.id])


def test_an_administrator_looks_has_it_run_and_reads_what_went(
    page: Page, put: Put, services: Services, engine: Engine, clock: FixedClock
) -> None:
    Schedules(engine, clock, SHANGHAI, SCHEDULES).prepare()
    put(40, 31, 25, 1)
    sign_in(page, "admin")
    page.get_by_role("link", name="数据保留").first.click()
    looks_right(page, "retention")
    page.get_by_label("再看").select_option("30")
    page.get_by_role("button", name="查看").click()
    row = page.locator('tr[data-rule="messages"]')
    assert row.locator(".number").all_inner_texts() == ["4", "2", "4"]
    page.get_by_role("button", name="立即清理").click()
    assert "已排队" in page.get_by_role("status").inner_text()
    work_off(engine, clock, {Kind.RETENTION: Retention(engine, clock, services.retained)})
    page.goto("/retention")
    assert row.locator(".number").all_inner_texts() == ["2", "0", "1"]
    log = page.get_by_role("region", name="清理记录").inner_text()
    assert "对话消息：2" in log
    assert "admin" in log
    looks_right(page, "retention-after")


def looks_right(page: Page, name: str) -> None:
    shoot(page, name)
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
