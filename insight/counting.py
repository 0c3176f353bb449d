"""Figures of a day out of its turns. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from insight.histogram import bucket_of
from insight.tables import CITY


@dataclass(frozen=True, slots=True)
class LoggedTurn:
    """A turn as the log has it, without words and without a citizen.

    Attributes:
        agency: External id of whose content it was answered from; empty where it is nobody's.
        region: Six digits; empty where none was named.
        step_ms: Milliseconds of each step of answering; empty where it was not answered by them.
        useful: What was said of it; None where nothing was.
    """

    agency: str
    item: int | None
    region: str
    channel: str
    status: str
    step_ms: Mapping[str, float]
    useful: bool | None


@dataclass(slots=True)
class Tally:
    """So many turns, and opinions on them."""

    turns: int = 0
    useful: int = 0
    useless: int = 0

    def add(self, useful: bool | None) -> None:
        """One more turn."""
        self.turns += 1
        self.useful += useful is True
        self.useless += useful is False

    def as_row(self) -> dict[str, int]:
        """As columns."""
        return {"turns": self.turns, "useful": self.useful, "useless": self.useless}


@dataclass(slots=True)
class DayFigures:
    """What is kept of a day.

    Attributes:
        outcomes: By agency, region, channel and status.
        agencies: By agency.
        items: By service item.
        times: Answers by agency and bucket of how long they took.
    """

    turns: int = 0
    outcomes: dict[tuple[str, str, str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    agencies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    items: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    times: Counter[tuple[str, int]] = field(default_factory=Counter)

    def outcome_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of `figure_turn`, without the day."""
        for (agency, region, channel, status), tally in self.outcomes.items():
            named = {"agency": agency, "region": region, "channel": channel, "status": status}
            yield {**named, **tally.as_row()}

    def agency_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of `figure_agency`, without the day."""
        for agency, tally in self.agencies.items():
            yield {"agency": agency, **tally.as_row()}

    def item_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of `figure_item`, without the day."""
        for item, tally in self.items.items():
            yield {"item": item, **tally.as_row()}

    def time_rows(self) -> Iterator[dict[str, Any]]:
        """Rows of `figure_time`, without the day."""
        for (agency, bucket), turns in self.times.items():
            yield {"agency": agency, "bucket": bucket, "turns": turns}


def figures_of(turns: Iterable[LoggedTurn]) -> DayFigures:
    """Counts the turns of one day, each for the city and for its agency."""
    found = DayFigures()
    for turn in turns:
        found.turns += 1
        bucket = bucket_of(sum(turn.step_ms.values())) if turn.step_ms else None
        for agency in {CITY, turn.agency}:
            found.agencies[agency].add(turn.useful)
            found.outcomes[agency, turn.region, turn.channel, turn.status].add(turn.useful)
            if bucket is not None:
                found.times[agency, bucket] += 1
        if turn.item is not None:
            found.items[turn.item].add(turn.useful)
    return found
