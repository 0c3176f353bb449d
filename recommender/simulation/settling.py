"""Brings made-up citizens into the demonstration city, batch by batch, and takes them out again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, bindparam, delete, func, insert, select, update

from core.citizens.consents import Purpose
from core.citizens.tables import citizen, consent
from core.clock import SHANGHAI
from core.database.engine import reading, writing
from core.database.rows import insert_for
from recommender.interactions.rules import TELLING
from recommender.interactions.store import as_row
from recommender.interactions.tables import interaction, interaction_count
from recommender.models import Interaction, InteractionType
from recommender.profile.tables import dismissal, profile_fact
from recommender.simulation.account import Account, Batch, Counts
from recommender.simulation.city import PREFIX, City
from recommender.simulation.parameters import MINUTES_OF_DAY
from recommender.simulation.traces import Step

BATCH: Final = 200
CHANNEL: Final = "simulated"
OnProgress = Callable[[int, int], None]
_COUNT = update(interaction_count).where(
    interaction_count.c.item_id == bindparam("item"),
    interaction_count.c.district == bindparam("where"),
    interaction_count.c.day == bindparam("when"),
)
_MADE_UP = citizen.c.id.startswith(PREFIX, autoescape=True)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was taken out.

    Attributes:
        counts: How many counts of nobody went down.
    """

    citizens: int
    counts: int


class Settlement:
    """A made-up city in an installation's tables, as if its citizens had used it.

    Args:
        sensitive: Ids of the items that nobody is ever linked to.
        notice: Version of the privacy notice that they agree to.
        account: Where it is noted what has to be taken out again.
    """

    def __init__(
        self, engine: Engine, city: City, sensitive: frozenset[int], notice: str, account: Account
    ) -> None:
        self._engine = engine
        self._city = city
        self._sensitive = sensitive
        self._notice = notice
        self._account = account
        self._midnight = datetime.combine(city.parameters.start, time(), SHANGHAI)
        self._steps: dict[int, list[Step]] = defaultdict(list)
        for step in city.steps:
            self._steps[step.citizen].append(step)

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
            for table, rows in self._rows(numbers):
                if rows:
                    connection.execute(insert(table), rows)
            _add(connection, counts, self._midnight)

    def _rows(self, numbers: Sequence[int]) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
        """Rows of those who agreed, table by table."""
        agreed = [number for number in numbers if self._city.citizens[number].personalize]
        yield citizen, [self._person(number) for number in agreed]
        yield consent, [row for number in agreed for row in self._consents(number)]
        yield profile_fact, [row for number in agreed for row in self._facts(number)]
        yield interaction, [row for number in agreed for row in self._interactions(number)]
        yield dismissal, [row for number in agreed for row in self._dismissals(number)]

    def _at(self, minute: int) -> datetime:
        return self._midnight + timedelta(minutes=minute)

    def _person(self, number: int) -> dict[str, Any]:
        one, steps = self._city.citizens[number], self._steps.get(number, [])
        seen = self._at(steps[-1].minute if steps else one.joined)
        return {"id": one.id, "created": self._at(one.joined), "last_seen": seen}

    def _consents(self, number: int) -> Iterator[dict[str, Any]]:
        one = self._city.citizens[number]
        purposes = [Purpose.PERSONALIZE, *([Purpose.PROFILE_FACTS] if one.profile_facts else [])]
        for purpose in purposes:
            yield {
                "citizen": one.id, "purpose": purpose.value, "notice_version": self._notice,
                "channel": CHANNEL, "given_at": self._at(one.joined),
            }  # fmt: skip

    def _facts(self, number: int) -> Iterator[dict[str, Any]]:
        one = self._city.citizens[number]
        latest = {told.name: told for told in one.told}
        for told in latest.values():
            yield {
                "citizen": one.id, "name": told.name, "value": told.value, "told_at": self._at(told.minute)
            }  # fmt: skip

    def _linked(self, number: int) -> Iterator[tuple[int, Step, int]]:
        """Place, step and item of what is linked to the citizen."""
        for place, step in enumerate(self._steps.get(number, [])):
            item = self._city.items[step.item].id
            if item not in self._sensitive:
                yield place, step, item

    def _interactions(self, number: int) -> Iterator[dict[str, Any]]:
        one = self._city.citizens[number]
        for place, step, item in self._linked(number):
            at = self._at(step.minute)
            event = Interaction(
                f"sim:{place}", item, step.type, step.origin, at, float(step.value) if step.value else None
            )
            yield as_row(one.id, event, at.date(), at, district=one.district)

    def _dismissals(self, number: int) -> Iterator[dict[str, Any]]:
        one = self._city.citizens[number]
        dismissed = {
            item: step for _, step, item in self._linked(number) if step.type is InteractionType.DISMISS
        }
        for item, step in dismissed.items():
            yield {
                "citizen": one.id, "scope": "item", "target": str(item), "since": self._at(step.minute)
            }  # fmt: skip

    def _counts(self, numbers: Sequence[int]) -> Counts:
        """What is of nobody: all of those who did not agree, and whatever is sensitive."""
        counts: Counter[tuple[int, str, Any]] = Counter()
        for number in numbers:
            one = self._city.citizens[number]
            for step in self._steps.get(number, []):
                item = self._city.items[step.item].id
                if step.type in TELLING and (not one.personalize or item in self._sensitive):
                    day = self._city.parameters.start + timedelta(days=step.minute // MINUTES_OF_DAY)
                    counts[item, one.district, day] += 1
        return dict(counts)


def _lives(connection: Connection, who: str) -> bool:
    return connection.execute(select(citizen.c.id).where(citizen.c.id == who)).first() is not None


def _add(connection: Connection, counts: Counts, began: datetime) -> None:
    for (item, district, day), count in counts.items():
        key = {"item_id": item, "district": district, "day": day}
        first = insert_for(connection, interaction_count).values(**key, count=count, began=began)
        more = {"count": interaction_count.c.count + first.excluded["count"]}
        connection.execute(first.on_conflict_do_update(index_elements=list(key), set_=more))


def made_up_citizens(connection: Connection) -> int:
    """How many there are."""
    counted = select(func.count()).select_from(citizen).where(_MADE_UP)
    return int(connection.execute(counted).scalar_one())


def clear(engine: Engine, account: Account) -> Cleared:
    """Takes everything out that was brought in, at once or not at all: what is of a citizen goes with them."""
    with writing(engine) as connection:
        gone = 0
        for batch in account.batches().values():
            if batch.first is None or _lives(connection, batch.first):
                gone += _take_back(connection, batch.counts)
        people = made_up_citizens(connection)
        connection.execute(delete(citizen).where(_MADE_UP))
    account.close()
    return Cleared(people, gone)


def _take_back(connection: Connection, counts: Counts) -> int:
    """Lowers the counts; what has gone meanwhile, or is of real visitors, stays as it is."""
    for (item, district, day), count in counts.items():
        which = _COUNT.values(count=interaction_count.c.count - count)
        connection.execute(which, {"item": item, "where": district, "when": day})
    connection.execute(delete(interaction_count).where(interaction_count.c.count <= 0))
    return len(counts)
