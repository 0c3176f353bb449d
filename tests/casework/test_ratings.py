"""Ratings as figures, how long they are kept, and that neither needs to look through all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from casework.ratings.listing import Chosen, RatingList
from casework.ratings.models import Level
from casework.ratings.personal import rating_rules
from casework.ratings.reads import Rates, rates
from casework.ratings.tables import rating, rating_task
from core.citizens.retention import FEEDBACK_DAYS, purge
from core.clock import FixedClock
from core.database.engine import open_engine, reading, writing
from core.database.migrate import migrate
from core.retention.forgetting import forget_all
from tests.casework.rated import put_rating
from tests.casework.test_indexes import plan_of

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Engine]:
    """SQLite, which chooses its plan without knowing the rows."""
    opened = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    migrate(opened)
    yield opened
    opened.dispose()


def figures(engine: Engine, since: date, until: date, agency: str | None = None) -> Rates:
    with reading(engine) as connection:
        return rates(connection, since, until, agency, TODAY)


def test_figures_count_levels_and_what_became_of_bad_ones(engine: Engine) -> None:
    put = partial(put_rating, engine, NOW)
    for number, level in enumerate((5, 5, 4, 3), start=10):
        put(number=number, level=level)
    put(number=1, level=1, due=TODAY)
    put(number=2, level=2, due=TODAY - timedelta(days=1), state="called_back")
    put(number=3, level=2, due=TODAY, closed=TODAY, state="closed")
    put(number=4, level=1, due=TODAY - timedelta(days=1), closed=TODAY, state="closed")
    found = figures(engine, TODAY, TODAY)
    assert found.levels == {1: 2, 2: 2, 3: 1, 4: 1, 5: 2}
    assert (found.total, found.bad_share, found.satisfied_share) == (8, 0.5, 0.5)
    assert (found.tasks, found.open, found.overdue, found.closed, found.closed_in_time) == (4, 2, 1, 2, 1)


def test_figures_are_of_their_days_and_agency(engine: Engine) -> None:
    put = partial(put_rating, engine, level=1)
    put(NOW, number=1, agency="ybj")
    put(NOW, number=2)
    # It is the 3rd in the city already.
    put(datetime(2026, 3, 2, 17, 0, tzinfo=UTC), number=3, agency="ybj")
    assert figures(engine, TODAY, TODAY).total == 2
    assert figures(engine, TODAY, TODAY, "ybj").total == 1
    assert figures(engine, TODAY, TODAY + timedelta(days=1), "ybj").tasks == 2
    assert figures(engine, TODAY, TODAY, "gjj").levels == dict.fromkeys(Level, 0)


def test_without_ratings_there_is_no_share(engine: Engine) -> None:
    found = figures(engine, TODAY, TODAY)
    assert (found.total, found.bad_share, found.satisfied_share, found.tasks) == (0, None, None, 0)


def test_a_task_is_counted_where_it_was_passed_to(engine: Engine) -> None:
    put_rating(engine, NOW, agency="ybj")
    with writing(engine) as connection:
        connection.execute(update(rating_task).values(agency="gjj"))
    assert (figures(engine, TODAY, TODAY, "ybj").total, figures(engine, TODAY, TODAY, "ybj").tasks) == (1, 0)
    assert (figures(engine, TODAY, TODAY, "gjj").total, figures(engine, TODAY, TODAY, "gjj").tasks) == (0, 1)


@pytest.mark.parametrize("agency", ["ybj", None])
def test_figures_are_ranges_of_indexes(agency: str | None, plain: Engine) -> None:
    plan = plan_of(plain, lambda connection: rates(connection, TODAY, TODAY, agency, TODAY))
    assert not [step for step in plan if step.startswith("SCAN")]
    assert len([step for step in plan if "INDEX ix_rating" in step]) == 2


@pytest.mark.parametrize("agency", ["ybj", None])
@pytest.mark.parametrize("level", [Level.FAIR, None])
def test_the_list_of_all_is_read_in_the_order_of_an_index(
    agency: str | None, level: Level | None, plain: Engine
) -> None:
    reads = RatingList(plain)
    plan = plan_of(plain, lambda _: reads.listed(Chosen(states=(), agency=agency, level=level)))
    assert not [step for step in plan if "TEMP B-TREE" in step]
    assert plan[0].split(" (")[0].endswith(("_created_id", "USING INDEX ix_rating_created_id"))


def test_a_rating_is_nobody_s_after_a_while_and_goes_after_a_year(engine: Engine) -> None:
    clock = FixedClock(NOW)
    put_rating(engine, NOW, citizen="甲")
    put_rating(engine, NOW + timedelta(days=20), number=2, citizen="乙")
    clock.move_to(NOW + timedelta(days=31))
    assert forget_all(engine, rating_rules(30), clock.now()) == {"rating_links": 1, "ratings": 0}
    with reading(engine) as connection:
        linked = connection.execute(select(rating.c.conversation).order_by(rating.c.id)).scalars().all()
        assert linked == [None, "乙"]
    clock.move_to(NOW + timedelta(days=FEEDBACK_DAYS + 1))
    assert forget_all(engine, rating_rules(30), clock.now()) == {"rating_links": 1, "ratings": 1}
    with reading(engine) as connection:
        assert len(connection.execute(select(rating)).all()) == 1
        assert len(connection.execute(select(rating_task)).all()) == 1


def test_a_rating_outlives_its_conversation(engine: Engine) -> None:
    clock = FixedClock(NOW + timedelta(days=31))
    put_rating(engine, NOW, citizen="甲")
    assert purge(engine, clock, 30).conversations == 1
    with reading(engine) as connection:
        assert connection.execute(select(rating.c.conversation, rating.c.level)).all() == [(None, 1)]
