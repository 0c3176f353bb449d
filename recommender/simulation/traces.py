"""What is seen of needs, curiosity and slips: the interactions that they leave behind. Pure, seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.models import InteractionType, ItemTraits, Origin
from recommender.simulation.habits import Habits
from recommender.simulation.lives import Need
from recommender.simulation.parameters import MINUTES_OF_DAY, CityParameters

_CLIENT, _SERVER, _AGENCY = Origin.CLIENT, Origin.SERVER, Origin.AGENCY


@dataclass(frozen=True, slots=True)
class Step:
    """One interaction in the making.

    Attributes:
        thread: All steps of one citizen's one wish for one item bear the same number.
        value: Of a rating, else 0.
    """

    citizen: int
    item: int
    type: InteractionType
    origin: Origin
    minute: int
    thread: int
    value: int = 0


def steps_of_need(
    need: Need, thread: int, parameters: CityParameters, rng: np.random.Generator
) -> list[Step]:
    """From the first question or look to the finished matter, as far as it goes."""

    def step(kind: InteractionType, origin: Origin, minute: float, value: int = 0) -> Step:
        return Step(need.citizen, need.item, kind, origin, int(minute), thread, value)

    asked = rng.random() < parameters.asks
    begun = InteractionType.ASK if asked else InteractionType.VIEW
    steps = [step(begun, _SERVER if asked else _CLIENT, need.minute)]
    at = need.minute + 1 + float(rng.integers(0, 4))
    if rng.random() < 0.35:
        steps.append(step(InteractionType.CLICK, _CLIENT, at))
    if rng.random() < parameters.opens:
        steps.append(step(InteractionType.OPEN_LINK, _CLIENT, at + 1 + float(rng.integers(0, 8))))
    if rng.random() < parameters.applies:
        applied = at + MINUTES_OF_DAY * float(rng.gamma(2.0, 2.5)) + 15
        steps.append(step(InteractionType.APPLY, _AGENCY, applied))
        if rng.random() < parameters.finishes:
            finished = applied + MINUTES_OF_DAY * (2 + float(rng.gamma(2.0, 6.0)))
            steps.append(step(InteractionType.FINISH, _AGENCY, finished))
    elif rng.random() < parameters.declares:
        steps.append(step(InteractionType.APPLY, _CLIENT, at + MINUTES_OF_DAY * float(rng.uniform(0.5, 6))))
    if rng.random() < parameters.rates:
        stars = int(rng.choice(5, p=(0.06, 0.06, 0.13, 0.3, 0.45))) + 1
        steps.append(step(InteractionType.RATE, _CLIENT, at + 15, stars))
    return steps


def slip(
    need: Need, thread: int, items: Sequence[ItemTraits], reach: NDArray[np.bool_], rng: np.random.Generator
) -> list[Step]:
    """The wrong item asked for just before: one of the same theme."""
    theme = items[need.item].theme
    like = [n for n in np.flatnonzero(reach).tolist() if n != need.item and items[n].theme == theme]
    if not like:
        return []
    other = like[int(rng.integers(len(like)))]
    return [Step(need.citizen, other, InteractionType.ASK, _SERVER, need.minute - 2, thread)]


@dataclass(frozen=True, slots=True)
class Presence:
    """From when on a citizen comes to the portal, how eagerly, and where they live."""

    citizen: int
    district: str
    from_minute: int
    eagerness: float


def idle_steps(
    presences: Sequence[Presence],
    published: NDArray[np.int64],
    habits: Habits,
    thread: int,
    parameters: CityParameters,
    rng: np.random.Generator,
) -> list[Step]:
    """Looks out of curiosity and things dismissed, in the order of time.

    Some look at what pleases, others go where many went before them in their district.
    """
    size = len(published)
    looked = {code: np.zeros(size) for code in habits.reach}
    liked = 1.0 / (1 + rng.permutation(size)) ** 0.7
    steps: list[Step] = []
    for presence, minute, dismisses in _moments(presences, parameters, rng):
        open_now = habits.reach[presence.district] & (published <= minute)
        weights = np.where(open_now, liked, 0.0)
        counts = looked[presence.district] * open_now
        if counts.sum() > 0 and rng.random() < parameters.herd and not dismisses:
            weights = counts
        if weights.sum() == 0:
            continue
        item = int(rng.choice(size, p=weights / weights.sum()))
        steps += _idle(presence.citizen, item, minute, thread + len(steps), dismisses, rng)
        looked[presence.district][item] += not dismisses
    return steps


def _moments(
    presences: Sequence[Presence], parameters: CityParameters, rng: np.random.Generator
) -> list[tuple[Presence, int, bool]]:
    last = parameters.days * MINUTES_OF_DAY
    found: list[tuple[Presence, int, bool]] = []
    for presence in presences:
        years = (last - presence.from_minute) / (365 * MINUTES_OF_DAY)
        for rate, dismisses in ((parameters.curious, False), (parameters.dismissals, True)):
            for _ in range(int(rng.poisson(rate * presence.eagerness * years))):
                found.append((presence, int(rng.integers(presence.from_minute, last)), dismisses))
    return sorted(found, key=lambda moment: (moment[1], moment[0].citizen, moment[2]))


def _idle(
    citizen: int, item: int, minute: int, thread: int, dismisses: bool, rng: np.random.Generator
) -> list[Step]:
    if dismisses:
        return [Step(citizen, item, InteractionType.DISMISS, _CLIENT, minute, thread)]
    kind = (InteractionType.VIEW, InteractionType.CLICK, InteractionType.ASK)[
        int(rng.choice(3, p=(0.6, 0.25, 0.15)))
    ]
    origin = _SERVER if kind is InteractionType.ASK else _CLIENT
    steps = [Step(citizen, item, kind, origin, minute, thread)]
    if rng.random() < 0.1:
        steps.append(Step(citizen, item, InteractionType.OPEN_LINK, _CLIENT, minute + 3, thread))
    return steps
