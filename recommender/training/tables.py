"""SQL tables of trained models, and the one row that says which of them serves."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# A rejected one, and an old one, has no bytes. `external_ids` are in the order of the artefact's items,
# so that a model of another catalogue is known by what it speaks of. `card` holds figures, nobody's id.
recommender_model = Table(
    "recommender_model",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("epoch", String(36), nullable=False),
    Column("card", JSON, nullable=False),
    Column("external_ids", JSON),
    Column("size", BigInteger),
    Column("sha256", String(64)),
    sqlite_autoincrement=True,
)

# The bytes of an artefact, in order.
recommender_model_chunk = Table(
    "recommender_model_chunk",
    metadata,
    Column(
        "model",
        Integer,
        ForeignKey("recommender_model.number", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

# One row at most: what serves. Every process looks at it now and then.
recommender_in_use = Table(
    "recommender_in_use",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("model", Integer, ForeignKey("recommender_model.number"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)
