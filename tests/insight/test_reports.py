"""Every table of the overview on both databases: what is in it, and whose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, update

from core.catalogue.models import Document, Status
from core.catalogue.tables import document
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.database.engine import writing
from insight.coverage import Coverage
from insight.freshness import Contents, State
from insight.keeping import FigureKeeper
from insight.periods import Period
from insight.reports import SHEETS, Asked, Reports
from tests.casework.rated import put_rating
from tests.casework.standing import put_answer, put_group
from tests.insight.conftest import NOW, Log, count_all


@pytest.fixture
def asked(
    engine: Engine, clock: FixedClock, log: Log, keeper: FigureKeeper, records: dict[str, int]
) -> Asked:
    """Some turns of three days, and a group that waits."""
    for back in range(3):
        at = NOW - timedelta(days=back)
        log.turn(at, item=records["card"], region="990101", useful=True, step_ms={"retrieve": 30})
        log.turn(at, "answered_passage", sources=[("document", records["rule"])], region="990102")
        log.turn(at, "no_answer", region="990102")
    for number, level in enumerate((1, 2, 3, 5, 5)):
        put_rating(engine, NOW, number=number, level=level, agency="gjj" if number else None)
    put_group(engine, NOW, [put_answer(engine, NOW, "g1"), put_answer(engine, NOW, "g2")], agency="gjj")
    count_all(engine, keeper)
    return Asked(Period(clock.today() - timedelta(days=2), clock.today()))


def test_every_table_tells_of_the_city_and_of_an_agency(
    engine: Engine, clock: FixedClock, asked: Asked
) -> None:
    reports = Reports(engine, clock)
    for name, sheet_of in SHEETS.items():
        for agency in ("", "gjj", "none"):
            sheet = sheet_of(reports, Asked(asked.period, agency))
            assert all(len(row) == len(sheet.heads) for row in sheet.rows), name
            assert "医保" not in str(sheet.rows) or agency == ""
    days = SHEETS["days"](reports, asked)
    assert [row[1] for row in days.rows] == [3, 3, 5]
    rated = SHEETS["ratings"](reports, asked)
    assert [tuple(row) for row in rated.rows] == [
        ("非常满意", 2, 0.4), ("满意", 0, 0.0), ("基本满意", 1, 0.2),
        ("不满意", 1, 0.2), ("非常不满意", 1, 0.2),
    ]  # fmt: skip
    assert "差评任务 2 件：未办结 2 件" in rated.notes[0]
    assert sum(int(str(row[1])) for row in SHEETS["ratings"](reports, Asked(asked.period, "gjj")).rows) == 4
    regions = {row[1]: row for row in SHEETS["regions"](reports, asked).rows}
    assert (regions["990101"][0], regions["990101"][4]) == ("东区", 1.0)
    assert regions["990101"][5] == pytest.approx(1 - 6 / 11)


def test_contents_of_a_former_name_are_the_agencys_and_those_of_nobody_stand_apart(
    engine: Engine, asked: Asked
) -> None:
    CatalogueWrites(engine).put(Document(external_id="bare", title="无主", text="无。"), [], Status.PUBLISHED)
    found = {one.id: one for one in Coverage(engine).agencies(asked.period)}
    assert (found["gjj"].items, found["gjj"].documents, found["gjj"].asking.turns) == (1, 1, 3)
    assert (found["gjj"].waiting.groups, found["gjj"].waiting.questions) == (1, 2)
    assert (found["ybj"].published, found["ybj"].asking.satisfaction) == (1, 1.0)
    assert (found[None].documents, found[None].asking.turns) == (2, 5)
    regions = {one.code: one.published for one in Coverage(engine).regions()}
    assert regions == {"000000": 1, "990100": 2, "990101": 2, "990102": 0}


def test_a_content_is_stale_expired_or_about_to_be(
    engine: Engine, clock: FixedClock, records: dict[str, int]
) -> None:
    today = clock.today()
    writes, contents = CatalogueWrites(engine), Contents(engine, clock)
    for name, ends in (("out", -1), ("last", 0), ("near", 30), ("far", 31)):
        one = Document(external_id=name, title=name, text="文。", agency="示例市公积金中心",
                       effective_to=today + timedelta(days=ends))  # fmt: skip
        writes.put(one, [], Status.PUBLISHED)
    gone = Document(external_id="gone", title="gone", text="文。", effective_to=today - timedelta(days=9))
    writes.put(gone, [], Status.WITHDRAWN)
    with writing(engine) as connection:
        connection.execute(update(document).values(updated_at=NOW))
        old = update(document).where(document.c.external_id == "rule")
        connection.execute(old.values(updated_at=NOW - timedelta(days=366)))
    names = {state: [one.external_id for one in contents.aged(state)] for state in State}
    assert names[State.EXPIRED] == ["out"]
    assert names[State.SOON] == ["last", "near"]
    assert "rule" in names[State.STALE]
    fresh = contents.freshness()
    assert fresh.counts == {state: len(found) for state, found in names.items()}
    assert contents.freshness("gjj").counts[State.EXPIRED] == 1
    assert contents.freshness("ybj").counts[State.EXPIRED] == 0
