"""A publication that is killed, or that an import and other editors get in the way of."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from core.catalogue.models import Document, Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.versions import versions_of
from core.catalogue.writes import CatalogueWrites
from core.database.engine import reading
from core.errors import BadInput, Conflict
from knowledge_base.editing.drafts import find_draft
from knowledge_base.passages.chunk import chunk
from staff.actors import AccountActor
from staff.audit import verify
from staff.runner import CommandRunner
from staff.tables import audit_entry
from tests.staff.test_content import NAMES, TEXT, Desk, stored

DRIVER = Path(__file__).with_name("killed_publish.py")
ROOT = Path(__file__).resolve().parents[2]
NEW = "工本费免收。" * 60
Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]


@pytest.fixture
def desk(engine: Engine, runner: CommandRunner, actor: Finder) -> Desk:
    return Desk(engine, runner, actor)


def publish_in_a_process(engine: Engine, mark: str, point: str) -> subprocess.CompletedProcess[str]:
    url = engine.url.render_as_string(hide_password=False)
    return subprocess.run(
        [sys.executable, str(DRIVER), url, mark, point],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def in_review(desk: Desk) -> str:
    desk.publish()
    mark = desk.save("li.editor", NEW)
    desk.run("li.editor", "submit")
    return mark


def is_whole(engine: Engine) -> str:
    """Which of the two states there is; anything between them fails."""
    held = stored(engine)
    passages = "".join(one.text for one in CatalogueReads(engine).passages([held.key]))
    with reading(engine) as connection:
        draft = find_draft(connection, "document", "card")
        numbers = [one.number for one in versions_of(connection, held.key)]
        last = connection.execute(
            select(audit_entry.c.command).order_by(audit_entry.c.number.desc())
        ).scalar()
        verify(connection)
    if draft is None:
        assert (held.record.text, held.version, numbers, last) == (NEW, 2, [2, 1], "content.publish")
        assert passages == NEW
        return "new"
    assert (held.record.text, held.version, numbers, last) == (TEXT, 1, [1], "content.submit")
    assert passages == TEXT
    return "old"


def test_a_publication_that_is_killed_is_done_whole_or_not_at_all(desk: Desk, engine: Engine) -> None:
    mark = in_review(desk)
    seen, number = set(), 0
    while "new" not in seen:
        number += 1
        done = publish_in_a_process(engine, mark, str(number))
        seen.add(is_whole(engine))
        assert done.returncode == (0 if "new" in seen else -signal.SIGKILL), done.stderr
        assert number < 100
    assert seen == {"old", "new"}
    assert number > 8


@pytest.mark.parametrize(("point", "state"), [("commit", "old"), ("after", "new")])
def test_a_process_killed_around_the_commit_leaves_one_of_both(
    desk: Desk, engine: Engine, point: str, state: str
) -> None:
    mark = in_review(desk)
    assert publish_in_a_process(engine, mark, point).returncode == -signal.SIGKILL
    assert is_whole(engine) == state
    if state == "old":
        desk.run("zhao.reviewer", "publish")
        assert is_whole(engine) == "new"


def test_publications_during_an_import_lose_nothing(desk: Desk, engine: Engine, actor: Finder) -> None:
    """Both write the same record: each version is whole, and nobody writes over what they had not seen."""
    desk.publish()
    told: list[str] = []
    stop = threading.Event()

    def imports() -> None:
        writes, number = CatalogueWrites(engine), 0
        while not stop.is_set():
            number += 1
            record = Document(
                external_id="card", title="医保卡补办办法", text=f"导入的第{number}稿。", agency=NAMES["ybj"]
            )
            writes.put(record, chunk(record, "医保卡补办办法"), Status.PUBLISHED)

    importing = threading.Thread(target=imports)
    importing.start()
    try:
        for number in range(30):
            try:
                desk.save("li.editor", f"编辑的第{number}稿。")
                desk.run("li.editor", "submit")
                desk.run("zhao.reviewer", "publish")
                told.append("published")
            except (Conflict, BadInput):
                told.append("told")
    finally:
        stop.set()
        importing.join()
    assert "told" in told
    held = stored(engine)
    passages = CatalogueReads(engine).passages([held.key])
    assert "".join(one.text for one in passages) == held.record.text
    with reading(engine) as connection:
        numbers = [one.number for one in versions_of(connection, held.key)]
        verify(connection)
    assert numbers == list(range(held.version, 0, -1))
