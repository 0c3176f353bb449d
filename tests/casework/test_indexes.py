"""What is looked for every half minute, or by a page, is found by an index, however long the log is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from casework.answers import LoggedAnswers, Place, Wanted
from casework.asked import Cursor, due
from casework.filters import Asking
from casework.recalls import Outdated, Recalls
from casework.renewing import has_erased
from core.answering import AnswerStatus
from core.catalogue.keys import RecordKey
from core.database.engine import open_engine, reading
from core.database.migrate import migrate
from tests.casework.conftest import NOW


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """SQLite, which chooses its plan without knowing the rows."""
    opened = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    migrate(opened)
    yield opened
    opened.dispose()


def plan_of(engine: Engine, looks: Callable[[Connection], object]) -> list[str]:
    """How SQLite does it, step by step, of every statement."""
    said: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, given: Any, *___: Any) -> None:
        said.append((statement, given))

    event.listen(engine, "before_cursor_execute", note)
    with reading(engine) as connection:
        looks(connection)
    event.remove(engine, "before_cursor_execute", note)
    with reading(engine) as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            for statement, given in said
            if statement.startswith("SELECT")
        ]
        return [row[-1] for plan in plans for row in plan]


def test_what_is_new_is_a_range_of_an_index(engine: Engine) -> None:
    plan = plan_of(engine, lambda connection: due(connection, Cursor(NOW, NOW), 256))
    by_status = "SEARCH answer_log USING INDEX ix_answer_log_status_created (status=? AND created>?)"
    assert plan.count(by_status) == 2
    assert "SEARCH feedback USING INDEX ix_feedback_useful_updated (useful=? AND updated>?)" in plan
    assert not [step for step in plan if step.startswith("SCAN")]


def test_what_was_erased_has_an_index_of_its_own(engine: Engine) -> None:
    plan = plan_of(engine, has_erased)
    assert [step for step in plan if step.startswith("SCAN")] == [
        "SCAN answer_log USING INDEX ix_answer_log_erased"
    ]


QUOTED = "SEARCH answer_source USING COVERING INDEX ix_answer_source_record (kind=? AND record_id=? AND at>?"
OUTDATED = Outdated(RecordKey("item", 7), 3, NOW)


def test_what_was_told_of_a_record_is_a_range_of_an_index(engine: Engine) -> None:
    reads = Recalls(engine)
    for looks in (reads.answers, reads.questions, lambda of: reads.questions(of, before=(NOW, "x"))):
        plan = plan_of(engine, lambda _, looks=looks: looks(OUTDATED))  # type: ignore[misc]
        assert plan[0].startswith(QUOTED)
        assert not [step for step in plan if step.startswith(("SCAN", "USE TEMP B-TREE FOR ORDER"))]


def test_only_records_that_were_changed_are_looked_up(engine: Engine) -> None:
    plan = plan_of(engine, lambda _: Recalls(engine).listed(NOW))
    for table in ("document", "service_item"):
        assert f"SEARCH {table} USING INDEX ix_{table}_updated_at (updated_at>?)" in plan
    assert len([step for step in plan if step.startswith(QUOTED)]) == 2


FAX = Asking(channel="fax", until=NOW)
BEFORE = Place(NOW, "a")


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "ix_answer_log_created"),
        (Wanted(asking=FAX, badly=True), "ix_answer_log_created"),
        (Wanted(AnswerStatus.CLARIFY, asking=FAX), "ix_answer_log_status_created"),
        (Wanted(AnswerStatus.CLARIFY, asking=Asking(items=[7])), "ix_answer_log_item_id_created"),
        (Wanted(AnswerStatus.CLARIFY, "ybj", Asking(items=[7])), "ix_answer_log_agency_created"),
    ],
)
def test_the_log_is_read_by_the_index_of_what_is_rarest_in_its_order(
    engine: Engine, wanted: Wanted, index: str
) -> None:
    plan = plan_of(engine, lambda _: LoggedAnswers(engine).page(wanted, 50, BEFORE))
    ways = [step for step in plan if " answer_log USING " in step]
    of_log = {step for step in ways if "sqlite_autoindex" not in step}
    assert of_log
    assert all(f" {index} " in step for step in of_log)
    assert not [step for step in plan if step.startswith("SCAN answer_log")]
    if wanted.agency is None:
        assert not [step for step in plan if "TEMP B-TREE" in step and "RIGHT" not in step]
