"""The year of questions that pages are measured over is a year, and is counted to the last of them."""

from __future__ import annotations

from pathlib import Path

from rich.progress import Progress
from sqlalchemy import func, select

from bench.performance.logged_year import DAYS, count, fill
from core.answering import AnswerStatus
from core.catalogue.models import Agency, Document, ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.tables import answer_log
from core.database.engine import open_engine, reading
from core.database.migrate import migrate
from insight.tables import figure_agency, figure_day


def test_a_year_of_turns_is_filled_in_and_counted(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    migrate(engine)
    writes = CatalogueWrites(engine)
    writes.put_agency(Agency(external_id="bench-0", name="示例市第0局"))
    for one in (
        ServiceItem(external_id="guide-0", name="事项", agency="示例市第0局"),
        Document(external_id="text-0", title="办法", text="办法。"),
    ):
        writes.put(one, [], Status.PUBLISHED)
    with Progress(disable=True) as progress:
        filled = fill(engine, progress, turns=1500)
        days = count(engine, progress)
    with reading(engine) as connection:
        statuses = set(connection.execute(select(answer_log.c.status).distinct()).scalars())
        counted = connection.execute(select(func.sum(figure_day.c.turns))).scalar_one()
        sums = select(figure_agency.c.agency, func.sum(figure_agency.c.turns))
        asked = {row[0]: row[1] for row in connection.execute(sums.group_by(figure_agency.c.agency))}
    engine.dispose()
    assert statuses <= {one.value for one in AnswerStatus}
    assert 1500 <= filled.turns == counted == asked[""]
    assert 0 < asked["bench-0"] < filled.turns
    assert days in (DAYS, DAYS + 1)
    assert 0 < filled.groups <= filled.grouped < filled.turns
