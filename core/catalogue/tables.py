"""The catalogue's tables; the migrations are where they are made."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from core.catalogue.keys import Kind
from core.database.metadata import metadata
from core.database.types import UtcDateTime

catalogue_state = Table(
    "catalogue_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("epoch", String(36), nullable=False),
    Column("revision", BigInteger, nullable=False),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(10), nullable=False),
    Column("record_id", Integer, nullable=False),
    Column("external_id", String(200), nullable=False),
)

agency = Table(
    "agency",
    metadata,
    Column("external_id", String(200), primary_key=True),
    Column("name", String(300), nullable=False, index=True),
    Column("payload", Text, nullable=False),
)

region = Table(
    "region",
    metadata,
    Column("code", String(6), primary_key=True),
    Column("name", String(300), nullable=False),
    Column("payload", Text, nullable=False),
)

# Of a life event all items, in order (`core.catalogue.bundles`).
bundle = Table(
    "bundle",
    metadata,
    Column("external_id", String(200), primary_key=True),
    Column("name", String(300), nullable=False),
    Column("payload", Text, nullable=False),
)


def _records(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("external_id", String(200), nullable=False, unique=True),
        Column("content_hash", String(64), nullable=False),
        Column("version", Integer, nullable=False),
        Column("revision", BigInteger, nullable=False, index=True),
        Column("status", String(20), nullable=False),
        Column("title", Text, nullable=False),
        Column("names", Text, nullable=False),
        Column("agency", Text),
        Column("theme", Text),
        Column("region", String(6), nullable=False),
        Column("published_on", Date),
        Column("effective_from", Date),
        Column("effective_to", Date),
        Column("payload", Text, nullable=False),
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False, index=True),
    )


document = _records("document")
service_item = _records("service_item")
RECORDS: Final[dict[Kind, Table]] = {"document": document, "item": service_item}

# Every content that a record has had; the latest is the record's own.
record_version = Table(
    "record_version",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("record_id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("payload", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

passage = Table(
    "passage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("record_id", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("field", Text, nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("start_at", Integer, nullable=False),
    Column("end_at", Integer, nullable=False),
    Column("embed_text", Text, nullable=False),
    UniqueConstraint("kind", "record_id", "ordinal"),
)

# From a document to one that it replaces or explains, by their external ids; the other need not exist.
document_link = Table(
    "document_link",
    metadata,
    Column("external_id", String(200), primary_key=True),
    Column("relation", String(20), primary_key=True),
    Column("target", String(200), primary_key=True, index=True),
)

vector_cache = Table(
    "vector_cache",
    metadata,
    Column("text_hash", String(64), primary_key=True),
    Column("model_digest", String(200), primary_key=True),
    Column("dtype", String(200), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

term = Table(
    "term",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("payload", Text, nullable=False),
)

# A row for each question that a fixed answer answers.
pin = Table(
    "pin",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("question", String(300), nullable=False, index=True),
    Column("payload", Text, nullable=False),
)
