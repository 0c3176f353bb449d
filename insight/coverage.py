"""What agencies and regions have published, beside what is asked of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select

from casework.counts import Waiting, waiting_groups
from core.catalogue.keys import Kind
from core.catalogue.models import NATIONAL, Status
from core.catalogue.registers import bearers
from core.catalogue.tables import RECORDS, agency, region
from core.database.engine import reading
from insight.figures import Asking, Figures
from insight.periods import Period
from insight.tables import CITY

_NONE = Waiting(0, 0)


@dataclass(frozen=True, slots=True)
class Covered:
    """What an agency, or nobody in the register, has published, and what came in.

    Attributes:
        id: External id; None is what is no agency's: unanswered turns, and contents without one.
        asking: Turns that were answered from its contents.
        waiting: Groups of questions that are given to it and not answered yet.
    """

    id: str | None
    name: str
    items: int
    documents: int
    asking: Asking
    waiting: Waiting

    @property
    def published(self) -> int:
        """Contents that citizens see."""
        return self.items + self.documents


@dataclass(frozen=True, slots=True)
class CoveredRegion:
    """What is published for a region itself; what holds for a larger one holds there too."""

    code: str
    name: str
    items: int
    documents: int

    @property
    def published(self) -> int:
        """Contents that citizens see."""
        return self.items + self.documents


class Coverage:
    """Reads of one database; methods block."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def agencies(self, period: Period) -> list[Covered]:
        """Agencies by external id, what is nobody's last."""
        turns, waiting = Figures(self._engine).of_agencies(period), waiting_groups(self._engine)
        with reading(self._engine) as connection:
            names = {row.external_id: row.name for row in connection.execute(select(agency))}
            known = bearers(connection)
            published: Counter[tuple[str | None, Kind]] = Counter()
            for (kind, name), count in _published(connection, "agency").items():
                published[known.get(name), kind] += count
        nobodys = _rest(turns.pop(CITY, Asking()), list(turns.values()))
        listed = [*((one, names[one]) for one in sorted(names)), (None, "未归部门")]
        return [
            Covered(
                id=one,
                name=name,
                items=published[one, "item"],
                documents=published[one, "document"],
                asking=turns.get(one, Asking()) if one is not None else nobodys,
                waiting=waiting.get(one, _NONE),
            )
            for one, name in listed
        ]

    def regions(self) -> list[CoveredRegion]:
        """The country, then every region of the register, by code."""
        with reading(self._engine) as connection:
            names = {row.code: row.name for row in connection.execute(select(region))}
            published = _published(connection, "region")
        names = {NATIONAL: "全国", **names}
        return [
            CoveredRegion(code, names[code], published["item", code], published["document", code])
            for code in sorted(names)
        ]


def _published(connection: Connection, by: str) -> Counter[tuple[Kind, str]]:
    """Published contents by kind and a column."""
    found: Counter[tuple[Kind, str]] = Counter()
    for kind, table in RECORDS.items():
        column = table.c[by]
        chosen = select(column, func.count()).where(table.c.status == Status.PUBLISHED.value).group_by(column)
        for value, count in connection.execute(chosen):
            found[kind, value or ""] += count
    return found


def _rest(whole: Asking, parts: Sequence[Asking]) -> Asking:
    """What is in the whole and in none of the parts."""
    return Asking(
        whole.turns - sum(one.turns for one in parts),
        whole.useful - sum(one.useful for one in parts),
        whole.useless - sum(one.useless for one in parts),
    )
