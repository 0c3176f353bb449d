"""Reads of the catalogue: the truth that every answer is checked against."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Row,
    Table,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from core.catalogue.keys import Kind, RecordKey
from core.catalogue.models import Agency, Document, Region, ServiceItem, Status
from core.catalogue.payloads import from_payload
from core.catalogue.records import CatalogueState, Change, Counts, StoredPassage, StoredRecord
from core.catalogue.regions import scope
from core.catalogue.tables import RECORDS, agency, catalogue_state, passage, region, tombstone
from core.database.engine import reading
from core.text.normalise import fold

# SQLite takes some ten thousand parameters in one statement; this stays far below.
_PER_QUERY = 500


# Every answer looks at all agencies or regions: checking their few hundred lines again each time took longer
# than the query. What is read is never changed.
_read_again = lru_cache(maxsize=1024)(from_payload)


class CatalogueReads:
    """Reads of one database; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def state(self) -> CatalogueState:
        """Epoch and latest revision."""
        with reading(self._engine) as connection:
            row = connection.execute(select(catalogue_state.c.epoch, catalogue_state.c.revision)).one()
        return CatalogueState(row.epoch, row.revision)

    def changes_since(self, revision: int, limit: int) -> list[Change]:
        """The next changes of records after a revision, in order."""
        parts = [
            select(
                literal(kind).label("kind"),
                table.c.id.label("id"),
                table.c.revision.label("revision"),
                literal(0).label("deleted"),
            ).where(table.c.revision > revision)
            for kind, table in RECORDS.items()
        ]
        gone = select(tombstone.c.kind, tombstone.c.record_id, tombstone.c.revision, literal(1)).where(
            tombstone.c.revision > revision
        )
        statement = union_all(*parts, gone).order_by("revision").limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(statement).all()
        return [Change(RecordKey(row.kind, row.id), row.revision, bool(row.deleted)) for row in rows]

    def record(self, key: RecordKey) -> StoredRecord | None:
        """One record, whatever its status."""
        return self._one(key.kind, "id", key.id)

    def records(self, keys: Collection[RecordKey]) -> dict[RecordKey, StoredRecord]:
        """Those of these records that exist, whatever their status, as they stand at one moment."""
        found: dict[RecordKey, StoredRecord] = {}
        with reading(self._engine) as connection:
            for kind, numbers in _portions(keys):
                table = RECORDS[kind]
                rows = connection.execute(select(table).where(table.c.id.in_(numbers))).all()
                found.update((RecordKey(kind, row.id), _record(kind, row)) for row in rows)
        return found

    def keys(self, size: int = _PER_QUERY) -> Iterator[list[RecordKey]]:
        """The keys of all records, whatever their status, in batches of at most `size`."""
        return self._keys(size, lambda table: true())

    def cut_otherwise(self, cutting: int, size: int = _PER_QUERY) -> Iterator[list[RecordKey]]:
        """The keys of the records whose passages were cut by other rules than those of this number."""
        return self._keys(size, lambda table: table.c.content_hash.not_like(f"%.{cutting}"))

    def _keys(
        self, size: int, condition: Callable[[Table], ColumnElement[bool]]
    ) -> Iterator[list[RecordKey]]:
        for kind, table in RECORDS.items():
            last = 0
            while batch := self._numbers_after(table, last, size, condition(table)):
                yield [RecordKey(kind, number) for number in batch]
                last = batch[-1]

    def _numbers_after(
        self, table: Table, last: int, size: int, condition: ColumnElement[bool]
    ) -> Sequence[int]:
        statement = select(table.c.id).where(table.c.id > last, condition).order_by(table.c.id).limit(size)
        with reading(self._engine) as connection:
            return connection.execute(statement).scalars().all()

    def by_external_id(self, kind: Kind, external_id: str) -> StoredRecord | None:
        """One record by the name its agency gave it."""
        return self._one(kind, "external_id", external_id)

    def _one(self, kind: Kind, column: str, value: int | str) -> StoredRecord | None:
        with reading(self._engine) as connection:
            return _stored(connection, kind, column, value)

    def internal(self) -> set[tuple[Kind, str]]:
        """Kind and external id of everything that is for staff alone, published or not."""
        parts = [
            select(literal(kind).label("kind"), table.c.external_id).where(
                # In canonical JSON these signs stand nowhere else: a quote in a text is escaped.
                table.c.status != Status.PUBLISHED.value,
                table.c.payload.contains('"internal":true'),
            )
            for kind, table in RECORDS.items()
        ]
        with reading(self._engine) as connection:
            return {(row.kind, row.external_id) for row in connection.execute(union_all(*parts))}

    def shown(
        self, keys: Collection[RecordKey], region: str | None, today: date, *, internal: bool = False
    ) -> dict[RecordKey, int]:
        """Of these records those that may be shown, with their version: one query.

        Args:
            region: Six-digit code; None shows records of every region.
            today: The citizens' day.
            internal: They are shown to staff, who also see what is for them alone.
        """
        if not keys:
            return {}
        wanted: dict[str, Any] = {kind: [key.id for key in keys if key.kind == kind] for kind in RECORDS}
        wanted |= {"today": today} | ({} if region is None else {"within": scope(region)})
        with reading(self._engine) as connection:
            statement = _shown_of_each_kind(everywhere=region is None, internal=internal)
            rows = connection.execute(statement, wanted).all()
        return {RecordKey(row.kind, row.id): row.version for row in rows}

    def passages(self, keys: Sequence[RecordKey]) -> list[StoredPassage]:
        """The passages of these records, each record's in order."""
        found: list[StoredPassage] = []
        with reading(self._engine) as connection:
            for kind, numbers in _portions(keys):
                rows = connection.execute(
                    select(passage)
                    .where(passage.c.kind == kind, passage.c.record_id.in_(numbers))
                    .order_by(passage.c.record_id, passage.c.ordinal)
                ).all()
                found += map(_passage, rows)
        return found

    def agency(self, name: str) -> Agency | None:
        """An agency by external id, name, former name or alias."""
        agencies = self.agencies()
        ways = (lambda a: (a.external_id, a.name), lambda a: a.former_names, lambda a: a.aliases)
        return next((a for names in ways for a in agencies if name in names(a)), None)

    def agencies(self) -> list[Agency]:
        """Every agency, by external id."""
        return [_read_again(Agency, payload) for payload in self._payloads(agency, "external_id")]

    def holds_demo(self) -> bool:
        """Whether agencies of the demonstration city are among the data."""
        return any(agency.demo for agency in self.agencies())

    def regions(self) -> list[Region]:
        """Every region, by code."""
        return [_read_again(Region, payload) for payload in self._payloads(region, "code")]

    def _payloads(self, table: Table, order: str) -> Iterable[str]:
        with reading(self._engine) as connection:
            return connection.execute(_all_payloads(table, order)).scalars().all()

    def items(
        self,
        *,
        q: str | None = None,
        theme: str | None = None,
        agency: str | None = None,
        region: str | None = None,
        today: date,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[list[StoredRecord], int]:
        """Service items that may be shown, by name; and how many there are in all.

        Args:
            q: Words that must all stand in the name, the code, an alias or another way to ask.
            agency: External id, name or alias.
        """
        table = RECORDS["item"]
        conditions = [_is_shown(table, None if region is None else scope(region), today)]
        for word in fold(q or "").split():
            conditions.append(table.c.names.contains(word, autoescape=True))
        if theme:
            conditions.append(table.c.theme == theme)
        if agency:
            known = self.agency(agency)
            conditions.append(table.c.agency.in_(known.names if known else (agency,)))
        where = and_(*conditions)
        with reading(self._engine) as connection:
            total = connection.execute(select(func.count()).select_from(table).where(where)).scalar_one()
            rows = connection.execute(
                select(table).where(where).order_by(table.c.title, table.c.id).limit(limit).offset(offset)
            ).all()
        return [_record("item", row) for row in rows], total

    def shown_items(
        self, external_ids: Collection[str], region: str | None, today: date
    ) -> dict[str, StoredRecord]:
        """Of the items of these external ids those that may be shown, by external id: one query for 500.

        Args:
            region: Six-digit code; None shows items of every region.
        """
        rows = self._shown_items(external_ids, region, today, RECORDS["item"])
        return {row.external_id: _record("item", row) for row in rows}

    def shown_regions(self, external_ids: Collection[str], region: str | None, today: date) -> dict[str, str]:
        """The same, but only of which region each is."""
        table = RECORDS["item"]
        rows = self._shown_items(external_ids, region, today, table.c.external_id, table.c.region)
        return {row.external_id: row.region for row in rows}

    def _shown_items(
        self, external_ids: Collection[str], region: str | None, today: date, *wanted: Any
    ) -> list[Row[*tuple[Any, ...]]]:
        table = RECORDS["item"]
        shown = _is_shown(table, None if region is None else scope(region), today)
        rows: list[Row[*tuple[Any, ...]]] = []
        with reading(self._engine) as connection:
            for among in _among(table, external_ids):
                rows += connection.execute(select(*wanted).where(among, shown)).all()
        return rows

    def known(self, kind: Kind, external_ids: Collection[str]) -> set[str]:
        """Which of these names agencies gave to a record that is there, whatever its status."""
        table = RECORDS[kind]
        found: set[str] = set()
        with reading(self._engine) as connection:
            for among in _among(table, external_ids):
                found |= set(connection.execute(select(table.c.external_id).where(among)).scalars())
        return found

    def counts(self) -> Counts:
        """How much is published."""
        with reading(self._engine) as connection:
            records = {
                kind: connection.execute(
                    select(func.count()).select_from(table).where(_is_published(table))
                ).scalar_one()
                for kind, table in RECORDS.items()
            }
            passages = sum(
                connection.execute(
                    select(func.count())
                    .select_from(passage)
                    .join(table, table.c.id == passage.c.record_id)
                    .where(passage.c.kind == kind, _is_published(table))
                ).scalar_one()
                for kind, table in RECORDS.items()
            )
        return Counts(records["document"], records["item"], passages)


def stored_record(connection: Connection, kind: Kind, external_id: str) -> StoredRecord | None:
    """One record by the name its agency gave it, as it stands in a transaction."""
    return _stored(connection, kind, "external_id", external_id)


def _stored(connection: Connection, kind: Kind, column: str, value: int | str) -> StoredRecord | None:
    row = connection.execute(_one_by(kind, column), {"value": value}).one_or_none()
    return _record(kind, row) if row is not None else None


@lru_cache(maxsize=4)
def _shown_of_each_kind(*, everywhere: bool, internal: bool) -> Executable:
    """Put together once: that took longer than the query. One parameter per kind takes its numbers."""
    within: Any = None if everywhere else bindparam("within", expanding=True)
    parts = [
        select(literal(kind).label("kind"), table.c.id, table.c.version).where(
            table.c.id.in_(bindparam(kind, expanding=True)),
            _is_shown(table, within, bindparam("today"), internal=internal),
        )
        for kind, table in RECORDS.items()
    ]
    return union_all(*parts)


@lru_cache(maxsize=8)
def _one_by(kind: Kind, column: str) -> Executable:
    table = RECORDS[kind]
    return select(table).where(table.c[column] == bindparam("value"))


@lru_cache(maxsize=8)
def _all_payloads(table: Table, order: str) -> Executable:
    return select(table.c.payload).order_by(table.c[order])


def _among(table: Table, external_ids: Collection[str]) -> Iterator[ColumnElement[bool]]:
    names = sorted(external_ids)
    for start in range(0, len(names), _PER_QUERY):
        yield table.c.external_id.in_(names[start : start + _PER_QUERY])


def _portions(keys: Collection[RecordKey]) -> Iterator[tuple[Kind, list[int]]]:
    for kind in RECORDS:
        numbers = sorted({key.id for key in keys if key.kind == kind})
        for start in range(0, len(numbers), _PER_QUERY):
            yield kind, numbers[start : start + _PER_QUERY]


def _is_published(table: Table, *, internal: bool = False) -> ColumnElement[bool]:
    public: ColumnElement[bool] = table.c.status == Status.PUBLISHED.value
    return or_(public, table.c.status == Status.INTERNAL.value) if internal else public


def _is_shown(table: Table, regions: Any, today: Any, *, internal: bool = False) -> ColumnElement[bool]:
    """Published, in force on the day, and meant for one of the regions, if any; values or parameters."""
    conditions = [
        _is_published(table, internal=internal),
        or_(table.c.published_on.is_(None), table.c.published_on <= today),
        or_(table.c.effective_from.is_(None), table.c.effective_from <= today),
        or_(table.c.effective_to.is_(None), table.c.effective_to >= today),
    ]
    if regions is not None:
        conditions.append(table.c.region.in_(regions))
    return and_(*conditions)


def shown_on(table: Table, today: date | BindParameter[date]) -> ColumnElement[bool]:
    """Which records of a table are published and in force on a day, a value or a parameter; of any region."""
    return _is_shown(table, None, today)


def _record(kind: Kind, row: Row[*tuple[Any, ...]]) -> StoredRecord:
    model: type[Document | ServiceItem] = ServiceItem if kind == "item" else Document
    return StoredRecord(
        key=RecordKey(kind, row.id),
        external_id=row.external_id,
        version=row.version,
        revision=row.revision,
        status=Status(row.status),
        title=row.title,
        record=from_payload(model, row.payload),
    )


def _passage(row: Row[*tuple[Any, ...]]) -> StoredPassage:
    return StoredPassage(
        id=row.id,
        key=RecordKey(row.kind, row.record_id),
        ordinal=row.ordinal,
        field=row.field,
        heading=row.heading,
        text=row.text,
        start=row.start_at,
        end=row.end_at,
        embed_text=row.embed_text,
    )
