"""The catalogue as arrays, laid out once for each state of it: what one request looks up in microseconds.

A place is an item's number in the arrays; they are in the order of the items' ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.catalogue.regions import scope
from recommender.eligible_matrix import RuleMatrix
from recommender.models import ItemTraits
from recommender.serving.telling import telling

Mask = NDArray[np.bool_]
Places = NDArray[np.int64]
Scores = NDArray[np.float32]
Codes = NDArray[np.int16] | NDArray[np.int32]
NO_CODE: Final = -1
LEAST_EVENT: Final = 0.9
LEAST_TELLING: Final = 0.3
LEGAL_PERSON: Final = "法人"
# Of any code that somebody sends, no more masks than a province has districts are kept.
_MOST_REGIONS: Final = 256
_MOST_GIVERS: Final = 5
_HALF, _OF_THEME, _OF_AGENCY = np.float32(0.5), np.float32(0.3), np.float32(0.2)
_FIRST_DAY: Final = date.min.toordinal()
_LAST_DAY: Final = date.max.toordinal()


class Columns:
    """Arrays over all published items.

    Attributes:
        ids: (n,) int64, ascending.
        themes, agencies: (n,) int64 codes; -1 where an item has none.
        sensitive, for_business: (n,) bool; the second: for legal persons alone.
        valid_from, valid_to, since: (n,) int64 ordinals of days.
        importance: (n,) float32 from above 0 to 1: the order of a list that nothing is known for.
        importance_to_people: (n,) float32: the same, 0 of what is for legal persons alone.
        event_counts: (n,) int64, how many life events an item belongs to.
        telling: (n,) float32 from 0 to 1: how much it says of a citizen that an item is for them.
        events: Places of the items of each life event, by the name that guides give it.
        event_sure: Of each of these: from 0.9 to 1, a matter of this event alone has 1.
    """

    def __init__(self, traits: Mapping[int, ItemTraits]) -> None:
        self.items = [traits[number] for number in sorted(traits)]
        self.ids = np.array([item.id for item in self.items], dtype=np.int64)
        self._place = {item.id: place for place, item in enumerate(self.items)}
        self.themes, self._theme_codes = _codes([item.theme for item in self.items])
        self.agencies, _ = _codes([item.agency for item in self.items])
        regions, self._region_codes = _codes([item.region for item in self.items])
        self._regions = regions
        self._nobodys = _mask(not item.region.endswith("00") for item in self.items)
        self.sensitive = _mask(item.sensitive for item in self.items)
        self.for_business = _mask(item.audience == (LEGAL_PERSON,) for item in self.items)
        self.valid_from = _days([item.valid_from for item in self.items], _FIRST_DAY)
        self.valid_to = _days([item.valid_to for item in self.items], _LAST_DAY)
        self.since = _days([item.since for item in self.items], _FIRST_DAY)
        self.importance = _importance([item.importance for item in self.items])
        self.importance_to_people = np.where(self.for_business, np.float32(0), self.importance)
        self.event_names = [tuple(dict.fromkeys(item.life_events)) for item in self.items]
        self.event_counts = np.array([len(names) for names in self.event_names], dtype=np.int64)
        self.events = _places_of(self.event_names)
        self._event_floats = self.event_counts.astype(np.float32)
        self._in_events = _in_events(len(self), self.events)
        # Small numbers: every two of many are compared.
        self._short_themes, self._short_agencies = _short(self.themes), _short(self.agencies)
        self.rules = RuleMatrix([item.rule for item in self.items])
        says = np.array([telling(item.rule) for item in self.items], dtype=np.float32)
        self.telling = says * (says >= LEAST_TELLING)
        self._papers = _papers(self.items)
        self._suppliers: dict[int, dict[int, str]] = {}
        self._elsewhere: dict[str | None, Mask] = {}
        self._not_in_force: tuple[int, Mask] | None = None
        # How surely an item that is of an event is for who lives it: the more, the fewer it is of.
        self.event_sure = {
            event: (LEAST_EVENT + (1 - LEAST_EVENT) / self.event_counts[places]).astype(np.float32)
            for event, places in self.events.items()
        }

    def __len__(self) -> int:
        return len(self.items)

    def place(self, item: int) -> int | None:
        """Where an item stands; None where it is not published."""
        return self._place.get(item)

    def places(self, items: Iterable[int]) -> Places:
        """Where those of these items stand that are published."""
        found = [place for item in items if (place := self._place.get(item)) is not None]
        return np.array(found, dtype=np.int64)

    def marked(self, items: Iterable[int]) -> Mask:
        """(n,) bool: the items that are among these."""
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[self.places(items)] = True
        return mask

    def of_themes(self, themes: Iterable[str]) -> Mask:
        """(n,) bool: the items of these themes."""
        listed = np.zeros(len(self._theme_codes) + 1, dtype=np.bool_)
        listed[[self._theme_codes[theme] for theme in themes if theme in self._theme_codes]] = True
        # What has no theme has the last place, which stays false.
        marked: Mask = listed[self.themes]
        return marked

    def elsewhere(self, region: str | None) -> Mask:
        """(n,) bool: the items that do not hold in a region; without one, those of single districts."""
        if region is None:
            return self._nobodys
        found = self._elsewhere.get(region)
        if found is None:
            within = [self._region_codes[code] for code in scope(region) if code in self._region_codes]
            found = ~np.isin(self._regions, within)
            if len(self._elsewhere) < _MOST_REGIONS:
                self._elsewhere[region] = found
        return found

    def not_in_force(self, today: int) -> Mask:
        """(n,) bool: what may not be shown yet, or no more, on the day of this ordinal."""
        last = self._not_in_force
        if last is None or last[0] != today:
            last = self._not_in_force = today, (self.valid_from > today) | (self.valid_to < today)
        return last[1]

    def alike(self, place: int) -> Scores:
        """(n,) float32 from 0 to 1: how much items share events, theme and agency with one."""
        found: Scores = self._alike(np.array([place], dtype=np.int64), slice(None))[0]
        return found

    def all_alike(self, places: Places) -> Scores:
        """(m, m) float32: the same of every two of these."""
        return self._alike(places, places)

    def _alike(self, ones: Places, others: Places | slice) -> Scores:
        counts = self._event_floats
        shared: Scores = self._in_events[ones] @ self._in_events[others].T
        theme = _same(self._short_themes[ones], self._short_themes[others])
        # The same agency alone is nothing.
        agency = _same(self._short_agencies[ones], self._short_agencies[others]) & (theme | (shared > 0))
        of_both = counts[ones][:, None] + counts[others][None, :]
        of_both -= shared
        np.maximum(of_both, 1, out=of_both)
        shared *= _HALF
        shared /= of_both
        shared += _OF_THEME * theme
        shared += _OF_AGENCY * agency
        return shared

    def suppliers(self, place: int) -> Mapping[int, str]:
        """Places of the items that one gets a paper from which this one asks for, with the paper's name."""
        found = self._suppliers.get(place)
        if found is None:
            needs = "\n".join(self.items[place].needs)
            of_papers = ((paper, places) for paper, places in self._papers.items() if paper in needs)
            found = {one: paper for paper, places in of_papers for one in places if one != place}
            self._suppliers[place] = found
        return found

    def dense(self, scores: Mapping[int, float]) -> Scores:
        """(n,) float32 of scores by item id; 0 where there is none, or none that is a number."""
        ids = np.fromiter(scores.keys(), dtype=np.int64, count=len(scores))
        values = np.fromiter(scores.values(), dtype=np.float64, count=len(scores))
        column = np.zeros(len(self), dtype=np.float32)
        places, known = self.found(ids)
        usable = np.isfinite(values[known])
        column[places[usable]] = values[known][usable]
        return column

    def found(self, ids: NDArray[np.int64]) -> tuple[Places, Mask]:
        """Places of those of these ids that are published, and which they are."""
        if not len(self):
            return np.zeros(0, dtype=np.int64), np.zeros(len(ids), dtype=np.bool_)
        places = np.searchsorted(self.ids, ids).clip(max=len(self) - 1)
        known = self.ids[places] == ids
        return places[known], known


def _same(ones: Codes, others: Codes) -> Mask:
    same: Mask = (ones[:, None] == others[None, :]) & (ones != NO_CODE)[:, None]
    return same


def _codes(names: Sequence[str | None]) -> tuple[Places, dict[str, int]]:
    codes: dict[str, int] = {}
    column = [NO_CODE if name is None else codes.setdefault(name, len(codes)) for name in names]
    return np.array(column, dtype=np.int64), codes


def _mask(values: Iterable[bool]) -> Mask:
    return np.array(list(values), dtype=np.bool_)


def _days(days: Sequence[date | None], untold: int) -> Places:
    plain = (day.date() if isinstance(day, datetime) else day for day in days)
    return np.array([untold if day is None else day.toordinal() for day in plain], dtype=np.int64)


def _importance(counts: Sequence[int]) -> Scores:
    """Ranks from 1 down to above 0; of equal ones the older item first."""
    column = np.zeros(len(counts), dtype=np.float32)
    order = np.argsort(-np.array(counts, dtype=np.int64), kind="stable")
    column[order] = np.linspace(1.0, 1.0 / max(1, len(counts)), len(counts), dtype=np.float32)
    return column


def _papers(items: Sequence[ItemTraits]) -> dict[str, list[int]]:
    """Who gives each paper; one that many give, such as a decision, is not asked for by its name."""
    found: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        for paper in item.gives:
            found[paper].append(place)
    return {paper: places for paper, places in found.items() if len(places) <= _MOST_GIVERS}


def _in_events(count: int, events: Mapping[str, Places]) -> Scores:
    """(n, events): 1 where an item belongs to an event."""
    belongs = np.zeros((count, len(events)), dtype=np.float32)
    for number, places in enumerate(events.values()):
        belongs[places, number] = 1
    return belongs


def _short(codes: Places) -> Codes:
    if codes.max(initial=0) <= np.iinfo(np.int16).max:
        return codes.astype(np.int16)
    return codes.astype(np.int32)


def _places_of(names: Sequence[Sequence[str]]) -> dict[str, Places]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, events in enumerate(names):
        for event in events:
            found[event].append(place)
    return {event: np.array(places, dtype=np.int64) for event, places in found.items()}
