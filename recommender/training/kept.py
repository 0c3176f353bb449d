"""Models in SQL: rows, the bytes of their artefacts in chunks, the pointer to the one that serves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, func, insert, null, select, update

from core.database.rows import put
from core.errors import NotFound
from recommender.training.models import BrokenArtefact, State, StoredModel
from recommender.training.tables import recommender_in_use, recommender_model, recommender_model_chunk

# Other writers wait while one is written.
CHUNK_BYTES: Final = 1_000_000
# So many accepted models can be gone back to, that in use among them.
KEPT_ARTEFACTS: Final = 5
KEPT_ROWS: Final = 100
_POINTER: Final = 1
_NONE: Final = "没有更早的可用模型。"
_ROLLED_BACK: Final = "已回滚，改用更早的模型"
_COLUMNS: Final = tuple(
    recommender_model.c[name]
    for name in ("number", "state", "reason", "created", "epoch", "card", "size", "sha256")
)


def add(
    connection: Connection, state: State, created: datetime, epoch: str, card: Mapping[str, Any], reason: str
) -> int:
    """A new row without bytes; its number, which no other model ever has."""
    values = {"state": state, "reason": reason, "created": created, "epoch": epoch, "card": dict(card)}
    statement = insert(recommender_model).values(**values).returning(recommender_model.c.number)
    return int(connection.execute(statement).scalar_one())


def put_chunk(connection: Connection, model: int, number: int, content: bytes) -> None:
    """The next bytes of an artefact."""
    row = {"model": model, "number": number, "content": content}
    connection.execute(insert(recommender_model_chunk).values(**row))


def accept(
    connection: Connection, model: int, whole: bytes, external_ids: Sequence[str], card: Mapping[str, Any]
) -> None:
    """Says what the bytes of a candidate have to be; from now on it may serve.

    Raises:
        BrokenArtefact: They are not there as they were made.
    """
    digest = hashlib.sha256(whole).hexdigest()
    values = {
        "state": State.ACCEPTED, "external_ids": list(external_ids), "card": dict(card),
        "size": len(whole), "sha256": digest,
    }  # fmt: skip
    connection.execute(update(recommender_model).where(recommender_model.c.number == model).values(**values))
    artefact(connection, model)


def artefact(connection: Connection, model: int) -> bytes:
    """The bytes of a model.

    Raises:
        BrokenArtefact: They are not those that were kept.
    """
    told = select(recommender_model.c.size, recommender_model.c.sha256)
    row = connection.execute(told.where(recommender_model.c.number == model)).first()
    if row is None or row.size is None:
        raise BrokenArtefact(f"model {model} has no bytes")
    chunk = recommender_model_chunk
    chunks = select(chunk.c.content).where(chunk.c.model == model).order_by(chunk.c.number)
    whole = b"".join(connection.execute(chunks).scalars())
    if len(whole) != row.size:
        raise BrokenArtefact(f"model {model} has {len(whole)} of {row.size} bytes")
    if hashlib.sha256(whole).hexdigest() != row.sha256:
        raise BrokenArtefact(f"model {model} has other bytes than were kept")
    return whole


def items_of(connection: Connection, model: int) -> tuple[str, ...]:
    """External ids of a model's items, in the order of its artefact."""
    statement = select(recommender_model.c.external_ids).where(recommender_model.c.number == model)
    return tuple(connection.execute(statement).scalar_one_or_none() or ())


def use(connection: Connection, model: int, at: datetime) -> None:
    """From now on this one serves."""
    put(connection, recommender_in_use, "id", id=_POINTER, model=model, since=at)


def in_use(connection: Connection) -> StoredModel | None:
    """The model that serves."""
    pointed = select(recommender_in_use.c.model).where(recommender_in_use.c.id == _POINTER)
    row = connection.execute(_stored().where(recommender_model.c.number.in_(pointed))).first()
    return _model(row) if row is not None else None


def one(connection: Connection, number: int) -> StoredModel:
    """A model by its number.

    Raises:
        NotFound: There is none.
    """
    row = connection.execute(_stored().where(recommender_model.c.number == number)).first()
    if row is None:
        raise NotFound(f"no model {number}", public_message="没有这个模型。")
    return _model(row)


def models(connection: Connection, limit: int = KEPT_ROWS) -> list[StoredModel]:
    """The latest models that were decided about, newest first."""
    decided = _stored().where(recommender_model.c.state != State.CANDIDATE)
    newest = decided.order_by(recommender_model.c.number.desc()).limit(limit)
    return [_model(row) for row in connection.execute(newest)]


def roll_back(connection: Connection, at: datetime, days: int) -> StoredModel:
    """Uses the accepted model before the one in use, to which nobody goes back; the one that serves now.

    Args:
        days: What is older would not serve, and is passed over, as is what has lost its bytes.

    Raises:
        NotFound: There is none before it that can serve.
    """
    _hold(connection)
    current = in_use(connection)
    before = _can_serve().order_by(recommender_model.c.number.desc())
    if current is not None:
        before = before.where(recommender_model.c.number < current.number)
    for number in connection.execute(before).scalars().all():
        found = one(connection, number)
        if found.is_expired(at, days) or not _is_whole(connection, number):
            continue
        use(connection, number, at)
        if current is not None:
            _reject(connection, current.number, _ROLLED_BACK)
        return one(connection, number)
    raise NotFound(f"no accepted model is before it. {_NONE}", public_message=_NONE)


def withdraw(connection: Connection, model: int, reason: str) -> None:
    """This one is not to serve again; where it does, none does from now on."""
    _hold(connection)
    connection.execute(delete(recommender_in_use).where(recommender_in_use.c.model == model))
    _reject(connection, model, reason)


def _reject(connection: Connection, model: int, reason: str) -> None:
    values = {"state": State.REJECTED, "reason": reason}
    connection.execute(update(recommender_model).where(recommender_model.c.number == model).values(**values))


def _hold(connection: Connection) -> None:
    """What serves stays as it is until the transaction ends, whoever else wants to change it."""
    connection.execute(select(recommender_in_use.c.id).with_for_update())


def _is_whole(connection: Connection, model: int) -> bool:
    try:
        artefact(connection, model)
    except BrokenArtefact:
        return False
    return True


def drop_half_kept(connection: Connection) -> None:
    """Forgets candidates of runs that were broken off: one training is under way at a time."""
    connection.execute(delete(recommender_model).where(recommender_model.c.state == State.CANDIDATE))


def prune(connection: Connection) -> None:
    """Drops the bytes of old models, and rows that nobody will look at any more."""
    _hold(connection)
    model, chunk = recommender_model, recommender_model_chunk
    pointed = select(recommender_in_use.c.model)
    kept = connection.execute(
        _can_serve().order_by(model.c.number.desc()).limit(KEPT_ARTEFACTS)
    ).scalars().all()  # fmt: skip
    old = (model.c.size.is_not(None), model.c.number.not_in(kept), model.c.number.not_in(pointed))
    numbers = connection.execute(select(model.c.number).where(*old)).scalars().all()
    connection.execute(delete(chunk).where(chunk.c.model.in_(numbers)))
    emptied = {"size": None, "sha256": None, "external_ids": null()}
    connection.execute(update(model).where(model.c.number.in_(numbers)).values(**emptied))
    last = select(model.c.number).order_by(model.c.number.desc()).offset(KEPT_ROWS).limit(1)
    if (oldest := connection.execute(last).scalar()) is not None:
        gone = (model.c.number <= oldest, model.c.size.is_(None), model.c.number.not_in(pointed))
        connection.execute(delete(model).where(*gone))


def _stored() -> Select[Any]:
    serving = select(func.count()).select_from(recommender_in_use)
    is_used = serving.where(recommender_in_use.c.model == recommender_model.c.number).scalar_subquery()
    return select(*_COLUMNS, is_used.label("in_use"))


def _can_serve() -> Select[Any]:
    return select(recommender_model.c.number).where(
        recommender_model.c.state == State.ACCEPTED, recommender_model.c.size.is_not(None)
    )


def _model(row: Any) -> StoredModel:
    values = dict(row._mapping)
    return StoredModel(**{**values, "state": State(values["state"]), "in_use": bool(values["in_use"])})
