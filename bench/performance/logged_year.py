"""A year of a city's questions in the answer log: a million turns with what was quoted, rated and grouped.

Every number is drawn from one seed: days of the week, hours, districts, service items of which few are asked
about often, times with a long tail.
"""

from __future__ import annotations

import math
import random
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, islice
from typing import Any, Final

from rich.progress import Progress
from sqlalchemy import Connection, Engine, Table, insert, select, update

from casework.ratings.tables import rating, rating_task
from casework.tables import grouped_question, question_group
from core.catalogue.tables import RECORDS, agency, document, service_item
from core.citizens.tables import answer_log, answer_source, feedback
from core.clock import SHANGHAI, SystemClock
from core.database.engine import reading, writing
from insight.keeping import FigureKeeper

TURNS: Final = 1_000_000
GROUPS: Final = 20_000
DAYS: Final = 365
# Of a thousand turns.
_STATUSES: Final = {
    "answered_guide": 430, "answered_passage": 210, "answered_canned": 60, "clarify": 90, "no_answer": 120,
    "out_of_scope": 30, "referred_urgent": 2, "blocked_sensitive": 5, "blocked_abuse": 8, "blocked_rate": 25,
    "error_timeout": 15, "error_unavailable": 5,
}  # fmt: skip
_REGIONS: Final = {None: 45, "519900": 15, "519901": 14, "519902": 11, "519903": 9, "519904": 4, "519905": 2}
_STATES: Final = {"open": 70, "assigned": 15, "answered": 10, "dismissed": 5}
_UNANSWERED: Final = ("no_answer", "clarify")
_RATED: Final = 0.08
_AT_ONCE: Final = 10_000
_WORDS: Final = ("怎么办理", "要什么材料", "在哪里办", "多少钱", "几天能办好", "可以网上办吗", "过期了怎么办")
Row = dict[str, Any]


class Weighted:
    """Draws of a few values, each with its weight."""

    def __init__(self, weights: Mapping[Any, float]) -> None:
        self._values = list(weights)
        self._sums = list(accumulate(weights.values()))

    def draw(self, chance: random.Random) -> Any:
        """One of them."""
        return self._values[bisect(self._sums, chance.random() * self._sums[-1])]


@dataclass(frozen=True)
class Filled:
    """What was filled in."""

    turns: int
    groups: int
    grouped: int
    opinions: int


def fill(engine: Engine, progress: Progress, turns: int = TURNS, seed: int = 6) -> Filled:
    """A year of turns up to now, with groups of those that were asked in vain."""
    chance, now = random.Random(seed), SystemClock().now()
    with reading(engine) as connection:
        items, documents = _owned(connection, service_item), _owned(connection, document)
    task = progress.add_task("a year of turns", total=turns)
    source, made, opinions, asked = _turns(chance, now, items, documents, turns), 0, 0, list[Row]()
    while batch := list(islice(source, _AT_ONCE)):
        rated = [opinion for _, _, opinion in batch if opinion]
        sources = [quoted for _, quoted, _ in batch if quoted]
        with writing(engine) as connection:
            _put(connection, answer_log, [row for row, _, _ in batch])
            _put(connection, answer_source, sources)
            _put(connection, feedback, rated)
        asked += [_asked(row) for row, _, _ in batch if row["status"] in _UNANSWERED]
        made, opinions = made + len(batch), opinions + len(rated)
        progress.advance(task, len(batch))
    groups = _group(engine, chance, asked)
    _rate(engine, chance, now, max(1, turns // 12))
    _age(engine, chance, now)
    return Filled(made, groups, len(asked), opinions)


def _owned(connection: Connection, table: Table) -> dict[int, str | None]:
    """Numbers of records with the agency of each."""
    named = table.outerjoin(agency, agency.c.name == table.c.agency)
    rows = connection.execute(select(table.c.id, agency.c.external_id).select_from(named))
    return {row.id: row.external_id for row in rows}


def _asked(row: Row) -> Row:
    kept = {name: row[name] for name in ("channel", "region", "item_id")}
    return {"answer_id": row["id"], "at": row["created"], "asked": row["created"], **kept}


def count(engine: Engine, progress: Progress) -> int:
    """Counts every day, as the worker does; how many."""
    keeper = FigureKeeper(engine, SystemClock(), SHANGHAI)
    days = keeper.due()
    task = progress.add_task("figures by day", total=len(days))
    for day in days:
        counted = keeper.count(day)
        with writing(engine) as connection:
            keeper.keep(connection, counted)
        progress.advance(task)
    return len(days)


def _turns(
    chance: random.Random,
    now: datetime,
    items: Mapping[int, str | None],
    documents: Mapping[int, str | None],
    turns: int,
) -> Iterator[tuple[Row, Row | None, Row | None]]:
    """Turns with the record that each quoted and what was said of it, in the order of their days."""
    statuses, regions = Weighted(_STATUSES), Weighted(_REGIONS)
    # As words in a text: the n-th is asked for 1/n as often as the first.
    often = [Weighted({one: 1 / rank for rank, one in enumerate(some, 1)}) for some in (items, documents)]
    for at in _times(chance, now, turns):
        status = statuses.draw(chance)
        about = often[0].draw(chance) if status == "answered_guide" else None
        quoted = often[1].draw(chance) if status == "answered_passage" else about
        name = f"{chance.getrandbits(128):032x}"
        row = {
            "id": name, "citizen": None, "question": f"第{chance.randrange(9000)}件事{chance.choice(_WORDS)}",
            "status": status, "item_id": about, "aspect": None, "passage_ids": [], "versions": {},
            "step_ms": _steps(chance) if not status.startswith(("blocked", "error")) else {},
            "channel": "web" if chance.random() < 0.7 else "wechat", "region": regions.draw(chance),
            "created": at, "agency": (items if about else documents)[quoted] if quoted else None,
        }  # fmt: skip
        kind = "item" if about else "document"
        source = {"answer_id": name, "kind": kind, "record_id": quoted, "version": 1, "at": at}
        yield row, source if quoted else None, _opinion(chance, row) if chance.random() < _RATED else None


def _times(chance: random.Random, now: datetime, turns: int) -> Iterator[datetime]:
    days = [now - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    shares = [0.4 if day.weekday() >= 5 else 1.0 for day in days]
    for day, share in zip(days, shares, strict=True):
        for _ in range(math.ceil(turns * share / sum(shares))):
            # Most at ten and at three.
            hour = chance.choice((10, 15)) + chance.gauss(0, 3)
            local = day.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
            yield min(local + timedelta(hours=hour % 24), now)


def _steps(chance: random.Random) -> dict[str, float]:
    return {
        "retrieve": round(chance.lognormvariate(math.log(12), 0.5), 2),
        "decide": round(chance.lognormvariate(math.log(0.6), 0.4), 2),
        "compose": round(chance.lognormvariate(math.log(8), 0.8), 2),
    }


def _opinion(chance: random.Random, row: Row) -> Row:
    liked = 0.8 if row["status"].startswith("answered") else 0.15
    return {
        "answer_id": row["id"], "conversation": None, "useful": chance.random() < liked, "reason": None,
        "text": None, "updated": row["created"],
    }  # fmt: skip


def _group(engine: Engine, chance: random.Random, asked: Sequence[Row]) -> int:
    """Gives each question a group, few groups most of them."""
    often, states = Weighted({number: 1 / number for number in range(1, GROUPS + 1)}), Weighted(_STATES)
    members: dict[int, list[Row]] = {}
    for row in asked:
        members.setdefault(often.draw(chance), []).append(row)
    with reading(engine) as connection:
        agencies = list(connection.execute(select(agency.c.external_id)).scalars())
    groups = []
    for number, own in members.items():
        state = states.draw(chance)
        groups.append({
            "id": number, "title_from": own[0]["answer_id"], "state": state, "questions": len(own),
            "agency": None if state == "open" else chance.choice(agencies), "owner": None, "due": None,
            "first_seen": own[0]["at"], "last_seen": own[-1]["at"],
        })  # fmt: skip
    questions = [{**row, "group_id": number, "part_id": None, "subject": None}
                 for number, own in members.items() for row in own]  # fmt: skip
    with writing(engine) as connection:
        _put(connection, question_group, groups)
        _put(connection, grouped_question, questions)
    return len(groups)


def _rate(engine: Engine, chance: random.Random, now: datetime, ratings: int) -> None:
    """So many good-or-bad ratings over the year; of the bad ones most are closed."""
    levels = Weighted({5: 60, 4: 20, 3: 10, 2: 6, 1: 4})
    with reading(engine) as connection:
        owned = list(_owned(connection, service_item).items())
    rows, tasks = [], []
    for number in range(ratings):
        at, level = now - timedelta(minutes=chance.randrange(DAYS * 24 * 60)), levels.draw(chance)
        (item, owner), name, day = chance.choice(owned), f"{number:024x}", at.astimezone(SHANGHAI).date()
        rows.append({
            "id": name, "conversation": None, "slot": f"item:{item}", "target": "item", "item_id": item,
            "title": "事项", "level": level, "reasons": [], "region": None, "channel": "web",
            "agency": owner, "day": day, "created": at, "updated": at,
        })  # fmt: skip
        if level <= 2:
            closed = day + timedelta(days=chance.randrange(1, 30)) if chance.random() < 0.9 else None
            tasks.append({
                "rating_id": name, "state": "closed" if closed else "open", "agency": owner, "opened": day,
                "due": day + timedelta(days=21), "closed": closed,
            })  # fmt: skip
    with writing(engine) as connection:
        for start in range(0, len(rows), _AT_ONCE):
            _put(connection, rating, rows[start : start + _AT_ONCE])
        _put(connection, rating_task, tasks)


def _age(engine: Engine, chance: random.Random, now: datetime) -> None:
    """Every fifth content was not touched for long, each fiftieth just now; a tenth expired, or will."""
    with writing(engine) as connection:
        for table in RECORDS.values():
            numbers = list(connection.execute(select(table.c.id)).scalars())
            for number in chance.sample(numbers, len(numbers) // 5):
                old = now - timedelta(days=chance.randrange(366, 2000))
                connection.execute(update(table).where(table.c.id == number).values(updated_at=old))
            # What was changed after it was quoted is what a recall is about.
            for number in chance.sample(numbers, len(numbers) // 50):
                newer = {"version": table.c.version + 1, "updated_at": now}
                connection.execute(update(table).where(table.c.id == number).values(**newer))
            for number in chance.sample(numbers, len(numbers) // 10):
                day = now.date() + timedelta(days=chance.randrange(-400, 60))
                connection.execute(update(table).where(table.c.id == number).values(effective_to=day))


def _put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)
