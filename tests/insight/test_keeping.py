"""Figures by day are what a plain count of the log gives, whatever is done twice, late or not to its end."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, update

from core.answering import AnswerStatus
from core.citizens.tables import answer_log, feedback
from core.clock import SHANGHAI, FixedClock
from core.database.engine import reading, writing
from core.database.metadata import metadata
from insight.figures import Figures
from insight.keeping import FRESH, LINGER, FigureKeeper
from insight.periods import MOST_DAYS, Period
from insight.tables import figure_agency, figure_day, figure_item, figure_time, figure_turn
from tests.insight.conftest import NOW, Log, count_all

TABLES = (figure_turn, figure_agency, figure_item, figure_time)


def kept(engine: Engine) -> dict[str, set[Any]]:
    """Every figure, whenever it was counted."""
    with reading(engine) as connection:
        return {table.name: {tuple(row) for row in connection.execute(table.select())} for table in TABLES}


def random_log(log: Log, records: dict[str, int], seed: int, turns: int = 120) -> list[dict[str, Any]]:
    """Turns over four days, many of them within a minute of midnight; as they were written."""
    chance = random.Random(seed)
    midnights = [datetime(2026, 2, 27, 16, 0, tzinfo=UTC) + timedelta(days=day) for day in range(4)]
    sources: dict[str, list[Any]] = {
        "": [],
        "gjj": [("document", records["rule"]), ("document", records["loose"])],
        "ybj": [("item", records["card"])],
    }
    made = []
    for _ in range(turns):
        around = chance.choice((timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=20)))
        at = chance.choice(midnights) + chance.uniform(-1, 1) * around
        agency = chance.choice(sorted(sources))
        item = records["fund"] if agency == "gjj" and chance.random() < 0.5 else None
        turn = {
            "at": min(at, NOW), "status": chance.choice([*AnswerStatus]).value, "item": item,
            "region": chance.choice((None, "990101", "990102")), "channel": chance.choice(("web", "wechat")),
            "step_ms": chance.choice(({}, {"retrieve": chance.uniform(0, 900), "compose": 3.5})),
            "useful": chance.choice((None, None, True, False)),
        }  # fmt: skip
        log.turn(**turn, sources=sources[agency])
        made.append({**turn, "agency": agency})
    return made


@pytest.mark.parametrize("seed", range(4))
def test_figures_are_what_a_plain_count_gives(
    seed: int, engine: Engine, log: Log, keeper: FigureKeeper, records: dict[str, int]
) -> None:
    made = random_log(log, records, seed)
    count_all(engine, keeper)
    for agency in ("", "gjj", "ybj"):
        own = [one for one in made if agency in ("", one["agency"])]
        days = Counter((one["at"].astimezone(SHANGHAI).date(), one["status"]) for one in own)
        with reading(engine) as connection:
            rows = connection.execute(select(figure_turn).where(figure_turn.c.agency == agency)).all()
        found = Counter[Any]()
        for row in rows:
            found[row.day, row.status] += row.turns
        assert found == days
        for column, value in (("region", "990101"), ("channel", "wechat")):
            here = sum(row.turns for row in rows if getattr(row, column) == value)
            assert here == sum(one[column] == value for one in own)
        assert sum(row.useful for row in rows) == sum(one["useful"] is True for one in own)
        assert sum(row.useless for row in rows) == sum(one["useful"] is False for one in own)
        whole = Period(date(2026, 2, 26), date(2026, 3, 2))
        summary, asking = Figures(engine).summary(whole, agency), Figures(engine).of_agencies(whole)[agency]
        assert (asking.turns, asking.useful) == (len(own), sum(one["useful"] is True for one in own))
        assert summary.outcomes.turns == len(own)
        assert summary.times.answers == sum(bool(one["step_ms"]) for one in own)
    (item,), total = Figures(engine).items(Period(date(2026, 2, 26), date(2026, 3, 2)))
    assert (item.external_id, total) == ("fund", 1)
    assert item.asking.turns == sum(one["item"] is not None for one in made)


def test_midnight_is_that_of_the_city(engine: Engine, log: Log, keeper: FigureKeeper) -> None:
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    for seconds in (-1, 0, 1):
        log.turn(midnight + timedelta(seconds=seconds))
    count_all(engine, keeper)
    with reading(engine) as connection:
        days = {row.day: row.turns for row in connection.execute(figure_day.select())}
    assert days == {date(2026, 3, 1): 1, date(2026, 3, 2): 2}


def test_what_is_counted_twice_stands_once(
    engine: Engine, log: Log, keeper: FigureKeeper, records: dict[str, int]
) -> None:
    random_log(log, records, 7)
    count_all(engine, keeper)
    before = kept(engine)
    for _ in range(2):
        assert count_all(engine, keeper) == 2
        assert kept(engine) == before


def test_a_record_of_a_former_name_counts_for_the_agency_and_one_of_nobody_for_none(
    engine: Engine, log: Log, keeper: FigureKeeper, records: dict[str, int]
) -> None:
    log.turn(NOW, item=records["fund"])
    log.turn(NOW, "answered_passage", sources=[("document", records["loose"])])
    log.turn(NOW, "no_answer")
    # About an item that is gone meanwhile.
    log.turn(NOW, item=999_999)
    count_all(engine, keeper)
    with reading(engine) as connection:
        rows = connection.execute(select(figure_turn.c.agency, figure_turn.c.turns)).all()
    assert sum(row.turns for row in rows if row.agency == "") == 4
    assert [(row.agency, row.turns) for row in rows if row.agency] == [("gjj", 1)]


def test_a_late_row_and_a_late_opinion_are_counted_on_their_day(
    engine: Engine, clock: FixedClock, log: Log, keeper: FigureKeeper
) -> None:
    day = NOW - timedelta(days=9)
    old = log.turn(day)
    log.turn(NOW)
    count_all(engine, keeper)
    clock.move_to(NOW + timedelta(hours=1))
    assert len(keeper.due()) == 2
    log.turn(day)
    log.rate(old, True, clock.now())
    assert day.date() in keeper.due()
    count_all(engine, keeper)
    outcomes = Figures(engine).summary(Period(day.date(), day.date())).outcomes
    assert (outcomes.turns, outcomes.useful, outcomes.useless) == (2, 1, 0)
    with writing(engine) as connection:
        changed = {"useful": False, "updated": clock.now() + timedelta(hours=1)}
        connection.execute(update(feedback).values(**changed))
    clock.move_to(NOW + timedelta(hours=2))
    count_all(engine, keeper)
    outcomes = Figures(engine).summary(Period(day.date(), day.date())).outcomes
    assert (outcomes.turns, outcomes.useful, outcomes.useless) == (2, 0, 1)


def test_figures_outlive_the_log(
    engine: Engine, clock: FixedClock, log: Log, keeper: FigureKeeper, records: dict[str, int]
) -> None:
    random_log(log, records, 3)
    names = [log.turn(NOW, item=records["card"], useful=True) for _ in range(3)]
    count_all(engine, keeper)
    before = kept(engine)
    with writing(engine) as connection:
        connection.execute(delete(answer_log).where(answer_log.c.id.not_in(names[:1])))
        connection.execute(update(feedback).values(updated=clock.now() + timedelta(minutes=1)))
    clock.move_to(NOW + timedelta(hours=1))
    count_all(engine, keeper)
    assert kept(engine) == before


def test_a_count_that_is_cut_off_goes_on_where_it_was(
    engine: Engine, log: Log, keeper: FigureKeeper, records: dict[str, int]
) -> None:
    random_log(log, records, 5)
    days = keeper.due()
    assert days == sorted(days, reverse=True)
    for day in days[:2]:
        with writing(engine) as connection:
            keeper.keep(connection, keeper.count(day))
    with engine.connect() as connection, connection.begin() as begun:
        keeper.keep(connection, keeper.count(days[2]))
        begun.rollback()
    assert keeper.is_due()
    assert keeper.due() == days
    count_all(engine, keeper)
    whole = kept(engine)
    with writing(engine) as connection:
        for table in (*TABLES, figure_day):
            connection.execute(table.delete())
    count_all(engine, keeper)
    assert kept(engine) == whole


def test_a_count_is_due_when_the_log_has_gone_on_for_a_while(
    engine: Engine, clock: FixedClock, log: Log, keeper: FigureKeeper
) -> None:
    assert not keeper.is_due()
    assert keeper.due() == []
    log.turn(NOW)
    assert keeper.is_due()
    count_all(engine, keeper)
    assert not keeper.is_due()
    clock.move_to(NOW + FRESH)
    assert keeper.is_due()
    # A row may have come to light since: until that cannot be any more.
    clock.move_to(NOW + 2 * LINGER)
    count_all(engine, keeper)
    # Nothing is asked at night, until the day ends.
    clock.move_to(NOW + timedelta(hours=5))
    assert not keeper.is_due()
    clock.move_to(NOW + timedelta(days=1))
    assert keeper.is_due()
    count_all(engine, keeper)
    # A clock that was ahead keeps no figures back.
    clock.move_to(NOW - timedelta(minutes=1))
    log.turn(NOW)
    assert keeper.is_due()


def test_a_clock_that_was_wrong_once_makes_no_thousand_years_of_days(
    engine: Engine, log: Log, keeper: FigureKeeper
) -> None:
    log.turn(datetime(1990, 1, 1, tzinfo=UTC))
    log.turn(datetime(2100, 1, 1, tzinfo=UTC))
    assert len(keeper.due()) == MOST_DAYS
    assert max(keeper.due()) == NOW.astimezone(SHANGHAI).date()


def test_no_figure_can_name_a_citizen_or_hold_a_word() -> None:
    names = {column.name for table in metadata.sorted_tables if table.name.startswith("figure_")
             for column in table.c}  # fmt: skip
    assert names == {
        "agency", "day", "region", "channel", "status", "turns", "useful", "useless", "item", "bucket",
        "counted_at",
    }  # fmt: skip
