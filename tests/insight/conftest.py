"""An answer log written as the portal writes it, and a catalogue of two agencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from core.catalogue.keys import Kind, RecordKey
from core.catalogue.models import Agency, Document, Region, ServiceItem, Status
from core.catalogue.owners import owner_of
from core.catalogue.tables import RECORDS
from core.catalogue.writes import CatalogueWrites
from core.citizens.tables import answer_log, feedback
from core.clock import SHANGHAI, FixedClock
from core.database.engine import reading, writing
from insight.keeping import FigureKeeper

# Ten in the morning of the city.
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


class Log:
    """Writes turns and opinions."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._count = 0

    def turn(
        self,
        at: datetime,
        status: str = "answered_guide",
        *,
        item: int | None = None,
        region: str | None = None,
        channel: str = "web",
        step_ms: Mapping[str, float] | None = None,
        sources: Sequence[tuple[Kind, int]] = (),
        useful: bool | None = None,
    ) -> str:
        """One of them; its id."""
        self._count += 1
        name = f"a{self._count:06}"
        row: dict[str, Any] = {
            "id": name, "question": "怎么办", "status": status, "item_id": item, "channel": channel,
            "region": region, "created": at, "passage_ids": [], "versions": {},
            "step_ms": dict(step_ms or {}),
        }  # fmt: skip
        with writing(self.engine) as connection:
            quoted = [RecordKey(kind, number) for kind, number in sources]
            owner = owner_of(connection, [RecordKey("item", item), *quoted] if item else quoted)
            connection.execute(insert(answer_log).values(**row, agency=owner))
        if useful is not None:
            self.rate(name, useful, at)
        return name

    def rate(self, name: str, useful: bool, at: datetime) -> None:
        """What is said of a turn."""
        with writing(self.engine) as connection:
            row = {"answer_id": name, "useful": useful, "updated": at}
            connection.execute(insert(feedback).values(**row))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def log(engine: Engine) -> Log:
    return Log(engine)


@pytest.fixture
def keeper(engine: Engine, clock: FixedClock) -> FigureKeeper:
    return FigureKeeper(engine, clock, SHANGHAI)


@pytest.fixture
def records(engine: Engine) -> dict[str, int]:
    """Numbers of a guide of each of two agencies, and of a document of the second and of nobody."""
    writes = CatalogueWrites(engine)
    writes.put_agency(Agency(external_id="ybj", name="示例市医保局"))
    writes.put_agency(Agency(external_id="gjj", name="示例市公积金中心", former_names=["示例市公积金办"]))
    for code, name in (("990100", "示例市"), ("990101", "东区"), ("990102", "西区")):
        writes.put_region(Region(code=code, name=name))
    made = (
        ServiceItem(external_id="card", name="医保卡补办", agency="示例市医保局", region="990100"),
        ServiceItem(external_id="fund", name="公积金提取", agency="示例市公积金办", region="990100"),
        Document(
            external_id="rule", title="公积金办法", text="办法。", agency="示例市公积金中心", region="990101"
        ),
        Document(external_id="loose", title="告示", text="告示。", agency="没有登记的局", region="990101"),
    )
    for one in made:
        writes.put(one, [], Status.PUBLISHED)
    return numbers(engine)


def numbers(engine: Engine) -> dict[str, int]:
    """Of records by their external ids."""
    with reading(engine) as connection:
        return {
            row.external_id: row.id
            for table in RECORDS.values()
            for row in connection.execute(table.select())
        }


def count_all(engine: Engine, keeper: FigureKeeper) -> int:
    """Counts every day that is due; how many."""
    days = keeper.due()
    for day in days:
        counted = keeper.count(day)
        with writing(engine) as connection:
            keeper.keep(connection, counted)
    return len(days)
