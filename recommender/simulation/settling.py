"""Brings made-up citizens into the demonstration city, batch by batch, and takes them out again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine, Table, bindparam, delete, insert, select, update

from core.citizens.tables import citizen, consent
from core.database.engine import reading, writing
from core.database.rows import insert_for
from recommender.interactions.tables import interaction, interaction_count
from recommender.profile.tables import dismissal, profile_fact
from recommender.simulation.account import Account, Batch, Counts
from recommender.simulation.marks import MADE_UP, made_up_citizens
from recommender.simulation.rows import Row, Rows
from recommender.simulation.traces import Step

BATCH: Final = 200
OnProgress = Callable[[int, int], None]
_COUNT = update(interaction_count).where(
    interaction_count.c.item_id == bindparam("item"),
    interaction_count.c.district == bindparam("where"),
    interaction_count.c.day == bindparam("when"),
)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was taken out.

    Attributes:
        counts: How many counts of nobody went down.
    """

    citizens: int
    counts: int


class Settlement:
    """A made-up city in an installation's tables.

    Args:
        account: Where it is noted what has to be taken out again.
    """

    def __init__(self, engine: Engine, rows: Rows, account: Account) -> None:
        self._engine = engine
        self._make = rows
        self._city = rows.city
        self._account = account
        self._steps: dict[int, list[tuple[int, Step]]] = defaultdict(list)
        for place, step in enumerate(self._city.steps):
            self._steps[step.citizen].append((place, step))

    def settle(self, on_progress: OnProgress | None = None) -> int:
        """Brings in every batch that is not there yet; how many citizens were new.

        Args:
            on_progress: Told how many citizens of how many are done.
        """
        size, new = len(self._city.citizens), 0
        noted = self._account.batches()
        for number, start in enumerate(range(0, size, BATCH)):
            numbers = range(start, min(start + BATCH, size))
            batch = Batch(self._first(numbers), self._counts(numbers))
            if not self._is_there(batch, noted=number in noted):
                self._account.note(number, batch)
                self._bring(numbers, batch.counts)
                new += len(numbers)
            if on_progress is not None:
                on_progress(numbers.stop, size)
        return new

    def _first(self, numbers: Sequence[int]) -> str | None:
        people = self._city.citizens
        return next((people[number].id for number in numbers if people[number].personalize), None)

    def _is_there(self, batch: Batch, *, noted: bool) -> bool:
        with reading(self._engine) as connection:
            return noted if batch.first is None else _lives(connection, batch.first)

    def _bring(self, numbers: Sequence[int], counts: Counts) -> None:
        with writing(self._engine) as connection:
            for table, rows in self._rows(numbers).items():
                if rows:
                    connection.execute(insert(table), rows)
            _add(connection, counts, self._make.at(0))

    def _rows(self, numbers: Sequence[int]) -> dict[Table, list[Row]]:
        """Rows of those who agreed, in the order in which they may be written."""
        make = self._make
        found: dict[Table, list[Row]] = {
            table: [] for table in (citizen, consent, profile_fact, interaction, dismissal)
        }
        for number in numbers:
            one, steps = self._city.citizens[number], self._steps[number]
            if not one.personalize:
                continue
            found[citizen].append(make.person(number, steps[-1][1].minute if steps else one.joined))
            found[consent] += make.consents(number)
            latest = {told.name: told for told in one.told}
            found[profile_fact] += [make.fact(number, told) for told in latest.values()]
            linked = [(place, step) for place, step in steps if make.is_linked(step)]
            found[interaction] += [make.interaction(step, place) for place, step in linked]
            dismissed = (make.dismissal(step) for _, step in linked)
            found[dismissal] += {row["target"]: row for row in dismissed if row}.values()
        return found

    def _counts(self, numbers: Sequence[int]) -> Counts:
        """What is of nobody: all of those who did not agree, and whatever is sensitive."""
        counts: Counter[tuple[int, str, date]] = Counter()
        for number in numbers:
            one = self._city.citizens[number]
            for _, step in self._steps[number]:
                if self._make.is_counted(step):
                    item = self._city.items[step.item].id
                    counts[item, one.district, self._make.day(step.minute)] += 1
        return counts


def _lives(connection: Connection, who: str) -> bool:
    return connection.execute(select(citizen.c.id).where(citizen.c.id == who)).first() is not None


def _add(connection: Connection, counts: Counts, began: datetime) -> None:
    for (item, district, day), count in counts.items():
        key = {"item_id": item, "district": district, "day": day}
        first = insert_for(connection, interaction_count).values(**key, count=count, began=began)
        more = {"count": interaction_count.c.count + first.excluded["count"]}
        connection.execute(first.on_conflict_do_update(index_elements=list(key), set_=more))


def clear(engine: Engine, account: Account) -> Cleared:
    """Takes everything out that was brought in, at once or not at all."""
    with writing(engine) as connection:
        gone = 0
        for batch in account.batches().values():
            if batch.first is None or _lives(connection, batch.first):
                gone += _take_back(connection, batch.counts)
        people = made_up_citizens(connection)
        connection.execute(delete(citizen).where(MADE_UP))
    account.close()
    return Cleared(people, gone)


def _take_back(connection: Connection, counts: Counts) -> int:
    """Lowers the counts; what has gone meanwhile, or is of real visitors, stays as it is."""
    for (item, district, day), count in counts.items():
        which = _COUNT.values(count=interaction_count.c.count - count)
        connection.execute(which, {"item": item, "where": district, "when": day})
    connection.execute(delete(interaction_count).where(interaction_count.c.count <= 0))
    return len(counts)
