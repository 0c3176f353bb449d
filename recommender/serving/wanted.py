"""What is known and wanted in one request, read once from the citizen's state. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from core.catalogue.rules import Scalar
from recommender.models import CitizenState, InteractionType
from recommender.ports import Weights
from recommender.serving.columns import Columns
from recommender.serving.life_events import names_of

LATEST: Final = 5
# Of two items or events that the citizen came to one after the other, the earlier counts so much less.
_EARLIER: Final = 0.85
_CONTEXT_WEIGHT: Final = 1.0
# A guide that calls an event otherwise may mean a little else.
_OTHER_NAME: Final = 0.7


@dataclass(frozen=True, slots=True)
class Seed:
    """An item that recommendations start from.

    Attributes:
        place: Where it stands in the columns.
        weight: How much it says, above 0 to 1.
        done: What the citizen did with it; None of one that is only what they look at now.
    """

    place: int
    item: int
    weight: float
    done: InteractionType | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request, the citizen's state as recommending uses it.

    Without consent only `state.region`, the days and what is shown already are left of it.

    Attributes:
        region: District chosen in the session, else the one that the citizen told to live in.
        history: (item id, weight above 0) of what was done, the latest first; sensitive items left out.
        seeds: What the citizen looks at now and did last, the strongest first.
        events: Life events by every name that they have: how surely each is theirs, above 0 to 1.
        done_with: What was done with each item of the history, for the reason.
    """

    state: CitizenState
    k: int
    today: date
    context: tuple[int, ...] = ()
    region: str | None = None
    history: tuple[tuple[int, float], ...] = ()
    seeds: tuple[Seed, ...] = ()
    events: Mapping[str, float] = field(default_factory=dict)
    done_with: Mapping[int, InteractionType] = field(default_factory=dict)

    @property
    def facts(self) -> Mapping[str, Scalar]:
        """What the citizen told and agreed to have used."""
        return self.state.facts if self.state.personalized else {}


def read(
    state: CitizenState,
    columns: Columns,
    weights: Weights,
    *,
    k: int,
    today: date,
    now: datetime,
    context: Sequence[int] = (),
) -> Wanted:
    """What a state comes to in a catalogue."""
    if not state.personalized:
        return Wanted(state, k, today, tuple(context), state.region)
    done_with, weighted = _weighted(state, columns, weights, now)
    looked_at = [place for place in columns.places(context) if not columns.sensitive[place]]
    seeds = _seeds(columns, weighted, done_with, looked_at)
    for place in looked_at:
        weighted.setdefault(int(columns.ids[place]), _CONTEXT_WEIGHT)
    return Wanted(
        state, k, today, tuple(context),
        region=state.region or _told_district(state.facts),
        history=tuple(weighted.items()),
        seeds=seeds,
        events=_events(state, columns, seeds),
        done_with=done_with,
    )  # fmt: skip


def _told_district(facts: Mapping[str, Scalar]) -> str | None:
    district = facts.get("district")
    return district if isinstance(district, str) else None


def _weighted(
    state: CitizenState, columns: Columns, weights: Weights, now: datetime
) -> tuple[dict[int, InteractionType], dict[int, float]]:
    """What was done with each item, its strongest act, and what all acts come to."""
    strongest: dict[int, tuple[float, InteractionType]] = {}
    total: dict[int, float] = {}
    now_s = now.timestamp()
    for one in state.recent:
        place = columns.place(one.item_id)
        # What is sensitive says nothing of what else somebody may need.
        if place is None or columns.sensitive[place]:
            continue
        weight = weights.of(one, now_s)
        total[one.item_id] = total.get(one.item_id, 0.0) + weight
        if one.item_id not in strongest or weight > strongest[one.item_id][0]:
            strongest[one.item_id] = weight, one.type
    liked = {item: weight for item, weight in total.items() if weight > 0}
    return {item: strongest[item][1] for item in liked}, liked


def _seeds(
    columns: Columns,
    weighted: Mapping[int, float],
    done_with: Mapping[int, InteractionType],
    looked_at: Sequence[int],
) -> tuple[Seed, ...]:
    seeds: dict[int, Seed] = {}
    for place in looked_at:
        item = int(columns.ids[place])
        seeds[item] = Seed(place, item, 1.0, done_with.get(item))
    for number, (item, weight) in enumerate(list(weighted.items())[:LATEST]):
        where = columns.place(item)
        if item not in seeds and where is not None:
            seeds[item] = Seed(where, item, min(1.0, weight) * _EARLIER**number, done_with.get(item))
    return tuple(sorted(seeds.values(), key=lambda seed: -seed.weight))


def _events(state: CitizenState, columns: Columns, seeds: Sequence[Seed]) -> dict[str, float]:
    found: dict[str, float] = {}
    for number, event in enumerate(state.life_events):
        for name in names_of(event):
            found[name] = max(found.get(name, 0.0), _EARLIER**number)
    for seed in seeds:
        names = columns.event_names[seed.place]
        for event in names:
            # A matter of several events shows none of them for sure.
            strength = seed.weight / len(names)
            for name in names_of(event):
                sure = strength if name == event else _OTHER_NAME * strength
                found[name] = max(found.get(name, 0.0), sure)
    return found
