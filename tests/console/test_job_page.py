"""The page of background jobs, asked and in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from apps.console.services import Services
from apps.worker.composition import SCHEDULES
from core.clock import SHANGHAI, FixedClock
from core.database.engine import writing
from core.errors import BadInput
from core.jobs.kinds import Kind
from core.jobs.leases import Leases
from core.jobs.models import Job, State
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs
from core.jobs.schedules import Schedules
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in

HOSTILE = "<script>alert(1)</script>"
Everything = Callable[[], dict[str, list[str]]]


class Queue:
    """Jobs as a worker would leave them."""

    def __init__(self, engine: Engine, clock: FixedClock) -> None:
        self.engine = engine
        self.clock = clock
        self.leases = Leases(engine, clock)
        self.jobs = Jobs(engine, clock)

    def put(self, kind: str = Kind.PUBLISH, **params: Any) -> int:
        with writing(self.engine) as connection:
            return enqueue(connection, kind, params, by="@schedule", now=self.clock.now())

    def begin(self, done: int = 0, total: int = 0, note: str = "") -> Job:
        held = self.leases.claim(list(Kind))
        assert held is not None
        with writing(self.engine) as connection:
            self.leases.note(connection, held, done, total, note)
        return held


@pytest.fixture
def queue(engine: Engine, clock: FixedClock) -> Queue:
    return Queue(engine, clock)


async def test_jobs_are_paged_and_filtered_by_state(signed_in: Any, queue: Queue) -> None:
    for number in range(60):
        queue.put(external_id=f"d{number}")
    queue.leases.finish(queue.begin())
    clerk = await signed_in("admin")
    first = (await clerk.get("/jobs")).text
    assert "d59" in first
    assert "d9<" not in first
    assert "第 1 / 2 页，共 60 条" in first
    second = (await clerk.get("/jobs?page=2")).text
    assert "d9<" in second
    done = (await clerk.get("/jobs?state=done")).text
    assert "d0<" in done
    assert "共 1 条" in done
    assert "共 60 条" in (await clerk.get("/jobs?kind=content.publish_due")).text
    assert "d59" not in (await clerk.get("/jobs?kind=figures.count")).text
    assert (await clerk.get("/jobs?state=nothing&kind=nothing&page=x")).status_code == 200


async def test_what_came_of_a_job_is_told_in_the_words_of_staff(
    signed_in: Any, queue: Queue, services: Services
) -> None:
    counted = [one.name for one in services.retained]
    for names in (counted, ["questions"], ["told", "asked"]):
        queue.put(group=7)
        queue.leases.finish(queue.begin(), dict.fromkeys(names, 9))
    page = (await signed_in("admin")).get("/jobs")
    told = re.findall(r"([^<>]+)：(?:7|9)<", (await page).text)
    assert len(told) == len(counted) + 3 + 3
    assert [name for name in told if name.isascii()] == []


async def test_nobody_of_a_single_agency_sees_or_touches_a_job(
    signed_in: Any, queue: Queue, everything: Everything
) -> None:
    number = queue.put(external_id="card")
    for login in ("ybj.admin", "li.editor"):
        clerk = await signed_in(login)
        before = everything()
        assert "任务" not in (await clerk.get("/")).text
        for path in ("/jobs", "/jobs/progress"):
            assert (await clerk.get(path)).status_code == 403
        for act in ("cancel", "retry"):
            assert (await clerk.post(f"/jobs/{act}", {"id": number})).status_code == 403
        assert everything() == before


@pytest.mark.parametrize("number", ["", "x", "999", "0", "9" * 30])
async def test_a_job_that_is_none_changes_nothing(
    number: str, signed_in: Any, queue: Queue, everything: Everything
) -> None:
    queue.put()
    clerk = await signed_in("admin")
    before = everything()
    for act in ("cancel", "retry"):
        answer = await clerk.post(f"/jobs/{act}", {"id": number})
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert everything() == before


async def test_whoever_tries_a_job_again_wakes_a_worker(
    signed_in: Any, queue: Queue, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(services.waker, "wake", woken.append)
    number = queue.put()
    queue.leases.fail(queue.begin(), BadInput("x"), for_good=True)
    clerk = await signed_in("admin")
    answer = await clerk.post("/jobs/retry", {"id": number, "state": "failed"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/jobs?state=failed&done=retry")
    assert woken == [number]
    assert queue.jobs.one(number).state is State.QUEUED


async def test_the_script_is_told_how_far_the_jobs_are(signed_in: Any, queue: Queue) -> None:
    number = queue.put()
    queue.begin(2, 5, "第二份")
    clerk = await signed_in("admin")
    told = (await clerk.get("/jobs/progress")).json()
    assert told == {
        "jobs": [
            {
                "id": number, "state": "running", "label": "运行中", "open": True,
                "done": 2, "total": 5, "note": "第二份",
            }
        ]
    }  # fmt: skip


def test_an_administrator_follows_cancels_and_tries_again(
    page: Page, queue: Queue, engine: Engine, clock: FixedClock
) -> None:
    Schedules(engine, clock, SHANGHAI, SCHEDULES).prepare()
    failed = queue.put(external_id="notice")
    queue.leases.fail(queue.begin(), BadInput("x", public_message=f"打不开{HOSTILE}。"), for_good=True)
    clock.move_to(clock.now() + timedelta(minutes=1))
    running = queue.put(external_id=HOSTILE)
    held = queue.begin(30, 100, "已处理三十份")
    waiting = queue.put(Kind.RETENTION)
    sign_in(page, "admin")
    page.get_by_role("link", name="任务").first.click()
    row = page.locator(f'tr[data-job="{running}"]')
    assert "30 / 100" in row.inner_text()
    assert HOSTILE in row.inner_text()
    assert HOSTILE in page.locator(f'tr[data-job="{failed}"]').inner_text()
    shoot(page, "jobs")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)

    with writing(engine) as connection:
        queue.leases.note(connection, held, 70, 100, "已处理七十份")
    row.get_by_text("70 / 100").wait_for()
    assert row.locator("progress").evaluate("bar => bar.value") == 70
    queue.leases.finish(held)
    row.get_by_text("完成", exact=True).wait_for()
    assert row.get_by_role("button").count() == 0

    page.get_by_role("button", name=f"取消 {waiting}").click()
    assert "已要求取消" in page.get_by_role("status").inner_text()
    assert queue.jobs.one(waiting).state is State.CANCELLED
    page.get_by_label("状态").select_option("失败")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("button", name=f"重试 {failed}").click()
    assert queue.jobs.one(failed).state is State.QUEUED
    assert serious(page) == []


def test_without_its_script_the_page_works(page: Page, queue: Queue) -> None:
    number = queue.put()
    page.context.route("**/jobs.js", lambda route: route.abort())
    sign_in(page, "admin")
    page.goto("/jobs")
    page.get_by_role("button", name=f"取消 {number}").click()
    assert queue.jobs.one(number).state is State.CANCELLED
