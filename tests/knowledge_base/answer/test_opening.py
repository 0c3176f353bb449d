"""Whether a counter is open now."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from core.calendar import DayKind, StateCalendar
from core.catalogue.models import OpeningHours
from core.clock import SHANGHAI
from knowledge_base.answer.opening import asks_for_now, state_now

MORNING = OpeningHours(weekdays=[1, 2, 3, 4, 5], opens="09:00", closes="12:00")
AFTERNOON = OpeningHours(weekdays=[1, 2, 3, 4, 5], opens="13:30", closes="17:00")
SATURDAY = OpeningHours(weekdays=[6], opens="10:00", closes="11:00")
ALWAYS = OpeningHours(weekdays=[1, 2, 3, 4, 5, 6, 7], opens="08:00", closes="20:00", holidays="open")
HOURS = [AFTERNOON, MORNING]


def at(day: int, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("clock", "told"),
    [
        ("08:59", "暂时不办理，09:00开始"),
        ("09:00", "正在办理"),
        ("12:00", "暂时不办理，13:30开始"),
        ("16:59", "正在办理"),
        ("17:00", "今天已经结束"),
    ],
)
def test_a_working_day_has_its_hours(clock: str, told: str) -> None:
    text = state_now(HOURS, at(25, clock), "workday")
    assert told in text
    assert text.startswith(f"现在是周三 {clock}，")
    assert "09:00–12:00、13:30–17:00" in text


@pytest.mark.parametrize(("kind", "told"), [("weekend", "今天不办理"), (None, "今天不办理")])
def test_a_free_day_is_closed(kind: DayKind | None, told: str) -> None:
    assert told in state_now(HOURS, at(28, "10:00"), kind)


def test_a_weekend_that_is_worked_goes_by_working_hours() -> None:
    text = state_now([*HOURS, SATURDAY], at(28, "10:30"), "workday")
    assert "正在办理" in text
    assert "13:30–17:00" in text


def test_a_public_holiday_is_closed_unless_the_hours_say_otherwise() -> None:
    assert "法定节假日" in state_now(HOURS, at(25, "10:00"), "holiday")
    assert "正在办理" in state_now([ALWAYS], at(25, "10:00"), "holiday")


def test_an_unknown_calendar_is_said_to_be_so() -> None:
    assert "以窗口公告为准" in state_now(HOURS, at(25, "10:00"), None)


@pytest.mark.parametrize(("text", "now"), [("现在开门吗", True), ("今天上班不", True), ("周末能办吗", False)])
def test_only_a_question_about_now_is_one(text: str, now: bool) -> None:
    assert asks_for_now(text) is now


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 10, 1), "holiday"),
        (date(2026, 10, 10), "workday"),
        (date(2026, 11, 25), "workday"),
        (date(2026, 11, 28), "weekend"),
        (date(2002, 1, 1), None),
    ],
)
def test_the_state_calendar_knows_exchanged_days(day: date, kind: DayKind | None) -> None:
    assert StateCalendar().kind(day) == kind
