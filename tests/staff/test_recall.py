"""Corrections of answers: who may send them, and what is not sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine

from core.clock import FixedClock
from core.database.engine import reading
from core.errors import BadInput, NotFound
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from staff.actors import AccountActor
from staff.audit import entries
from staff.runner import CommandRunner
from tests.casework.recalling import CHANGED, City
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
NAMES = {"ybj": "示例市医保局", "gjj": "示例市公积金中心", None: None}


@pytest.fixture
def correction(
    engine: Engine, clock: FixedClock, runner: CommandRunner
) -> Callable[[str | None], dict[str, Any]]:
    """What is given to correct answers of an agency's record, or one of none, that one citizen was told."""

    def _given(agency: str | None) -> dict[str, Any]:
        city = City(engine, clock, agency=NAMES[agency])
        city.publish("补办收二十元。")
        city.consent("a")
        city.ask("a")
        city.wait()
        city.publish("补办免费。")
        since = (clock.now() - timedelta(days=1)).isoformat()
        given = {"version": 2, "withdrawn": False, "since": since, "citizens": 1, "text": CHANGED}
        return {"kind": "document", "external_id": "fee", **given}

    return _given


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
def test_who_publishes_for_an_agency_corrects_its_answers(
    agency: str | None, correction: Any, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    given = correction(agency)
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = role == "reviewer" and own in (None, agency)
        cells.tries(may, partial(runner.run, actor(login), "recall.correct", given), login)
    assert cells.allowed == (2 if agency else 1)


def test_a_correction_is_a_job_and_stands_in_the_audit_log(
    correction: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock
) -> None:
    number = runner.run(actor("zhao.reviewer"), "recall.correct", correction("ybj"))
    waiting = Jobs(engine, clock).one(number)
    assert waiting is not None
    assert (waiting.kind, waiting.params) == (Kind.CORRECT, {"correction": 1})
    with reading(engine) as connection:
        entry = next(one for one in entries(connection)[0] if one.command == "recall.correct")
    assert (entry.actor, entry.details["text"], entry.details["citizens"]) == ("zhao.reviewer", CHANGED, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "太短"}, {"text": "长" * 501}, {"text": " " * 20}, {"text": CHANGED + "\0"},
        {"text": CHANGED + "\ud800"}, {"citizens": 0}, {"since": "2026-03-01T00:00:00"},
        {"since": "2025-01-01T00:00:00Z"}, {"since": "2027-01-01T00:00:00Z"}, {"version": 0},
    ],
)  # fmt: skip
def test_what_is_no_correction_changes_nothing(
    changed: dict[str, Any], correction: Any, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    given = {**correction("ybj"), **changed}
    before = rows()
    with pytest.raises(BadInput):
        runner.run(actor("zhao.reviewer"), "recall.correct", given)
    assert rows() == before


def test_a_record_that_is_not_there_has_no_answers(
    correction: Any, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    given = {**correction("ybj"), "external_id": "missing"}
    before = rows()
    with pytest.raises(NotFound):
        runner.run(actor("zhao.reviewer"), "recall.correct", given)
    assert rows() == before
