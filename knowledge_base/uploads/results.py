"""What came of the records of an upload, each written once."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, insert, select

from knowledge_base.editing.uploads import Uploaded
from knowledge_base.uploads.tables import upload_result


def put_result(connection: Connection, name: str, file: int, record: int, one: Uploaded) -> None:
    """Writes what came of a record of a file of an upload; both count from 1."""
    row = {
        "outcome": one.outcome, "place": one.place, "kind": one.kind, "external_id": one.external_id,
        "title": one.title, "told": one.told,
    }  # fmt: skip
    kept = {field: _storable(text) for field, text in row.items()}
    connection.execute(insert(upload_result).values(upload=name, file=file, record=record, **kept))


def recorded(connection: Connection, name: str, file: int) -> int:
    """Up to which record of a file it is known what came of it; 0 of none."""
    of_file = (upload_result.c.upload == name, upload_result.c.file == file)
    return connection.execute(select(func.max(upload_result.c.record)).where(*of_file)).scalar() or 0


def outcomes(connection: Connection, name: str) -> Mapping[str, int]:
    """How many records of an upload came to what: `drafted`, `unchanged`, `problem`."""
    counted = select(upload_result.c.outcome, func.count()).where(upload_result.c.upload == name)
    rows = connection.execute(counted.group_by(upload_result.c.outcome)).all()
    return {row.outcome: row[1] for row in rows}


def results(
    connection: Connection, name: str, *, outcome: str = "", limit: int = 50, offset: int = 0
) -> tuple[list[Uploaded], int]:
    """What came of its records in the order of its files, and of how many in all.

    Args:
        outcome: Only these.
    """
    wanted = [upload_result.c.upload == name]
    wanted += [upload_result.c.outcome == outcome] if outcome else []
    total = connection.execute(select(func.count()).select_from(upload_result).where(*wanted)).scalar_one()
    columns = [
        upload_result.c[field] for field in ("outcome", "place", "kind", "external_id", "title", "told")
    ]
    order = (upload_result.c.file, upload_result.c.record)
    rows = connection.execute(select(*columns).where(*wanted).order_by(*order).limit(limit).offset(offset))
    return [Uploaded(*row) for row in rows], total


def _storable(text: str) -> str:
    """Names in it are the file's own: no database takes all of them."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
