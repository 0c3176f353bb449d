"""Reads of figures by day: how turns ended, how long they took, what was asked most, by district."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, select

from core.catalogue.models import Agency
from core.catalogue.registers import find, own_names
from core.catalogue.tables import region, service_item
from core.database.engine import reading
from insight.histogram import quantile
from insight.outcomes import Outcomes, by_family, together
from insight.periods import Part, Period
from insight.tables import CITY, figure_agency, figure_day, figure_item, figure_time, figure_turn

# A share of fewer says little.
FEW: Final = 30
_Name = tuple[str | None, str | None, str | None]
_GONE: Final[_Name] = (None, None, None)


@dataclass(frozen=True, slots=True)
class Times:
    """How long answers took, in milliseconds: half of them, and 95 in 100, within so much."""

    answers: int
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class PartFigures:
    """The figures of a part of the period."""

    part: Part
    outcomes: Outcomes
    times: Times


@dataclass(frozen=True, slots=True)
class Summary:
    """A period in figures.

    Attributes:
        parts: In order, also those without a turn.
        channels: By channel, most turns first.
        counted: Days of the period that are counted.
        until: Up to when the log was read for the latest of them; None where none is counted.
    """

    outcomes: Outcomes
    times: Times
    parts: Sequence[PartFigures]
    channels: Mapping[str, Outcomes]
    counted: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Asking:
    """So many turns, and what was said of them."""

    turns: int = 0
    useful: int = 0
    useless: int = 0

    @property
    def rated(self) -> int:
        """Opinions."""
        return self.useful + self.useless

    @property
    def satisfaction(self) -> float | None:
        """Share of opinions that say useful; None where there is none."""
        return self.useful / self.rated if self.rated else None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """A service item that was asked about; without a title where it is gone."""

    external_id: str | None
    title: str | None
    agency: str | None
    asking: Asking


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """A district beside all of them.

    Attributes:
        code: Empty where none was named.
        apart: Its answer rate less that of all, as a share; None where nothing was asked.
    """

    code: str
    name: str
    outcomes: Outcomes
    apart: float | None

    @property
    def is_few(self) -> bool:
        """Too few to say much."""
        return self.outcomes.asked < FEW


class Figures:
    """The figures of one database; methods block."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def summary(self, period: Period, agency: str = CITY) -> Summary:
        """How turns ended and how long answers took, in all and part by part."""
        with reading(self._engine) as connection:
            outcomes = _by(connection, period, agency, figure_turn.c.day)
            histograms = _histograms(connection, period, agency)
            channels = _by(connection, period, agency, figure_turn.c.channel)
            counted, until = _counted(connection, period)
        whole = _part(Part(period.first, period.last, ""), outcomes, histograms)
        parts = [_part(part, outcomes, histograms) for part in period.parts()]
        ordered = dict(sorted(channels.items(), key=lambda one: -one[1].turns))
        return Summary(whole.outcomes, whole.times, parts, ordered, counted, until)

    def items(
        self, period: Period, agency: str = CITY, most: int = 50, skipped: int = 0
    ) -> tuple[list[ItemFigures], int]:
        """Service items, those asked about most often first, and how many there are in all.

        Args:
            agency: External id of the agency whose items they are now.
        """
        table = figure_item.c
        sums = [func.sum(column).label(column.name) for column in (table.turns, table.useful, table.useless)]
        within: list[ColumnElement[bool]] = [_during(figure_item, period)]
        with reading(self._engine) as connection:
            if agency != CITY:
                within.append(table.item.in_(_items_of(connection, agency)))
            each = select(table.item, *sums).where(*within).group_by(table.item).subquery()
            total = func.count().over().label("total")
            chosen = (
                select(each, total).order_by(each.c.turns.desc(), each.c.item).limit(most).offset(skipped)
            )
            rows = connection.execute(chosen).all()
            named = _named(connection, [row.item for row in rows])
        found = [
            ItemFigures(*named.get(row.item, _GONE), Asking(row.turns, row.useful, row.useless))
            for row in rows
        ]
        # Past the last page there is no row that could tell.
        past = not rows and skipped > 0
        return found, self.items(period, agency, most=1)[1] if past else rows[0].total if rows else 0

    def regions(self, period: Period, agency: str = CITY) -> list[RegionFigures]:
        """Districts by code, those that nobody named last."""
        with reading(self._engine) as connection:
            found = _by(connection, period, agency, figure_turn.c.region)
            names = {row.code: row.name for row in connection.execute(select(region))}
        asked = sum(one.asked for one in found.values())
        answered = sum(one.families["answered"] for one in found.values())
        rows = []
        for code in sorted(found, key=lambda code: (not code, code)):
            rate = found[code].rate("answered")
            apart = rate - answered / asked if rate is not None else None
            rows.append(RegionFigures(code, names.get(code, code), found[code], apart))
        return rows

    def of_agencies(self, period: Period) -> dict[str, Asking]:
        """Turns of each agency that has any, and of the city."""
        table = figure_agency.c
        sums = (func.sum(table.turns), func.sum(table.useful), func.sum(table.useless))
        chosen = select(table.agency, *sums).where(_during(figure_agency, period)).group_by(table.agency)
        with reading(self._engine) as connection:
            return {agency: Asking(*counts) for agency, *counts in connection.execute(chosen)}


def _during(table: Table, period: Period) -> ColumnElement[bool]:
    return table.c.day.between(period.first, period.last)


def _summed(by: Any) -> Any:
    """Turns and opinions by a column and how they ended."""
    table = figure_turn.c
    sums = (func.sum(table.turns), func.sum(table.useful), func.sum(table.useless))
    return select(by, table.status, *sums)


def _by(connection: Connection, period: Period, agency: str, by: Any) -> dict[Any, Outcomes]:
    wanted = (figure_turn.c.agency == agency, _during(figure_turn, period))
    return _outcomes(connection.execute(_summed(by).where(*wanted).group_by(by, figure_turn.c.status)))


def _outcomes(rows: Any) -> dict[Any, Outcomes]:
    statuses: dict[Any, Counter[str]] = defaultdict(Counter)
    opinions: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for key, status, turns, useful, useless in rows:
        statuses[key][status] += turns
        opinions[key][0] += useful
        opinions[key][1] += useless
    return {key: Outcomes(by_family(found), *opinions[key]) for key, found in statuses.items()}


def _histograms(connection: Connection, period: Period, agency: str) -> dict[date, Counter[int]]:
    table = figure_time.c
    wanted = (table.agency == agency, _during(figure_time, period))
    found: dict[date, Counter[int]] = defaultdict(Counter)
    for day, bucket, turns in connection.execute(select(table.day, table.bucket, table.turns).where(*wanted)):
        found[day][bucket] += turns
    return found


def _part(
    part: Part, outcomes: Mapping[date, Outcomes], histograms: Mapping[date, Counter[int]]
) -> PartFigures:
    own = (one for day, one in outcomes.items() if part.first <= day <= part.last)
    times = Counter[int]()
    for day, histogram in histograms.items():
        if part.first <= day <= part.last:
            times.update(histogram)
    return PartFigures(part, together(own), _times(times))


def _times(histogram: Counter[int]) -> Times:
    return Times(histogram.total(), quantile(histogram, 0.5), quantile(histogram, 0.95))


def _counted(connection: Connection, period: Period) -> tuple[int, datetime | None]:
    table = figure_day.c
    during = _during(figure_day, period)
    days = connection.execute(select(func.count()).select_from(figure_day).where(during)).scalar_one()
    last = select(table.counted_at).where(during).order_by(table.day.desc()).limit(1)
    return days, connection.execute(last).scalar()


def _items_of(connection: Connection, agency: str) -> Any:
    """Numbers of the service items that are an agency's now."""
    held = find(connection, Agency, agency)
    names = own_names(connection, held) if held else ()
    return select(service_item.c.id).where(service_item.c.agency.in_(names))


def _named(connection: Connection, numbers: Sequence[int]) -> dict[int, _Name]:
    table = service_item.c
    chosen = select(table.id, table.external_id, table.title, table.agency).where(table.id.in_(numbers))
    return {row.id: (row.external_id, row.title, row.agency) for row in connection.execute(chosen)}
