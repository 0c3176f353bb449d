"""Groups of questions: who may give them to whom, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine

from casework.commands import working_day
from core.calendar import StateCalendar
from core.catalogue.models import Document, Status
from core.catalogue.writes import CatalogueWrites
from core.clock import FixedClock
from core.errors import BadInput, Conflict, NotFound
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from staff.actors import AccountActor
from staff.runner import CommandRunner
from tests.casework.standing import group_of, put_answer, put_group
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
DOG = Document(external_id="dog", title="宠物犬登记", text="宠物犬登记。到社区登记。")


@pytest.fixture
def group(engine: Engine, clock: FixedClock, runner: CommandRunner) -> Callable[[str | None], int]:
    """A group of an agency, or of none."""
    CatalogueWrites(engine).put(DOG, [], Status.PUBLISHED)

    def _put(agency: str | None) -> int:
        answers = [put_answer(engine, clock.now(), f"a{number}") for number in range(3)]
        return put_group(engine, clock.now(), answers, agency=agency)

    return _put


def state_of(agency: str | None) -> str:
    return "assigned" if agency else "open"


GIVEN: dict[str, dict[str, Any]] = {
    "group.dismiss": {"reason": "不属于政务事项"},
    "group.answer": {"kind": "document", "external_id": "dog"},
}


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
@pytest.mark.parametrize("name", sorted(GIVEN))
def test_an_agency_acts_on_its_own_groups(
    name: str,
    agency: str | None,
    group: Any,
    runner: CommandRunner,
    actor: Finder,
    engine: Engine,
    rows: Rows,
) -> None:
    given = {"id": group(agency), "state": state_of(agency), **GIVEN[name]}
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = role in ("editor", "reviewer") and own in (None, agency)
        cells.tries(may, partial(runner.run, actor(login), name, given), login)
    assert cells.allowed >= 1


@pytest.mark.parametrize("agency", ["ybj", None])
def test_who_looks_after_all_agencies_gives_groups_out(
    agency: str | None, group: Any, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    given = {"id": group(agency), "state": state_of(agency), "agency": "gjj", "days": 3}
    cells = Cells(engine, rows)
    for login in ACCOUNTS:
        may = login in ("city.editor", "city.reviewer")
        cells.tries(may, partial(runner.run, actor(login), "group.assign", given), login)
    assert cells.allowed == 2


def test_a_group_goes_its_way(
    group: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock
) -> None:
    number, city = group(None), actor("city.editor")
    runner.run(city, "group.assign", {"id": number, "state": "open", "agency": "ybj", "days": 3})
    held = group_of(engine)
    assert (held["state"], held["agency"], held["owner"]) == ("assigned", "ybj", "city.editor")
    assert held["due"] > clock.today()
    li = actor("li.editor")
    runner.run(li, "group.dismiss", {"id": number, "state": "assigned", "reason": "重复"})
    assert (group_of(engine)["state"], group_of(engine)["reason"]) == ("dismissed", "重复")
    runner.run(li, "group.reopen", {"id": number, "state": "dismissed"})
    assert (group_of(engine)["state"], group_of(engine)["reason"]) == ("assigned", None)
    answer = {"id": number, "state": "assigned", "kind": "document", "external_id": "dog"}
    job = runner.run(li, "group.answer", answer)
    held = group_of(engine)
    assert (held["state"], held["answered_kind"], held["answered_by"]) == ("answered", "document", "dog")
    waiting = Jobs(engine, clock).one(job)
    assert waiting is not None
    assert (waiting.kind, waiting.params) == (Kind.TELL, {"group": number})


def test_a_group_that_is_taken_back_has_no_day_and_one_put_aside_no_answer(
    group: Any, runner: CommandRunner, actor: Finder, engine: Engine
) -> None:
    number, city = group("ybj"), actor("city.editor")
    runner.run(city, "group.assign", {"id": number, "state": "assigned", "agency": None, "days": 3})
    held = group_of(engine)
    assert (held["state"], held["agency"], held["due"]) == ("open", None, None)
    answer = {"id": number, "state": "open", "kind": "document", "external_id": "dog"}
    runner.run(city, "group.answer", answer)
    runner.run(city, "group.dismiss", {"id": number, "state": "answered", "reason": "不再办理"})
    assert (group_of(engine)["state"], group_of(engine)["answered_by"]) == ("dismissed", None)


def test_what_was_not_looked_at_is_not_acted_on(
    group: Any, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    number, city = group("ybj"), actor("city.editor")
    before = rows()
    with pytest.raises(Conflict):
        runner.run(city, "group.dismiss", {"id": number, "state": "open", "reason": "x"})
    with pytest.raises(NotFound):
        runner.run(city, "group.dismiss", {"id": 99, "state": "open", "reason": "x"})
    with pytest.raises(BadInput):
        runner.run(city, "group.assign", {"id": number, "state": "assigned", "agency": "none", "days": 1})
    assert rows() == before


@pytest.mark.parametrize("change", ["withdrawn", "internal", "missing"])
def test_only_what_citizens_see_is_an_answer(
    change: str, group: Any, runner: CommandRunner, actor: Finder, rows: Rows, engine: Engine
) -> None:
    number = group("ybj")
    if change == "withdrawn":
        CatalogueWrites(engine).set_status("document", "dog", Status.WITHDRAWN)
    if change == "internal":
        secret = Document(external_id="dog", title="口径", text="口径。", internal=True)
        CatalogueWrites(engine).put(secret, [], Status.PUBLISHED)
    name = "missing" if change == "missing" else "dog"
    answer = {"id": number, "state": "assigned", "kind": "document", "external_id": name}
    before = rows()
    with pytest.raises(BadInput):
        runner.run(actor("li.editor"), "group.answer", answer)
    assert rows() == before


def test_working_days_leave_out_holidays_and_weekends_and_count_those_that_are_worked() -> None:
    calendar = StateCalendar()
    # 2026-09-30 is the last day before the National Day week, which ends on the 7th.
    assert working_day(date(2026, 9, 30), 1, calendar) == date(2026, 10, 8)
    for start in (date(2026, 3, 2), date(2031, 5, 9)):
        for days in (1, 5, 15):
            due = working_day(start, days, calendar)
            between = [start + timedelta(days=one) for one in range(1, (due - start).days + 1)]
            worked = [
                day
                for day in between
                if (calendar.kind(day) or ("workday" if day.weekday() < 5 else "weekend")) == "workday"
            ]
            assert (len(worked), worked[-1]) == (days, due)
