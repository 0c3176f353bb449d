"""Files that a worker reads: what goes there, who sees it, and how its page follows the job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from apps.console.kept_uploads import MOST_AT_ONCE
from apps.console.services import Services
from apps.worker.importing import Importing
from core.clock import FixedClock
from core.database.engine import reading
from core.jobs.context import Context
from core.jobs.kinds import Kind
from core.jobs.leases import Leases
from core.jobs.models import State
from core.jobs.reads import Jobs
from knowledge_base.editing.drafts import drafts
from knowledge_base.uploads.commands import MOST_WAITING
from knowledge_base.uploads.reads import uploads
from knowledge_base.uploads.tables import upload_chunk
from staff.actors import Operator
from tests.browsers import serious
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.test_uploads import TEXT, lines, send
from tests.worker.uploading import archive, text_of, texts
from tests.worker.working import work_off

Everything = Callable[[], dict[str, list[str]]]
MANY = archive(texts(MOST_AT_ONCE + 1))
FEW = archive(texts(MOST_AT_ONCE))


class Worker:
    """Does in the test what the worker's process does."""

    def __init__(self, services: Services, engine: Engine, clock: FixedClock) -> None:
        self.engine = engine
        self.clock = clock
        self.importing = Importing(engine, clock, services.commands)

    def work(self) -> list[str]:
        return work_off(self.engine, self.clock, {Kind.IMPORT: self.importing})

    def drafts(self) -> int:
        with reading(self.engine) as connection:
            return drafts(connection)[1]

    def state(self, name: str) -> State:
        with reading(self.engine) as connection:
            (found,) = [one for one in uploads(connection, agencies=None, actor="") if one.id == name]
        return Jobs(self.engine, self.clock).one(found.job.id).state


@pytest.fixture
def worker(services: Services, engine: Engine, clock: FixedClock) -> Worker:
    return Worker(services, engine, clock)


async def put(clerk: Any, content: bytes = MANY, name: str = "全部.zip", **asked: str) -> str:
    """The id of an upload that is given to a worker."""
    (one,) = lines(await send_asked(clerk, content, name, **asked))
    assert (one["outcome"], one["place"]) == ("kept", name)
    return str(one["link"]).partition("=")[2]


async def send_asked(
    clerk: Any, content: bytes, name: str, agency: str = "示例市医保局", **asked: str
) -> Any:
    headers = {"origin": "http://console.test", "x-form-token": clerk.token}
    said = {"name": name, "agency": agency, "region": "510100", "kind": "policy", **asked}
    return await clerk.http.post("/upload", params=said, content=content, headers=headers)


async def test_a_large_archive_goes_to_the_worker_and_a_small_one_does_not(
    signed_in: Any, worker: Worker
) -> None:
    clerk = await signed_in("li.editor")
    assert len(lines(await send(clerk, FEW, name="少.zip"))) == MOST_AT_ONCE
    assert worker.drafts() == MOST_AT_ONCE
    name = await put(clerk)
    assert worker.drafts() == MOST_AT_ONCE
    assert "21 / 21" not in (await clerk.get("/upload")).text
    assert worker.work() == [State.DONE]
    page = (await clerk.get(f"/upload/one?id={name}")).text
    assert "生成草稿 1 条，内容相同 20 条" in page
    assert ">21.txt<" in page
    assert "21 / 21" in (await clerk.get("/upload")).text


async def test_who_ticks_it_has_any_file_read_later(signed_in: Any, worker: Worker) -> None:
    clerk = await signed_in("li.editor")
    name = await put(clerk, TEXT.encode(), "补办.txt", later="true")
    assert worker.drafts() == 0
    assert worker.work() == [State.DONE]
    page = (await clerk.get(f"/upload/one?id={name}")).text
    assert "医保卡补办办法" in page
    assert "/content?kind=document&amp;id=" in page


@pytest.mark.parametrize("content", [b"PK\x03\x04 torn off", b"", b"no archive"])
async def test_an_archive_that_is_none_is_told_at_once(
    content: bytes, signed_in: Any, worker: Worker
) -> None:
    clerk = await signed_in("li.editor")
    (one,) = lines(await send(clerk, content, name="坏.zip"))
    assert one["outcome"] == "problem"
    assert worker.work() == []


async def test_the_results_are_paged_and_filtered(signed_in: Any, worker: Worker) -> None:
    clerk = await signed_in("li.editor")
    files = {**texts(60), **{f"坏{number}.docx": b"none" for number in range(3)}}
    name = await put(clerk, archive(files))
    worker.work()
    page = (await clerk.get(f"/upload/one?id={name}&page=2")).text
    assert "第 2 / 2 页，共 63 条" in page
    bad = (await clerk.get(f"/upload/one?id={name}&outcome=problem")).text
    assert "共 3 条" in bad
    assert "坏2.docx" in bad
    assert ">1.txt<" not in bad
    assert (await clerk.get(f"/upload/one?id={name}&outcome=x&page=y")).status_code == 200


async def test_nobody_of_another_agency_sees_or_touches_it(
    signed_in: Any, worker: Worker, everything: Everything
) -> None:
    name = await put(await signed_in("li.editor"))
    for login in ("sun.editor", "zhao.reviewer", "ybj.admin", "admin"):
        clerk = await signed_in(login)
        before = everything()
        assert "全部.zip" not in (await clerk.get("/upload")).text
        for path in ("one", "progress"):
            assert (await clerk.get(f"/upload/{path}?id={name}")).status_code == 403
        for act in ("cancel", "retry"):
            assert (await clerk.post(f"/upload/{act}?id={name}")).status_code == 403
        assert everything() == before
    assert worker.state(name) is State.QUEUED


async def test_a_colleague_of_the_agency_sees_it_and_stops_it(
    signed_in: Any, worker: Worker, services: Services
) -> None:
    given = {"login": "qian.editor", "name": "钱", "password": "correct horse 42", "agency": "ybj"}
    services.commands.run(Operator(), "account.add", {**given, "roles": ["editor"]})
    name = await put(await signed_in("li.editor"))
    clerk = await signed_in("qian.editor")
    assert "全部.zip" in (await clerk.get("/upload")).text
    answer = await clerk.post(f"/upload/cancel?id={name}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/upload/one?id={name}&done=cancel")
    assert worker.state(name) is State.CANCELLED
    assert "从中断处继续" in (await clerk.get(f"/upload/one?id={name}")).text
    assert (await clerk.post(f"/upload/cancel?id={name}")).status_code == 400
    assert (await clerk.post(f"/upload/retry?id={name}")).status_code == 303
    assert worker.work() == [State.DONE]


async def test_a_file_for_another_agency_is_not_even_kept(signed_in: Any, everything: Everything) -> None:
    clerk = await signed_in("li.editor")
    before = everything()
    for agency in ("示例市公积金中心", "没有这个局", ""):
        (one,) = lines(await send_asked(clerk, MANY, "全部.zip", agency=agency))
        assert one["outcome"] == "problem"
        assert one["told"]
    assert everything() == before


async def test_who_has_many_waiting_is_told_and_nothing_more_is_kept(
    signed_in: Any, everything: Everything
) -> None:
    clerk = await signed_in("li.editor")
    for _ in range(MOST_WAITING):
        await put(clerk, text_of(1), "一.txt", later="true")
    before = everything()
    (one,) = lines(await send_asked(clerk, text_of(1), "一.txt", later="true"))
    assert "等它们完成" in one["told"]
    assert everything() == before


@pytest.mark.parametrize("name", ["", "x", "9" * 200])
async def test_an_upload_that_is_none_is_told(name: str, signed_in: Any, everything: Everything) -> None:
    clerk = await signed_in("li.editor")
    before = everything()
    for path in ("one", "progress"):
        assert (await clerk.get(f"/upload/{path}?id={name}")).status_code == 404
    for act in ("cancel", "retry"):
        assert (await clerk.post(f"/upload/{act}?id={name}")).status_code == 404
    assert everything() == before


async def test_bytes_that_are_gone_are_not_tried_again(
    signed_in: Any, worker: Worker, engine: Engine
) -> None:
    clerk = await signed_in("li.editor")
    name = await put(clerk)
    await clerk.post(f"/upload/cancel?id={name}")
    with engine.begin() as connection:
        connection.execute(upload_chunk.delete())
    assert "请重新上传" in (await clerk.get(f"/upload/one?id={name}")).text
    answer = await clerk.post(f"/upload/retry?id={name}")
    assert answer.status_code == 400
    assert "请重新上传" in answer.text


def test_a_clerk_uploads_leaves_and_follows_it(
    page: Page, tmp_path: Path, worker: Worker, engine: Engine, clock: FixedClock
) -> None:
    hostile = "<b>全部.zip"
    file = tmp_path / hostile
    file.write_bytes(archive({**texts(MOST_AT_ONCE), "<i>坏.docx": b"none"}))
    sign_in(page, "li.editor")
    page.goto("/upload")
    page.get_by_label("文件", exact=True).set_input_files([file])
    page.get_by_role("button", name="上传").click()
    page.get_by_text("已转到后台导入").wait_for()
    assert "1 个文件在后台导入" in page.get_by_role("status").inner_text()
    page.goto("/")
    page.goto("/upload")
    assert serious(page) == []
    shoot(page, "upload-kept")
    page.get_by_role("link", name=hostile).click()
    page.get_by_role("heading", name="后台导入").wait_for()
    assert page.get_by_role("button", name="取消").count() == 1
    assert serious(page) == []

    leases = Leases(engine, clock)
    held = leases.claim([Kind.IMPORT])
    assert held is not None
    with Context(leases, held, _never()).step(7, 21, "全部.zip/7.txt"):
        pass
    page.get_by_text("全部.zip/7.txt").wait_for()
    assert page.locator("progress").evaluate("bar => bar.value / bar.max") == pytest.approx(1 / 3)
    shoot(page, "upload-running")
    leases.give_back(held)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE job SET done = 0")
    assert worker.work() == [State.DONE]
    page.get_by_text("生成草稿 20 条，内容相同 0 条，未能读取 1 条").wait_for()
    page.get_by_role("link", name="第1号通知").wait_for()
    assert page.locator("td i, td b, p b").count() == 0
    shoot(page, "upload-done")
    assert serious(page) == []
    assert not is_wider_than_the_window(page)
    page.get_by_role("link", name="未能读取（1）").click()
    assert "<i>坏.docx" in page.get_by_role("region", name="导入结果").inner_text()


def _never() -> Any:
    import threading

    return threading.Event()
