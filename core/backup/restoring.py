"""Restores a backup: all is checked and made ready in a copy first, then the rows are replaced at once."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, table, text, update
from sqlalchemy.exc import DatabaseError

from core.backup.archive import OnProgress, Opened, read_manifest, unpack
from core.backup.manifest import Manifest
from core.backup.replacing import replace_all
from core.backup.snapshot import opened
from core.backup.tables import SESSIONS, VECTORS, counts, tables_of
from core.catalogue.tables import catalogue_state
from core.citizens.ledger import LEDGER_DAYS, entries, known_among
from core.citizens.personal import PersonalData
from core.citizens.retention import purge
from core.citizens.stores import stored_parts
from core.clock import Clock
from core.database.engine import reading, writing
from core.database.migrate import is_known, migrate, schema_revision
from core.errors import BadInput, Unavailable
from core.jobs.leases import release_all

# Log and index of a database while its rows are replaced.
_ROOM: Final = 2.5
_SPARE: Final = 64 * 1024 * 1024
FurtherParts = Callable[[Engine], Sequence[PersonalData]]


def check(path: Path, clock: Clock) -> Manifest:
    """What a backup says of itself, if this version can restore it.

    Raises:
        BadInput: It is none, too new, or older than the ledger of erasures.
    """
    manifest = read_manifest(path)
    if not is_known(manifest.schema_revision):
        raise BadInput(
            f"the backup has schema {manifest.schema_revision} (weizheng {manifest.program}), which this"
            " version does not know: restore it with a newer weizheng. 备份由更新的版本制作。"
        )
    if (days := manifest.age_days(clock.now())) > LEDGER_DAYS:
        raise BadInput(
            f"the backup is {days} days old: who had their data erased since is known for {LEDGER_DAYS} days"
            " only. 备份过旧，不能恢复。"
        )
    return manifest


def require_room(manifest: Manifest, folder: Path, extra: int = 0) -> None:
    """Makes sure that the disk has room for a restore.

    Args:
        extra: Bytes needed besides.

    Raises:
        BadInput: It has not.
    """
    size = sum(part.bytes for part in manifest.parts.values())
    needed, free = int(size * _ROOM) + extra + _SPARE, shutil.disk_usage(folder).free
    if free < needed:
        raise BadInput(
            f"{needed / 1024**3:.1f} GB are needed in {folder}, and {free / 1024**3:.1f} GB are free."
            " 磁盘空间不足。"
        )


def make_ready(path: Path, scratch: Path, clock: Clock, days: int, on_progress: OnProgress) -> Opened:
    """Reads the backup whole and brings its database to today.

    It has this version's schema, and no conversation past its time; notices go at the worker's next look.

    Args:
        scratch: A private, empty folder.
        days: How long conversations are kept.

    Raises:
        BadInput: Any part of it cannot be used.
    """
    found = unpack(path, scratch, on_progress)
    try:
        with opened(found.database) as engine:
            _examine(engine, found.manifest)
            migrate(engine)
            purge(engine, clock, days)
            with writing(engine) as connection:
                for name in SESSIONS:
                    connection.execute(table(name).delete())
                release_all(connection)
    except (DatabaseError, Unavailable) as error:
        raise BadInput("the database in the backup cannot be used. 备份中的数据库无法使用。") from error
    return found


def _examine(engine: Engine, manifest: Manifest) -> None:
    with reading(engine) as connection:
        whole = connection.execute(text("PRAGMA quick_check(1)")).scalar() == "ok"
        whole = whole and connection.execute(text("PRAGMA foreign_key_check")).first() is None
        foreign = "SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index')"
        whole = whole and connection.execute(text(foreign)).first() is None
        whole = whole and counts(connection, tables_of(connection)) == manifest.rows
    if not whole or schema_revision(engine) != manifest.schema_revision:
        raise BadInput("the database in the backup is not what its manifest says. 备份内容与清单不符。")


def new_epoch(snapshot: Path) -> str:
    """Gives the catalogue another epoch, so that every service loads it anew."""
    epoch = str(uuid.uuid4())
    with opened(snapshot) as engine, writing(engine) as connection:
        connection.execute(update(catalogue_state).values(epoch=epoch))
    return epoch


class _ErasedMeanwhile(Exception):
    """Somebody's data were erased while the snapshot was made ready."""


def put_back(
    engine: Engine,
    snapshot: Path,
    clock: Clock,
    before: Callable[[], None],
    on_progress: OnProgress,
    further: FurtherParts | None = None,
) -> None:
    """Replaces the rows of the database by those of a snapshot, or, on an error or a kill, none.

    Who is erased in the database stays so; what is noted there of erasures is kept.

    Args:
        engine: A database with this version's tables, empty or in use.
        snapshot: One that was made ready.
        before: Called when nobody else can write and nothing is changed yet; an error stops it all.
        further: What other rooms hold of citizens in the snapshot.

    Raises:
        Unavailable: The database does not answer.
    """
    while True:
        with reading(engine) as connection:
            known = entries(connection)
        _forget(snapshot, known, clock, further or _nothing_further)

        def last_look(connection: Connection, known: set[str] = known) -> None:
            if entries(connection) - known:
                raise _ErasedMeanwhile
            before()

        try:
            replace_all(engine, snapshot, last_look, on_progress)
        except _ErasedMeanwhile:
            continue
        return


def _nothing_further(_: Engine) -> Sequence[PersonalData]:
    return ()


def _forget(snapshot: Path, digests: set[str], clock: Clock, further: FurtherParts) -> None:
    with opened(snapshot) as engine:
        with reading(engine) as connection:
            back_again = known_among(connection, digests | entries(connection))
        for citizen in back_again:
            for part in (*further(engine), *stored_parts(engine, clock)):
                part.erase(citizen)


def holds_data(engine: Engine) -> bool:
    """Whether there is a row in the database that a restore would take away."""
    with reading(engine) as connection:
        kept = {VECTORS, catalogue_state.name}
        tables = [table for table in tables_of(connection) if table.name not in kept]
        return any(counts(connection, tables).values())
