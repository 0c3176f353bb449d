"""Bad ratings: who may look into them, what has to be done before one is closed, and that none is changed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from casework.ratings.models import How, Level, Opinion, Outcome, Target, TargetKind, TaskState
from casework.ratings.rating import RatingInHand, RatingStore
from casework.ratings.tables import rating
from core.answering import AnswerStatus
from core.citizens.consents import Consents, Purpose
from core.citizens.conversations import StoredMessage, new_id
from core.citizens.turns import LoggedAnswer, Turn, Turns
from core.clock import FixedClock
from core.database.engine import reading, writing
from core.errors import BadInput, Conflict, NotFound
from core.jobs.kinds import Kind
from core.jobs.reads import Jobs
from staff.actors import AccountActor
from staff.runner import CommandRunner
from tests.casework.rated import put_rating, steps_of, task_of
from tests.cells import Cells, cell
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
REACHED = {"how": "phone", "outcome": "explained", "said": "已解释"}
GIVEN: dict[str, tuple[str, dict[str, Any]]] = {
    "rating.call_back": ("in_hand", REACHED),
    "rating.close": ("called_back", {"note": "补充了说明"}),
    "rating.reopen": ("closed", {}),
}


@pytest.fixture
def rated(engine: Engine, clock: FixedClock, runner: CommandRunner) -> Callable[..., str]:
    """A bad rating."""
    return partial(put_rating, engine, clock.now())


@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
@pytest.mark.parametrize("name", sorted(GIVEN))
def test_an_agency_looks_into_its_own_ratings(
    name: str,
    agency: str | None,
    rated: Any,
    runner: CommandRunner,
    actor: Finder,
    engine: Engine,
    rows: Rows,
) -> None:
    state, given = GIVEN[name]
    number = rated(agency=agency, state=state)
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = role in ("editor", "reviewer") and own in (None, agency)
        run = partial(runner.run, actor(login), name, {"id": number, "state": state, **given})
        cells.tries(may, run, login)
    assert cells.allowed >= 1


@pytest.mark.parametrize("to", ["ybj", "gjj", None])
@pytest.mark.parametrize("agency", ["ybj", None])
def test_an_agency_takes_its_own_in_hand_and_who_looks_after_all_passes_on(
    agency: str | None,
    to: str | None,
    rated: Any,
    runner: CommandRunner,
    actor: Finder,
    engine: Engine,
    rows: Rows,
) -> None:
    number = rated(agency=agency)
    cells = Cells(engine, rows)
    for login, (own, role) in ACCOUNTS.items():
        may = role in ("editor", "reviewer") and (own is None or {own} == {agency, to})
        given = {"id": number, "state": "open", "agency": to}
        cells.tries(may, partial(runner.run, actor(login), "rating.assign", given), login)
    assert cells.allowed >= 2


def test_a_rating_goes_its_way(
    rated: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock
) -> None:
    number, due = rated(), task_of(engine, rated(number=2))["due"]
    runner.run(actor("city.editor"), "rating.assign", {"id": number, "state": "open", "agency": "ybj"})
    held = task_of(engine, number)
    # Passed on, and begun by nobody yet.
    assert (held["state"], held["agency"], held["owner"]) == ("open", "ybj", None)
    li = actor("li.editor")
    runner.run(li, "rating.assign", {"id": number, "state": "open", "agency": "ybj"})
    assert (task_of(engine, number)["state"], task_of(engine, number)["owner"]) == ("in_hand", "li.editor")
    runner.run(li, "rating.call_back", {"id": number, "state": "in_hand", **REACHED})
    runner.run(li, "rating.close", {"id": number, "state": "called_back", "note": "补充了说明"})
    held = task_of(engine, number)
    assert (held["state"], held["closed"], held["due"]) == ("closed", clock.today(), due)
    runner.run(li, "rating.reopen", {"id": number, "state": "closed"})
    held = task_of(engine, number)
    assert (held["state"], held["closed"], held["due"]) == ("in_hand", None, due)
    done = [(one["kind"], one["login"], one["text"]) for one in steps_of(engine, number)]
    assert done == [
        ("given", "city.editor", None),
        ("taken", "li.editor", None),
        ("called_back", "li.editor", "已解释"),
        ("closed", "li.editor", "补充了说明"),
        ("reopened", "li.editor", None),
    ]


@pytest.mark.parametrize("state", ["open", "in_hand"])
def test_nothing_is_closed_without_a_call_back(
    state: str, rated: Any, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    number, before = rated(agency="ybj", state=state), rows()
    with pytest.raises(BadInput) as told:
        runner.run(actor("li.editor"), "rating.close", {"id": number, "state": state, "note": "好了"})
    assert told.value.public_message == "要先有回访记录，才能办结。"
    assert rows() == before


def test_one_that_was_reopened_or_passed_on_needs_another_call_back(
    rated: Any, runner: CommandRunner, actor: Finder, engine: Engine
) -> None:
    number, city = rated(agency="ybj", state="closed"), actor("city.editor")
    runner.run(city, "rating.reopen", {"id": number, "state": "closed"})
    with pytest.raises(BadInput):
        runner.run(city, "rating.close", {"id": number, "state": "in_hand", "note": "好了"})
    runner.run(city, "rating.call_back", {"id": number, "state": "in_hand", **REACHED})
    runner.run(city, "rating.assign", {"id": number, "state": "called_back", "agency": "gjj"})
    assert (task_of(engine, number)["state"], task_of(engine, number)["agency"]) == ("in_hand", "gjj")


def test_what_was_not_looked_at_is_not_acted_on(
    rated: Any, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    number, good, city = rated(agency="ybj"), rated(number=2, level=3), actor("city.editor")
    before = rows()
    with pytest.raises(Conflict):
        runner.run(city, "rating.call_back", {"id": number, "state": "in_hand", **REACHED})
    for unknown in (good, "0" * 24):
        with pytest.raises(NotFound):
            runner.run(city, "rating.call_back", {"id": unknown, "state": "open", **REACHED})
    for wrong in (
        {"id": number, "state": "open", "agency": "none"},
        {"id": "x", "state": "open", "agency": None},
    ):
        with pytest.raises(BadInput):
            runner.run(city, "rating.assign", wrong)
    assert rows() == before


def test_who_could_not_be_reached_has_that_outcome_and_nobody_else(
    rated: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock, rows: Rows
) -> None:
    number = rated(agency="ybj", citizen="甲")
    Consents(engine, clock, "2").put("甲", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    li, state = actor("li.editor"), "open"
    for how, outcome in product(How, Outcome):
        given = {"id": number, "state": state, "how": how, "outcome": outcome, "said": "话"}
        before = rows()
        with cell(how, outcome):
            if (how is How.NOT_REACHED) == (outcome is Outcome.NOT_REACHABLE):
                runner.run(li, "rating.call_back", given)
                state = "called_back"
                assert (steps_of(engine, number)[-1]["how"], task_of(engine, number)["state"]) == (how, state)
            else:
                with pytest.raises(BadInput):
                    runner.run(li, "rating.call_back", given)
                assert rows() == before


@pytest.mark.parametrize("consent", [True, False])
def test_only_who_agreed_is_replied_to_in_the_inbox(
    consent: bool,
    rated: Any,
    runner: CommandRunner,
    actor: Finder,
    engine: Engine,
    clock: FixedClock,
    rows: Rows,
) -> None:
    number = rated(agency="ybj", citizen="甲")
    if consent:
        Consents(engine, clock, "2").put("甲", {Purpose.FOLLOWUP_NOTICE: True}, "2")
    said = "已改，电话0990-5550115"
    given = {"id": number, "state": "open", "how": "inbox", "outcome": "solved", "said": said}
    before = rows()
    if not consent:
        with pytest.raises(BadInput):
            runner.run(actor("li.editor"), "rating.call_back", given)
        assert rows() == before
        return
    job = Jobs(engine, clock).one(runner.run(actor("li.editor"), "rating.call_back", given))
    (step,) = steps_of(engine, number)
    assert (job.kind, job.params) == (Kind.RATING_REPLY, {"step": step["number"]})
    assert (step["delivery"], step["text"]) == ("waiting", said)


def test_one_that_is_nobody_s_any_more_is_not_replied_to(
    rated: Any, runner: CommandRunner, actor: Finder, rows: Rows
) -> None:
    number, before = rated(agency="ybj"), rows()
    given = {"id": number, "state": "open", "how": "inbox", "outcome": "solved", "said": "话"}
    with pytest.raises(BadInput):
        runner.run(actor("li.editor"), "rating.call_back", given)
    assert rows()["rating_step"] == before["rating_step"]


def test_what_is_noted_of_a_citizen_holds_no_number_and_the_audit_log_no_words(
    rated: Any, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    number = rated(agency="ybj")
    said = {**REACHED, "said": "打13912345678说清了"}
    runner.run(actor("li.editor"), "rating.call_back", {"id": number, "state": "open", **said})
    note = {"id": number, "state": "called_back", "note": "13912345678说可以了"}
    runner.run(actor("li.editor"), "rating.close", note)
    assert [one["text"] for one in steps_of(engine, number)] == [
        "打〔电话号码〕说清了",
        "〔电话号码〕说可以了",
    ]
    assert "13912345678" not in repr(rows())
    assert "说清" not in repr(rows()["audit_entry"])
    assert "可以了" not in repr(rows()["audit_entry"])


def test_no_command_changes_what_was_rated(
    rated: Any, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    number, city = rated(), actor("city.editor")
    before = rows()["rating"]
    runner.run(city, "rating.assign", {"id": number, "state": "open", "agency": "ybj"})
    runner.run(city, "rating.call_back", {"id": number, "state": "open", **REACHED})
    runner.run(city, "rating.close", {"id": number, "state": "called_back", "note": "好了"})
    runner.run(city, "rating.reopen", {"id": number, "state": "closed"})
    assert rows()["rating"] == before


def test_what_was_done_goes_with_the_rating(
    rated: Any, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    number = rated(agency="ybj")
    runner.run(actor("li.editor"), "rating.call_back", {"id": number, "state": "open", **REACHED})
    with writing(engine) as connection:
        connection.execute(delete(rating))
    with reading(engine) as connection:
        assert connection.execute(select(rating)).all() == []
    assert (rows()["rating_task"], rows()["rating_step"]) == ([], [])


def test_who_rates_anew_and_who_takes_it_in_hand_at_the_same_moment_come_one_after_the_other(
    rated: Any, runner: CommandRunner, actor: Finder, engine: Engine, clock: FixedClock
) -> None:
    li, ratings = actor("city.editor"), RatingStore(engine, clock)
    for number in range(1, 9):
        citizen = f"甲{number}"
        said = StoredMessage(new_id(), "assistant", "text", {"text": "话"}, clock.now())
        answer = LoggedAnswer(id=new_id(), question="话", status=AnswerStatus.ANSWERED_CANNED)
        Turns(engine, clock).save(Turn(conversation=citizen, answer=answer, messages=[said]))
        name = rated(number=number, citizen=citizen)
        with ThreadPoolExecutor(2) as pool:
            again = pool.submit(
                ratings.rate, citizen, Target(TargetKind.CONVERSATION), Opinion(Level.SATISFIED)
            )
            taken = pool.submit(
                runner.run, li, "rating.assign", {"id": name, "state": "open", "agency": None}
            )
        (one,) = ratings.of(citizen)
        if again.exception() is None:
            assert isinstance(taken.exception(), NotFound)
            assert (one.opinion.level, one.state) == (Level.SATISFIED, None)
        else:
            assert isinstance(again.exception(), RatingInHand)
            assert taken.exception() is None
            assert (one.opinion.level, one.state) == (Level.VERY_DISSATISFIED, TaskState.IN_HAND)
