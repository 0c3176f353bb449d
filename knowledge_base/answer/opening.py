"""Whether a counter is open now, from its structured hours and the work calendar. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from core.calendar import DayKind
from core.catalogue.models import OpeningHours

_NOW = re.compile("现在|这会儿?|此刻|今天|今日|目前")
_MONDAY, _FRIDAY = 1, 5
_WEEKDAYS = "一二三四五六日"


def asks_for_now(text: str) -> bool:
    """Whether the question is about the hours at this moment or on this day."""
    return bool(_NOW.search(text))


def state_now(hours: Sequence[OpeningHours], now: datetime, kind: DayKind | None) -> str:
    """A sentence on this moment, and on what is left of the day.

    Args:
        now: In the city's time zone.
        kind: What the calendar says of the day; None where it is not known.
    """
    told = f"现在是周{_WEEKDAYS[now.isoweekday() - 1]} {now:%H:%M}，"
    today = sorted((stretch.opens, stretch.closes) for stretch in _stretches(hours, now, kind))
    clock = f"{now:%H:%M}"
    if not today:
        return told + ("今天是法定节假日，不办理。" if kind == "holiday" else "今天不办理。")
    listed = "、".join(f"{opens}–{closes}" for opens, closes in today)
    doubt = "" if kind else "（节假日安排以窗口公告为准）"
    if any(opens <= clock < closes for opens, closes in today):
        return f"{told}正在办理；今天 {listed}。{doubt}"
    later = [opens for opens, _ in today if opens > clock]
    if later:
        return f"{told}暂时不办理，{later[0]}开始；今天 {listed}。{doubt}"
    return f"{told}今天已经结束；今天的时间是 {listed}。{doubt}"


def _stretches(hours: Sequence[OpeningHours], now: datetime, kind: DayKind | None) -> list[OpeningHours]:
    weekday = now.isoweekday()
    if kind == "workday" and weekday > _FRIDAY:
        # A weekend that is worked goes by the hours of a working day.
        return [stretch for stretch in hours if _MONDAY in stretch.weekdays] or [
            stretch for stretch in hours if weekday in stretch.weekdays
        ]
    open_then = [stretch for stretch in hours if weekday in stretch.weekdays]
    return [stretch for stretch in open_then if kind != "holiday" or stretch.holidays == "open"]
