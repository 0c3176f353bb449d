"""A restore as a whole: what is refused, what is brought to today, and who stays erased."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

from casework.ratings.personal import RatingData
from casework.ratings.tables import rating, rating_task
from core.backup import restoring, snapshot
from core.backup.archive import Opened
from core.backup.manifest import DATABASE
from core.backup.restoring import (
    FurtherParts,
    check,
    holds_data,
    make_ready,
    new_epoch,
    put_back,
    require_room,
)
from core.catalogue.reads import CatalogueReads
from core.citizens.consents import Consents, Purpose
from core.citizens.conversations import Conversations
from core.citizens.erasures import LINGER, Erasures
from core.citizens.ledger import LEDGER_DAYS, digest
from core.citizens.personal import PersonalData
from core.citizens.retention import purge
from core.citizens.stores import stored_parts
from core.citizens.tables import answer_log, erased, erasure
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.database.migrate import head
from core.errors import BadInput
from core.jobs.leases import Leases
from core.jobs.models import LeaseLost, State
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs
from staff.second_factor.tables import half_session
from staff.tables import account, staff_session
from tests.casework.rated import put_rating

RowsOf = Callable[[Engine], dict[str, list[dict[str, Any]]]]
Converse = Callable[[Engine, str], None]
BackUp = Callable[..., Path]
DAYS = 30


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def nothing() -> None:
    """What is done before rows are replaced: nothing."""


@pytest.fixture
def ready(scratch: Path, clock: FixedClock) -> Callable[[Path], Opened]:
    """Makes a backup ready, in a folder of its own."""

    def _ready(path: Path) -> Opened:
        folder = scratch / f"{path.stem}-{len(list(scratch.iterdir()))}"
        folder.mkdir()
        return make_ready(path, folder, clock, DAYS, silent)

    return _ready


Ready = Callable[[Path], Opened]


def restore(engine: Engine, path: Path, ready: Ready, clock: FixedClock) -> None:
    put_back(engine, ready(path).database, clock, nothing, silent)


def erase(engine: Engine, clock: FixedClock, *citizens: str) -> None:
    parts: Sequence[PersonalData] = stored_parts(engine, clock)
    for citizen in citizens:
        Erasures(engine, clock, parts).request(citizen)
        Erasures(engine, clock, parts).complete(citizen)


def known(engine: Engine) -> set[str]:
    """Everybody of whom anything is stored."""
    with reading(engine) as connection:
        found = connection.execute(text("SELECT id FROM conversation UNION SELECT id FROM citizen"))
        return set(found.scalars())


def test_a_backup_brings_back_what_there_was(
    engine: Engine,
    elsewhere: Engine,
    clock: FixedClock,
    converse: Converse,
    back_up: BackUp,
    ready: Ready,
    rows_of: RowsOf,
) -> None:
    converse(engine, "甲")
    Consents(engine, clock, "1").put("甲", {Purpose.PERSONALIZE: True}, "1")
    path, before = back_up(engine, clock), rows_of(engine)
    assert check(path, clock).rows["conversation"] == 1
    assert (holds_data(engine), holds_data(elsewhere)) == (True, False)
    restore(elsewhere, path, ready, clock)
    assert rows_of(elsewhere) == before


def test_the_catalogue_gets_another_epoch_and_keeps_its_revision(
    engine: Engine, clock: FixedClock, back_up: BackUp, ready: Ready
) -> None:
    before = CatalogueReads(engine).state()
    opened = ready(back_up(engine, clock))
    epoch = new_epoch(opened.database)
    put_back(engine, opened.database, clock, nothing, silent)
    after = CatalogueReads(engine).state()
    assert (after.epoch, after.revision) == (epoch, before.revision)
    assert epoch != before.epoch


def test_who_was_erased_since_does_not_come_back(
    engine: Engine, clock: FixedClock, converse: Converse, back_up: BackUp, ready: Ready
) -> None:
    for name in "甲乙":
        converse(engine, name)
        Consents(engine, clock, "1").put(name, {Purpose.PERSONALIZE: True}, "1")
        converse(engine, name)
    path = back_up(engine, clock)
    erase(engine, clock, "甲")
    clock.move_to(clock.now() + LINGER + timedelta(days=20))
    Erasures(engine, clock, stored_parts(engine, clock)).resume()
    restore(engine, path, ready, clock)
    assert known(engine) == {"乙"}
    with reading(engine) as connection:
        assert connection.execute(select(erasure)).all() == []
        assert set(connection.execute(select(erased.c.digest)).scalars()) == {digest("甲")}
        logged = connection.execute(select(answer_log.c.question, answer_log.c.citizen)).all()
    assert sorted(map(tuple, logged), key=str) == sorted(
        [("", None), ("", None), ("乙的话", None), ("乙的话", "乙")], key=str
    )
    # And a second time, with the ledger that was carried over.
    restore(engine, path, ready, clock)
    assert known(engine) == {"乙"}


def test_a_wish_that_is_not_fulfilled_yet_stays_noted(
    engine: Engine, clock: FixedClock, converse: Converse, back_up: BackUp, ready: Ready
) -> None:
    converse(engine, "甲")
    path = back_up(engine, clock)
    Erasures(engine, clock, []).request("甲")
    restore(engine, path, ready, clock)
    assert known(engine) == set()
    with reading(engine) as connection:
        assert [row.citizen for row in connection.execute(select(erasure))] == ["甲"]


def test_who_is_erased_during_the_restore_does_not_come_back(
    engine: Engine,
    clock: FixedClock,
    converse: Converse,
    back_up: BackUp,
    ready: Ready,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    converse(engine, "甲")
    opened = ready(back_up(engine, clock))
    rounds = []
    forget = restoring._forget

    def forget_slowly(path: Path, digests: set[str], at: FixedClock, further: FurtherParts) -> None:
        forget(path, digests, at, further)
        rounds.append(len(digests))
        if len(rounds) == 1:
            erase(engine, clock, "甲")

    monkeypatch.setattr(restoring, "_forget", forget_slowly)
    put_back(engine, opened.database, clock, nothing, silent)
    assert (known(engine), rounds) == (set(), [0, 1])


def test_what_is_past_its_time_does_not_come_back(
    engine: Engine, clock: FixedClock, converse: Converse, back_up: BackUp, ready: Ready
) -> None:
    converse(engine, "甲")
    path = back_up(engine, clock)
    clock.move_to(clock.now() + timedelta(days=DAYS + 1))
    restore(engine, path, ready, clock)
    assert Conversations(engine, clock).history("甲") == []


def test_the_ledger_is_kept_as_long_as_a_backup_may_be_restored(
    engine: Engine, clock: FixedClock, converse: Converse, back_up: BackUp
) -> None:
    converse(engine, "甲")
    path = back_up(engine, clock)
    erase(engine, clock, "甲")
    clock.move_to(clock.now() + timedelta(days=LEDGER_DAYS))
    check(path, clock)
    assert purge(engine, clock, DAYS).erasures == 0
    clock.move_to(clock.now() + timedelta(days=1))
    with pytest.raises(BadInput, match="401 days old"):
        check(path, clock)
    assert purge(engine, clock, DAYS).erasures == 1


@pytest.mark.parametrize("version", ["0.1.0-b9b492f", "0.1.0-425b141"])
def test_a_backup_of_an_earlier_version_is_migrated(
    version: str,
    load_made_by: Callable[[str], Engine],
    elsewhere: Engine,
    clock: FixedClock,
    back_up: BackUp,
    ready: Ready,
) -> None:
    path = back_up(load_made_by(version), clock)
    restore(elsewhere, path, ready, clock)
    item = CatalogueReads(elsewhere).by_external_id("item", "jzz")
    assert item is not None
    assert item.title == "居住证申领"
    assert len(Conversations(elsewhere, clock).history("conversation-of-the-sample")) == 2


def test_a_backup_of_a_newer_schema_is_refused(pack: Callable[..., Path], clock: FixedClock) -> None:
    path = pack({DATABASE: b""}, schema_revision="9999")
    with pytest.raises(BadInput, match="9999"):
        check(path, clock)


def test_a_file_that_is_no_database_is_refused(pack: Callable[..., Path], ready: Ready) -> None:
    with pytest.raises(BadInput, match="cannot be used"):
        ready(pack({DATABASE: b"no database at all" * 100}))


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TRIGGER t AFTER INSERT ON region BEGIN DELETE FROM agency; END",
        "CREATE VIEW v AS SELECT 1",
        "DELETE FROM catalogue_state",
        "UPDATE alembic_version SET version_num = '0001'",
        "DROP TABLE passage",
        "CREATE TABLE more (id INTEGER)",
    ],
)
def test_a_database_that_is_not_what_the_manifest_says_is_refused(
    engine: Engine, scratch: Path, pack: Callable[..., Path], ready: Ready, change: str
) -> None:
    taken = snapshot.take(engine, scratch / DATABASE, vectors=True, on_progress=silent)
    with snapshot.opened(scratch / DATABASE) as copy, writing(copy) as connection:
        connection.execute(text(change))
    content = (scratch / DATABASE).read_bytes()
    with pytest.raises(BadInput, match="not what its manifest says"):
        ready(pack({DATABASE: content}, schema_revision=head(), rows=taken.rows))


def test_too_little_room_is_said_before_anything_is_done(
    pack: Callable[..., Path], clock: FixedClock, tmp_path: Path
) -> None:
    manifest = check(pack({DATABASE: b"x"}), clock)
    require_room(manifest, tmp_path)
    with pytest.raises(BadInput, match=r"GB are needed.*磁盘空间不足"):
        require_room(manifest, tmp_path, extra=10**15)


def test_an_error_before_the_rows_are_replaced_changes_nothing(
    engine: Engine, clock: FixedClock, converse: Converse, back_up: BackUp, ready: Ready, rows_of: RowsOf
) -> None:
    opened = ready(back_up(engine, clock))
    converse(engine, "甲")
    before = rows_of(engine)

    def full() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        put_back(engine, opened.database, clock, full, silent)
    assert rows_of(engine) == before


def test_the_present_state_can_be_backed_up_while_nobody_else_writes(
    engine: Engine, clock: FixedClock, converse: Converse, back_up: BackUp, ready: Ready
) -> None:
    opened = ready(back_up(engine, clock))
    converse(engine, "甲")
    made: list[Path] = []
    put_back(engine, opened.database, clock, lambda: made.append(back_up(engine, clock)), silent)
    assert known(engine) == set()
    restore(engine, made[0], ready, clock)
    assert known(engine) == {"甲"}


def test_a_job_that_ran_when_the_backup_was_made_waits_and_its_holder_of_then_has_no_say(
    engine: Engine, elsewhere: Engine, clock: FixedClock, back_up: BackUp, ready: Ready
) -> None:
    with writing(engine) as connection:
        enqueue(connection, "test.work", {"part": 1}, by="li", now=clock.now())
    held = Leases(engine, clock).claim(["test.work"])
    assert held is not None
    restore(elsewhere, back_up(engine, clock), ready, clock)
    (job,), _ = Jobs(elsewhere, clock).listed()
    assert (job.state, job.params, job.lease_until) == (State.QUEUED, {"part": 1}, None)
    with pytest.raises(LeaseLost):
        Leases(elsewhere, clock).finish(held)
    again = Leases(elsewhere, clock).claim(["test.work"])
    assert again is not None
    with pytest.raises(LeaseLost):
        Leases(elsewhere, clock).finish(held)


def test_accounts_come_back_and_whoever_was_signed_in_signs_in_again(
    engine: Engine, elsewhere: Engine, clock: FixedClock, back_up: BackUp, ready: Ready
) -> None:
    person = {
        "login": "li",
        "name": "李",
        "password": "x",
        "roles": ["editor"],
        "active": True,
        "failures": 0,
    }
    opened = {"digest": "d" * 64, "account": 1, "form_token": "t", "last_seen": clock.now()}
    with writing(engine) as connection:
        connection.execute(insert(account).values(id=1, created=clock.now(), **person))
        connection.execute(insert(staff_session).values(created=clock.now(), **opened))
        half = {"digest": "e" * 64, "account": 1, "created": clock.now()}
        connection.execute(insert(half_session).values(**half))
    restore(elsewhere, back_up(engine, clock), ready, clock)
    with reading(elsewhere) as connection:
        assert [row.login for row in connection.execute(select(account))] == ["li"]
        assert connection.execute(select(staff_session)).all() == []
        assert connection.execute(select(half_session)).all() == []


def test_what_other_rooms_hold_of_whoever_was_erased_does_not_come_back(
    engine: Engine, clock: FixedClock, converse: Converse, back_up: BackUp, ready: Ready
) -> None:
    for number, name in enumerate(("甲", "乙"), start=1):
        converse(engine, name)
        put_rating(engine, clock.now(), number=number, citizen=name, text=f"{name}的评价")
    path = back_up(engine, clock)
    erase(engine, clock, "甲")
    put_back(engine, ready(path).database, clock, nothing, silent, lambda opened: (RatingData(opened),))
    with reading(engine) as connection:
        assert connection.execute(select(rating.c.text)).scalars().all() == ["乙的评价"]
        assert len(connection.execute(select(rating_task)).all()) == 1
