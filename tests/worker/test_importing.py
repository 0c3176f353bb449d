"""An upload in the background: each record once and in the uploader's name, whatever breaks it off."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from apps.worker.importing import Importing
from core.catalogue.models import Agency
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.errors import Conflict, NotFound, Unavailable
from core.jobs.models import State
from core.jobs.queue import cancel, retry
from core.jobs.tables import job
from core.retention.forgetting import forget_all
from knowledge_base.editing.drafts import find_draft
from knowledge_base.uploads.commands import MOST_WAITING
from knowledge_base.uploads.keeping import upload_rules
from staff.actors import Operator
from tests.worker.uploading import NOW, Desk, archive, text_of, texts


class Killed(BaseException):
    """The worker is gone."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def desk(engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("staff.passwords._MEMORY_KIB", 64)
    monkeypatch.setattr("staff.passwords._PASSES", 1)
    CatalogueWrites(engine).put_agency(Agency(external_id="ybj", name="示例市医保局"))
    made = Desk(engine, clock)
    for login, agency in (("li.editor", "ybj"), ("city.editor", None)):
        given = {"login": login, "name": login, "password": "correct horse 42", "agency": agency}
        made.commands.run(Operator(), "account.add", {**given, "roles": ["editor"]})
    return made


def test_an_archive_becomes_drafts_of_its_uploader_and_its_bytes_go(desk: Desk) -> None:
    files = {**texts(3), "坏.docx": b"no word file", "空.txt": b"", "x/内.zip": archive(texts(1))}
    kept, number = desk.put(archive(files))
    assert desk.chunks() == 1
    assert desk.work() == [State.DONE]
    done = desk.job(number)
    assert (done.done, done.total) == (6, 6)
    assert done.result == {"drafted": 3, "problem": 3}
    found = desk.results(kept)
    assert [one.outcome for one in found] == ["drafted"] * 3 + ["problem"] * 3
    assert [one.place for one in found[:4]] == [f"全部.zip/{name}" for name in [*texts(3), "坏.docx"]]
    assert all(one.told for one in found[3:])
    assert not any(one.told.isascii() for one in found[3:])
    assert desk.drafts() == ["1", "2", "3"]
    with reading(desk.engine) as connection:
        held = find_draft(connection, "document", "2")
    assert held is not None
    assert (held.agency, held.authors, held.content.region) == ("ybj", ("li.editor",), "510100")
    assert held.content.text == text_of(2).decode()  # type: ignore[union-attr]
    assert desk.chunks() == 0


def test_a_single_file_is_read_in_the_background_as_well(desk: Desk) -> None:
    kept, number = desk.put(text_of(7), "七.txt")
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"drafted": 1}
    assert (desk.job(number).done, desk.job(number).total) == (1, 1)
    assert desk.drafts() == ["七"]


def test_bytes_of_many_chunks_come_back_as_they_were(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge_base.uploads.keeping.CHUNK_BYTES", 64)
    kept, _ = desk.put(archive(texts(5)))
    assert desk.chunks() > 5
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"drafted": 5}


def test_the_same_archive_again_makes_no_second_draft(desk: Desk) -> None:
    for outcome in ("drafted", "unchanged"):
        kept, _ = desk.put(archive(texts(3)))
        assert desk.work() == [State.DONE]
        assert desk.outcomes(kept) == {outcome: 3}
    assert desk.drafts() == ["1", "2", "3"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 torn off", archive({}), archive(texts(4))[:-30]])
def test_an_archive_that_cannot_be_read_ends_with_a_reason(content: bytes, desk: Desk) -> None:
    kept, number = desk.put(content)
    assert desk.work() == [State.DONE]
    (one,) = desk.results(kept)
    assert one.outcome == "problem"
    assert not one.told.isascii()
    assert desk.job(number).done == desk.job(number).total == 1
    assert (desk.drafts(), desk.chunks()) == ([], 0)


def test_an_archive_whose_child_is_ended_says_so_behind_what_was_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 3,000 bytes of four files, then its output is too much.
    monkeypatch.setattr("knowledge_base.importing.sandbox.OUTPUT_BYTES", 0)
    monkeypatch.setattr("knowledge_base.importing.sandbox.UNPACKED_BYTES", 90_000)
    big = {f"{number}.txt": text_of(number) + b" " * 40_000 for number in range(1, 5)}
    kept, number = desk.put(archive(big))
    assert desk.work() == [State.DONE]
    found = [one.outcome for one in desk.results(kept)]
    assert found[-1] == "problem"
    assert 0 < len(desk.drafts()) < 4
    assert desk.job(number).done == desk.job(number).total == 4


POINTS = {
    "before a draft": ("knowledge_base.uploads.results.insert", 2),
    "between drafts": ("apps.worker.importing._File._save", 3),
    "before a file ends": ("apps.worker.importing._File._end", 2),
    "before the bytes go": ("apps.worker.importing.drop_bytes", 1),
    "while bytes are taken": ("apps.worker.importing.give_out", 1),
}


@pytest.mark.parametrize("point", POINTS)
def test_whoever_is_killed_anywhere_nothing_is_lost_or_doubled(
    point: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f'{{"external_id": "r{n}", "title": "第{n}条", "text": "正文{n}。"}}\n' for n in range(4))
    kept, number = desk.put(archive({**texts(2), "表.jsonl": rows.encode(), "空.txt": b""}))
    name, calls = POINTS[point]
    with monkeypatch.context() as patch, suppress(Killed):
        kill_at(patch, name, calls)
        desk.work()
        pytest.fail("it was not killed")
    assert desk.job(number).state is State.RUNNING
    desk.abandon(number)
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"drafted": 6, "problem": 1}
    assert sorted(desk.drafts()) == ["1", "2", "r0", "r1", "r2", "r3"]
    assert desk.brought() == 6
    assert (desk.job(number).fence, desk.chunks()) == (2, 0)


def kill_at(patch: pytest.MonkeyPatch, name: str, calls: int) -> None:
    """Whatever the name stands for kills its process the so many-th time."""
    import pkgutil

    owner, _, attribute = name.rpartition(".")
    place = pkgutil.resolve_name(owner)
    real, left = getattr(place, attribute), [calls]

    def fatal(*args: Any, **given: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            raise Killed
        return real(*args, **given)

    patch.setattr(place, attribute, fatal)


def test_who_was_only_slow_writes_nothing_after_another_took_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, number = desk.put(archive(texts(3)))
    real = desk.commands.run
    taken: list[bool] = []

    def slow(*args: Any, **given: Any) -> Any:
        if not taken:
            taken.append(True)
            with writing(desk.engine) as connection:
                connection.execute(job.update().values(fence=job.c.fence + 1))
        return real(*args, **given)

    monkeypatch.setattr(desk.commands, "run", slow)
    assert desk.work() == ["lost"]
    assert (desk.drafts(), desk.outcomes(kept), desk.brought()) == ([], {}, 0)
    desk.abandon(number)
    assert desk.work() == [State.DONE]
    assert desk.drafts() == ["1", "2", "3"]


def test_a_cancelled_upload_keeps_what_is_done_and_goes_on_when_tried_again(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, number = desk.put(archive(texts(4)))
    real = desk.commands.run

    def second(actor: Any, name: str, given: Any, **more: Any) -> Any:
        if name == "content.bring" and given["external_id"] == "2":
            with writing(desk.engine) as connection:
                cancel(connection, number, clock.now())
        return real(actor, name, given, **more)

    monkeypatch.setattr(desk.commands, "run", second)
    monkeypatch.setattr("core.jobs.context.LOOKED_EVERY_S", 0.0)
    assert desk.work() == [State.CANCELLED]
    assert desk.drafts() == ["1", "2"]
    assert desk.outcomes(kept) == {"drafted": 2}
    monkeypatch.setattr(desk.commands, "run", real)
    desk.commands.run(desk.actor("li.editor"), "upload.retry", {"id": kept})
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"drafted": 4}
    assert desk.brought() == 4


def test_rights_that_were_lost_meanwhile_are_told_for_each_record(desk: Desk) -> None:
    kept, _ = desk.put(archive(texts(2)))
    desk.change("li.editor", roles=["reviewer"])
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"problem": 2}
    assert all("不能编辑" in one.told for one in desk.results(kept))
    assert desk.drafts() == []


def test_an_account_that_was_switched_off_imports_nothing_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, number = desk.put(archive(texts(3)))
    real = desk.commands.run

    def before_the_second(actor: Any, name: str, given: Any, **more: Any) -> Any:
        if given.get("external_id") == "2":
            desk.change("li.editor", active=False)
        return real(actor, name, given, **more)

    monkeypatch.setattr(desk.commands, "run", before_the_second)
    assert desk.work() == [State.FAILED]
    failed = desk.job(number)
    assert (failed.done, failed.total) == (1, 3)
    assert failed.message is not None
    assert "账号已停用" in failed.message
    assert (desk.drafts(), desk.outcomes(kept)) == (["1"], {"drafted": 1})
    monkeypatch.setattr(desk.commands, "run", real)
    desk.change("li.editor", active=True)
    desk.commands.run(desk.actor("city.editor"), "upload.retry", {"id": kept})
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"drafted": 3}


def test_a_record_that_breaks_the_program_does_not_stop_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, _ = desk.put(archive(texts(3)))
    real = desk.commands.run

    def broken(actor: Any, name: str, given: Any, **more: Any) -> Any:
        if given.get("external_id") == "2":
            raise RuntimeError("a secret")
        return real(actor, name, given, **more)

    monkeypatch.setattr(desk.commands, "run", broken)
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"drafted": 2, "problem": 1}
    assert "secret" not in str(desk.results(kept))


def test_while_the_database_is_away_nothing_is_taken_for_a_problem(
    desk: Desk, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, number = desk.put(archive(texts(3)))
    real, away = desk.commands.run, [True, True]

    def sometimes(*args: Any, **given: Any) -> Any:
        if away and args[2].get("external_id") == "2":
            away.pop()
            raise Unavailable("x")
        return real(*args, **given)

    monkeypatch.setattr(desk.commands, "run", sometimes)
    for _ in range(2):
        assert desk.work() == [State.QUEUED]
        clock.move_to(desk.job(number).not_before)
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"drafted": 3}


def test_too_many_problems_end_an_upload(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.worker.importing.PROBLEMS", 3)
    kept, number = desk.put(archive({f"{n}.docx": b"none" for n in range(9)}))
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"problem": 4}
    assert desk.job(number).done == desk.job(number).total == 9


def test_who_is_killed_before_too_many_problems_are_told_tells_them_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.worker.importing.PROBLEMS", 3)
    kept, number = desk.put(archive({"表.jsonl": b"no record\n" * 9}))
    with monkeypatch.context() as patch, suppress(Killed):
        kill_at(patch, "apps.worker.importing._File._end", 1)
        desk.work()
        pytest.fail("it was not killed")
    desk.abandon(number)
    assert desk.work() == [State.DONE]
    assert desk.outcomes(kept) == {"problem": 4}


def test_what_else_is_due_goes_first_after_a_while(desk: Desk, clock: FixedClock) -> None:
    seconds = iter(range(0, 1000, 15))
    desk.importing = Importing(desk.engine, clock, desk.commands, timer=lambda: float(next(seconds)))
    first, _ = desk.put(archive(texts(4)))
    clock.move_to(clock.now() + timedelta(seconds=1))
    second, _ = desk.put(archive({f"b{name}": content for name, content in texts(4).items()}))
    clock.move_to(clock.now() + timedelta(seconds=1))
    assert desk.work() == [State.QUEUED, State.DONE, State.DONE]
    assert desk.drafts().index("b1") < desk.drafts().index("4")
    assert (desk.outcomes(first), desk.outcomes(second)) == ({"drafted": 4}, {"drafted": 4})


def test_an_upload_is_imported_once_and_by_whoever_brought_it(desk: Desk) -> None:
    kept = desk.bring(archive(texts(1)))
    with pytest.raises(NotFound):
        desk.commands.run(desk.actor("city.editor"), "upload.import", {"id": kept})
    desk.commands.run(desk.actor("li.editor"), "upload.import", {"id": kept})
    with pytest.raises(NotFound):
        desk.commands.run(desk.actor("li.editor"), "upload.import", {"id": kept})
    assert desk.jobs.counts()[State.QUEUED] == 1


def test_nobody_fills_the_queue(desk: Desk) -> None:
    for _ in range(MOST_WAITING):
        desk.put(text_of(1), "一.txt")
    with pytest.raises(Conflict):
        desk.put(text_of(1), "一.txt")
    desk.work()
    desk.put(text_of(1), "一.txt")


def forget(engine: Engine, clock: FixedClock) -> int:
    return forget_all(engine, upload_rules(days=30), clock.now())["uploads"]


def test_bytes_and_uploads_are_forgotten_in_their_time(desk: Desk, clock: FixedClock, engine: Engine) -> None:
    half = desk.bring(archive(texts(1)))
    done, number = desk.put(archive(texts(1)))
    desk.work()
    stopped, other = desk.put(archive(texts(1)))
    desk.commands.run(desk.actor("li.editor"), "upload.cancel", {"id": stopped})
    assert desk.chunks() == 2
    clock.move_to(clock.now() + timedelta(days=2))
    assert forget(engine, clock) == 1, "what never came in whole"
    assert desk.kept() == {done, stopped}
    assert desk.chunks() == 1
    clock.move_to(clock.now() + timedelta(days=6))
    assert forget(engine, clock) == 0
    assert desk.chunks() == 0
    with pytest.raises(NotFound, match="kept"):
        desk.commands.run(desk.actor("li.editor"), "upload.retry", {"id": stopped})
    with writing(engine) as connection:
        retry(connection, other, clock.now())
    assert desk.work() == [State.FAILED]
    assert "重新上传" in str(desk.job(other).message)
    clock.move_to(clock.now() + timedelta(days=40))
    assert forget(engine, clock) == 2
    assert desk.kept() == set()
    assert half not in desk.kept()
    assert desk.drafts() == ["1"]
    assert number != other
