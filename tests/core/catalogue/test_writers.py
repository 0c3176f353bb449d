"""Several processes write at once, and some are killed: no number is lost, nothing is half there."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from core.catalogue.models import Status
from core.catalogue.reads import CatalogueReads
from core.catalogue.tables import document, passage
from core.database.engine import reading

PROJECT = Path(__file__).resolve().parents[3]
# Every record has ten passages that bear its version: a torn write would show.
WRITER = """
import sys
from core.catalogue.models import Document, Status
from core.catalogue.records import NewPassage
from core.catalogue.writes import CatalogueWrites
from core.database.engine import open_engine

url, name, count = sys.argv[1:]
writes = CatalogueWrites(open_engine(url))
for number in range(int(count)):
    text = f"{name} {number}"
    passages = [NewPassage(n, "text", "", text, 0, len(text), text) for n in range(10)]
    document = Document(external_id=f"{name}-{number % 20}", text=text)
    writes.put_many([(document, passages, Status.PUBLISHED)])
    print(number, flush=True)
"""
Start = Callable[[str, int], "subprocess.Popen[str]"]


@pytest.fixture
def start(engine: Engine) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def _start(name: str, count: int) -> subprocess.Popen[str]:
        url = engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-c", WRITER, url, name, str(count)]
        running.append(subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield _start
    for process in running:
        process.kill()
        process.communicate()


def _finish(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)
    assert process.returncode == 0


def _check_whole(engine: Engine, reads: CatalogueReads) -> None:
    records = reads.records(list(chain.from_iterable(reads.keys())))
    for record in records.values():
        texts = {p.text for p in reads.passages([record.key])}
        assert texts == {getattr(record.record, "text", None)}
    with reading(engine) as connection:
        passages = connection.execute(select(func.count()).select_from(passage)).scalar_one()
        versions = connection.execute(select(func.sum(document.c.version))).scalar_one()
    assert passages == 10 * len(records)
    assert reads.state().revision == versions


def test_two_processes_lose_no_revision(engine: Engine, reads: CatalogueReads, start: Start) -> None:
    for process in [start("a", 30), start("b", 30)]:
        _finish(process)
    assert reads.state().revision == 60
    assert len({change.revision for change in reads.changes_since(0, 1000)}) == 40
    _check_whole(engine, reads)


def test_two_processes_that_write_the_same_records_take_turns(
    engine: Engine, reads: CatalogueReads, start: Start
) -> None:
    for process in [start("same", 30), start("same", 30)]:
        _finish(process)
    assert len(reads.changes_since(0, 1000)) == 20
    _check_whole(engine, reads)


def test_a_follower_misses_nothing_while_two_processes_write(reads: CatalogueReads, start: Start) -> None:
    processes = [start("a", 20), start("b", 20)]
    seen, revision = set(), 0
    while any(process.poll() is None for process in processes) or revision < reads.state().revision:
        changes = reads.changes_since(revision, 7)
        seen |= {change.key for change in changes}
        revision = changes[-1].revision if changes else revision
        time.sleep(0.002)
    assert revision == 40
    assert len(seen) == 40


@pytest.mark.parametrize("after", [1, 25])
def test_a_killed_writer_leaves_whole_records_only(
    engine: Engine, reads: CatalogueReads, start: Start, after: int
) -> None:
    process = start("a", 100_000)
    assert process.stdout is not None
    for _ in range(after):
        process.stdout.readline()
    process.kill()
    process.wait()
    assert reads.state().revision >= after
    _check_whole(engine, reads)
    _finish(start("b", 1))
    assert all(record.status is Status.PUBLISHED for record in reads.records(next(reads.keys())).values())
