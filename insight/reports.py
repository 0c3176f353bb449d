"""The overview's figures as tables in Chinese: one for each of its pages, alike on the page and in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Engine

from casework.ratings.models import Level
from casework.ratings.reads import Rates, rates
from core.clock import Clock
from core.database.engine import reading
from insight.coverage import Coverage
from insight.figures import FEW, Figures, Summary
from insight.freshness import SOON_DAYS, STALE_DAYS, Contents, State
from insight.outcomes import LABELS
from insight.periods import Period
from insight.sheets import Cell, Sheet
from insight.tables import CITY

STATES: Final[Mapping[State, str]] = {
    State.EXPIRED: "已失效未撤回",
    State.SOON: f"{SOON_DAYS} 天内失效",
    State.STALE: "一年未更新",
}
UNNAMED: Final = "未说明"
GONE: Final = "（已删除的事项）"
# Of each list in a file; making a workbook takes ten times as long for a row.
MOST_ROWS: Final = 3000
MOST_ROWS_IN_BOOK: Final = 500
_RATES: Final = "作答率、反问率、未答率以作答、反问、未答和出错的提问为分母；满意率以评价为分母。"
_TIMES: Final = "用时是知识库作答的时间，不含网络和对话引擎；按分段计数估算，误差在五分之一以内。"
_NOBODYS: Final = "没有答出来的提问不属于任何部门，部门的数字里只有由本部门内容答复的提问。"
_PLACES: Final = "只计适用区划就是该区划的内容；上级区划的内容在下级也适用。"
_LEVELS: Final = "好评是基本满意及以上。事项的评价归其部门；对话的评价不属于部门，差评任务归接手的部门。"
_FEW: Final = f"少于 {FEW} 个提问的区划，比例仅供参考。"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see: a stretch of days, of an agency or of the whole city."""

    period: Period
    agency: str = CITY

    @property
    def of_city(self) -> bool:
        """Of all agencies."""
        return self.agency == CITY


class Reports:
    """Tables of one database; methods block.

    Args:
        engine: Database.
        clock: The time.
        most: So many rows of a list at most; a note tells that there are more.
    """

    def __init__(self, engine: Engine, clock: Clock, most: int = MOST_ROWS) -> None:
        self._engine = engine
        self._clock = clock
        self._figures = Figures(engine)
        self._contents = Contents(engine, clock)
        self._coverage = Coverage(engine)
        self._most = most

    def _cut(self, total: int) -> tuple[str, ...]:
        return (f"共 {total} 条，只列前 {self._most} 条。",) if total > self._most else ()

    def days(self, asked: Asked) -> Sheet:
        """How turns ended, by day, week or month."""
        return days_of(self._figures.summary(asked.period, asked.agency), asked)

    def items(self, asked: Asked) -> Sheet:
        """Service items, those asked about most often first."""
        found, total = self._figures.items(asked.period, asked.agency, most=self._most)
        rows = [
            (
                one.title or GONE, one.external_id, one.agency, one.asking.turns,
                one.asking.satisfaction, one.asking.rated,
            )
            for one in found
        ]  # fmt: skip
        heads = ("事项", "编号", "部门", "提问", "满意率", "评价")
        return Sheet("热点事项", heads, rows, (*self._cut(total), _RATES))

    def freshness(self, asked: Asked) -> Sheet:
        """Contents that somebody should look at."""
        rows: list[Sequence[Cell]] = []
        cut: list[str] = []
        counts = self._contents.freshness(asked.agency).counts
        for state, label in STATES.items():
            found = self._contents.aged(state, asked.agency, most=self._most)
            cut += (f"{label}：{one}" for one in self._cut(counts[state]))
            rows += [
                (label, one.title, one.external_id, one.agency, one.expires, one.updated_at.date())
                for one in found
            ]
        heads = ("状况", "内容", "编号", "部门", "失效日期", "最近更新")
        notes = (*cut, f"一年未更新：{STALE_DAYS} 天没有新版本的已发布内容。")
        return Sheet("内容时效", heads, rows, notes)

    def agencies(self, asked: Asked) -> Sheet:
        """What each agency has published, and what is asked of it."""
        rows = [
            (
                one.name, one.items, one.documents, one.asking.turns, one.asking.satisfaction,
                one.asking.rated, one.waiting.groups, one.waiting.questions,
            )
            for one in self._coverage.agencies(asked.period)
            if asked.of_city or one.id == asked.agency
        ]  # fmt: skip
        heads = ("部门", "事项", "文件", "提问", "满意率", "评价", "待答问题组", "待答提问")
        return Sheet("部门覆盖", heads, rows, (_NOBODYS,))

    def places(self, asked: Asked) -> Sheet:
        """What is published for each region itself."""
        rows = [(one.name, one.code, one.items, one.documents) for one in self._coverage.regions()]
        return Sheet("区划覆盖", ("区划", "代码", "事项", "文件"), rows if asked.of_city else (), (_PLACES,))

    def regions(self, asked: Asked) -> Sheet:
        """Districts beside the city."""
        rows = [
            (
                one.name or UNNAMED, one.code, one.outcomes.turns, one.outcomes.asked,
                *((one.outcomes.rate("answered"), one.apart) if asked.of_city else (None, None)),
                one.outcomes.satisfaction, one.outcomes.rated, "样本少" if one.is_few else "",
            )
            for one in self._figures.regions(asked.period, asked.agency)
        ]  # fmt: skip
        heads = ("区划", "代码", "提问", "有效提问", "作答率", "与全市相差", "满意率", "评价", "说明")
        return Sheet("区域均衡", heads, rows, (_RATES, _FEW, *(() if asked.of_city else (_NOBODYS,))))

    def ratings(self, asked: Asked) -> Sheet:
        """Good-or-bad ratings by level, and what became of the bad ones."""
        return ratings_of(ratings_in(self._engine, asked, self._clock.today()))


# By the name in an address.
SHEETS: Final[Mapping[str, Callable[[Reports, Asked], Sheet]]] = {
    "days": Reports.days,
    "items": Reports.items,
    "freshness": Reports.freshness,
    "agencies": Reports.agencies,
    "places": Reports.places,
    "regions": Reports.regions,
    "ratings": Reports.ratings,
}


def ratings_in(engine: Engine, asked: Asked, today: date) -> Rates:
    """The ratings of a period."""
    with reading(engine) as connection:
        dates = asked.period
        return rates(connection, dates.first, dates.last, None if asked.of_city else asked.agency, today)


def ratings_of(found: Rates) -> Sheet:
    """Ratings from the best level down; tasks stand in the notes."""
    rows = [
        (level.label, found.levels[level], found.levels[level] / found.total if found.total else None)
        for level in sorted(Level, reverse=True)
    ]
    tasks = (
        f"差评任务 {found.tasks} 件：未办结 {found.open} 件，其中逾期 {found.overdue} 件；"
        f"已办结 {found.closed} 件，其中按期 {found.closed_in_time} 件。"
    )
    return Sheet("好差评", ("等级", "评价", "占比"), rows, (tasks, _LEVELS))


def days_of(summary: Summary, asked: Asked) -> Sheet:
    """A period part by part; the rates of an agency say nothing, since unanswered turns are no agency's."""
    rows = []
    for part in summary.parts:
        found, times = part.outcomes, part.times
        rates = tuple(found.rate(name) for name in ("answered", "clarify", "no_answer"))
        rows.append(
            (
                part.part.label, found.turns, *(found.families[name] for name in LABELS),
                *(rates if asked.of_city else ()), found.satisfaction, found.rated,
                *(None if one is None else round(one) for one in (times.p50_ms, times.p95_ms)),
            )
        )  # fmt: skip
    heads = (
        "日期", "提问", *LABELS.values(), *(("作答率", "反问率", "未答率") if asked.of_city else ()),
        "满意率", "评价", "用时中位（毫秒）", "用时 95%（毫秒）",
    )  # fmt: skip
    return Sheet("提问与作答", heads, rows, (_RATES, _TIMES, *(() if asked.of_city else (_NOBODYS,))))
