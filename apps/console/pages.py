"""Renders pages: templates that escape every text, with what each page shows of its session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from apps.console.fields import HOLIDAYS, WEEKDAYS
from core.commands import Permission
from staff.roles import Role
from staff.sessions import Session

FOLDER: Final = Path(__file__).parent
PER_PAGE: Final = 50
_MOST_PAGE = 100_000
# What a browser can show in a field for dates; anything else would be lost there.
_DAY: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Entry:
    """A page in the navigation, for those who may see it.

    Attributes:
        of_all: It is for those alone who work for all agencies.
    """

    path: str
    title: str
    permission: Permission
    of_all: bool = False


NAVIGATION: Final = (
    Entry("/contents", "内容", Permission.READ),
    Entry("/upload", "上传文件", Permission.EDIT),
    Entry("/drafts", "草稿与审核", Permission.READ),
    Entry("/ask", "内部问答", Permission.READ),
    Entry("/try", "试问", Permission.READ),
    Entry("/questions", "回归问题", Permission.READ),
    Entry("/board", "问题看板", Permission.READ),
    Entry("/board/ratings", "好差评", Permission.READ),
    Entry("/board/recalls", "答复召回", Permission.READ),
    Entry("/overview", "概览", Permission.READ),
    Entry("/agencies", "机构与词语", Permission.READ),
    Entry("/accounts", "账号", Permission.MANAGE_STAFF),
    Entry("/tokens", "接口令牌", Permission.MANAGE_STAFF),
    Entry("/audit", "审计日志", Permission.AUDIT),
    Entry("/words", "敏感词", Permission.WORDS),
    Entry("/jobs", "任务", Permission.JOBS, of_all=True),
    Entry("/retention", "数据保留", Permission.JOBS, of_all=True),
    Entry("/recommender", "推荐模型", Permission.JOBS, of_all=True),
    Entry("/switch", "开关", Permission.SWITCH),
    Entry("/me", "我的账号", Permission.OWN_ACCOUNT),
)


@dataclass(frozen=True)
class Paging:
    """Where a list stands: pages count from 1."""

    page: int
    total: int
    per_page: int = PER_PAGE

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * self.per_page

    @property
    def pages(self) -> int:
        """How many there are, one at least."""
        return max(1, -(-self.total // self.per_page))


def page_number(given: str) -> int:
    """The page asked for; the first where that is no number."""
    is_number = given.isascii() and given.isdigit() and len(given) < 9
    return min(max(1, int(given)), _MOST_PAGE) if is_number else 1


class Pages:
    """The console's templates.

    Args:
        city: The city's name.
        zone: In which instants are shown.
        second_factor_required: Who has yet to set one up is shown no way to other pages.
    """

    def __init__(self, city: str, zone: ZoneInfo, second_factor_required: bool = False) -> None:
        self._second_factor_required = second_factor_required
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(city=city, roles=list(Role), weekdays=WEEKDAYS, holidays=HOLIDAYS)
        self._templates.filters["is_day"] = lambda text: _DAY.fullmatch(str(text)) is not None
        self._templates.filters["share"] = lambda share: "–" if share is None else f"{share:.1%}"
        self._templates.filters["points"] = lambda share: "–" if share is None else f"{share * 100:+.1f}"
        self._templates.filters["count"] = lambda number: "–" if number is None else f"{number:,.0f}"
        self._templates.filters["instant"] = lambda at: _shown(at, zone)

    def page(self, name: str, session: Session | None, *, status: int = 200, **shown: Any) -> HTMLResponse:
        """A whole page; `shown` is what its template names."""
        text = self._templates.get_template(name).render(
            session=session, navigation=self._navigation(session), **{"error": "", "done": "", **shown}
        )
        return HTMLResponse(text, status_code=status)

    def _navigation(self, session: Session | None) -> list[Entry]:
        if session is None or (self._second_factor_required and not session.account.second_factor):
            return []
        return [entry for entry in NAVIGATION if _may_see(session, entry)]


def _may_see(session: Session, entry: Entry) -> bool:
    if entry.of_all:
        return session.actor.may(entry.permission, None)
    return session.may_somewhere(entry.permission)


def _shown(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else ""


def query(values: Mapping[str, object]) -> str:
    """A query string of what is not empty."""
    return urlencode({name: value for name, value in values.items() if value not in ("", None)})
