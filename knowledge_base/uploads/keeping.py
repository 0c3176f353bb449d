"""The bytes of an upload: taken in by the console, given to a worker, dropped when read or too old."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import BinaryIO, Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, or_, select

from core.clock import Clock
from core.database.engine import reading, writing
from core.errors import NotFound
from core.jobs.models import ENDED, OPEN, State
from core.jobs.tables import job
from core.retention.models import DataClass, RetentionRule
from knowledge_base.uploads.tables import upload, upload_chunk

# Other writers wait while one is written.
CHUNK_BYTES: Final = 1_000_000
# What failed or was cancelled can be tried again for so long.
KEPT_DAYS: Final = 7
# A console that was killed leaves what had come in by then.
_HALF_KEPT: Final = timedelta(days=1)
_ID_BYTES: Final = 16
_CHUNKS_AT_ONCE: Final = 20


class Gone(NotFound):
    """The bytes of an upload are not kept any more."""

    code = "upload_gone"
    public_message = "上传的文件已清理，请重新上传。"


@dataclass(frozen=True)
class Brought:
    """An upload as it comes in.

    Attributes:
        name: As its file is called; nothing of it is trusted.
        files: How many files an archive holds; 0 of any other.
        agency: External id of the agency whose contents it is to fill; None where its records say.
        filling: As in `knowledge_base.editing.uploads.Upload`.
        actor: Login of who brings it.
    """

    name: str
    files: int
    agency: str | None
    actor: str
    filling: Mapping[str, str] = field(default_factory=dict)


def take_in(engine: Engine, clock: Clock, stream: BinaryIO, brought: Brought) -> str:
    """Keeps an open file, from its beginning; its id, which nobody can guess.

    It is nothing yet but bytes: the command `upload.import` has it read.
    """
    name = secrets.token_urlsafe(_ID_BYTES)
    row = {
        "id": name, "name": brought.name, "files": brought.files, "agency": brought.agency, "size": 0,
        "filling": dict(brought.filling), "actor": brought.actor, "created": clock.now(), "job": None,
    }  # fmt: skip
    with writing(engine) as connection:
        connection.execute(insert(upload).values(**row))
    try:
        _take(engine, name, stream)
    except BaseException:
        drop(engine, name)
        raise
    return name


def _take(engine: Engine, name: str, stream: BinaryIO) -> None:
    stream.seek(0)
    size = number = 0
    while content := stream.read(CHUNK_BYTES):
        size, number = size + len(content), number + 1
        with writing(engine) as connection:
            row = {"upload": name, "number": number, "content": content}
            connection.execute(insert(upload_chunk).values(**row))
    with writing(engine) as connection:
        connection.execute(upload.update().where(upload.c.id == name).values(size=size))


def drop(engine: Engine, name: str) -> None:
    """Forgets an upload that came to nothing."""
    with writing(engine) as connection:
        connection.execute(delete(upload).where(upload.c.id == name, upload.c.job.is_(None)))


def give_out(engine: Engine, name: str, into: BinaryIO) -> None:
    """Writes the bytes of an upload into a file.

    Raises:
        Gone: They are not there any more.
    """
    number = size = 0
    while True:
        chunk = (upload_chunk.c.upload == name, upload_chunk.c.number == number + 1)
        with reading(engine) as connection:
            content = connection.execute(select(upload_chunk.c.content).where(*chunk)).scalar()
            whole = connection.execute(select(upload.c.size).where(upload.c.id == name)).scalar()
        if content is None:
            break
        into.write(content)
        number, size = number + 1, size + len(content)
    if not number or size != whole:
        raise Gone(f"upload {name} is not kept any more")
    into.flush()


def has_bytes(connection: Connection, name: str) -> bool:
    """Whether the bytes of an upload are there."""
    there = select(upload_chunk.c.number).where(upload_chunk.c.upload == name).limit(1)
    return connection.execute(there).first() is not None


def drop_bytes(connection: Connection, name: str) -> None:
    """Forgets the bytes of an upload, and not what came of it."""
    connection.execute(delete(upload_chunk).where(upload_chunk.c.upload == name))


def upload_rules(days: int) -> tuple[RetentionRule, ...]:
    """Bytes go when nobody will ask for them, uploads with their job; they run before jobs are forgotten.

    Args:
        days: How long a job that ended is listed.
    """
    return (
        RetentionRule(
            name="upload_bytes", label="上传文件的内容", data_class=DataClass.CONTENT,
            clock=upload_chunk.c.number, days=KEPT_DAYS, condition=_bytes_over, most=_CHUNKS_AT_ONCE,
            reason="读完即删；失败或取消的留几天，以便重试。",
        ),
        RetentionRule(
            name="uploads", label="上传记录", data_class=DataClass.CONTENT, clock=upload.c.created, days=days,
            condition=partial(_upload_over, days=days), setting="JOB_DAYS", along="每个文件的结果", most=1,
            reason="与后台任务记录一起清理；没有传完的一天后清理。",
        ),
    )  # fmt: skip


def _bytes_over(at: datetime) -> ColumnElement[bool]:
    old = job.c.finished < at - timedelta(days=KEPT_DAYS)
    over = (
        select(upload.c.id)
        .join(job, job.c.id == upload.c.job)
        .where(job.c.state.in_(ENDED), or_(job.c.state == State.DONE, old))
    )
    return upload_chunk.c.upload.in_(over)


def _upload_over(at: datetime, days: int) -> ColumnElement[bool]:
    # As if jobs were forgotten already, so that it is foreseen as well.
    forgotten = and_(job.c.state.in_(ENDED), job.c.finished < at - timedelta(days=days))
    listed = select(job.c.id).where(job.c.id == upload.c.job, ~forgotten).exists()
    half = and_(upload.c.job.is_(None), upload.c.created < at - _HALF_KEPT)
    return or_(and_(upload.c.job.is_not(None), ~listed), half)


def waiting_of(connection: Connection, actor: str) -> int:
    """How many uploads of somebody wait or are read."""
    open_ones = (
        select(func.count())
        .select_from(upload.join(job, job.c.id == upload.c.job))
        .where(upload.c.actor == actor, job.c.state.in_(OPEN))
    )
    return int(connection.execute(open_ones).scalar_one())
