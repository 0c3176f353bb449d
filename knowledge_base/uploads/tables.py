"""SQL tables of uploads that a worker reads."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# `agency` is an external id, `filling` what records get that do not say, `actor` the login of who brought it.
# `job` reads it; there is none as long as its bytes come in, and the upload is forgotten with its job.
upload = Table(
    "upload",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("size", Integer, nullable=False),
    Column("files", Integer, nullable=False),
    Column("agency", String(200), index=True),
    Column("filling", JSON, nullable=False),
    Column("actor", String(64), nullable=False, index=True),
    Column("created", UtcDateTime, nullable=False, index=True),
    Column("job", Integer, unique=True),
)


def _upload() -> Column[str]:
    return Column("upload", String(32), ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)


# Its bytes, in order; gone once it is read.
upload_chunk = Table(
    "upload_chunk",
    metadata,
    _upload(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
# What came of each record, or problem, of each of its files.
upload_result = Table(
    "upload_result",
    metadata,
    _upload(),
    Column("file", Integer, primary_key=True, autoincrement=False),
    Column("record", Integer, primary_key=True, autoincrement=False),
    Column("outcome", String(16), nullable=False),
    Column("place", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("external_id", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("told", Text, nullable=False),
)
