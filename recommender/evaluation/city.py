"""Recommending in a made-up city, by time: what is offered just before citizens act, against popularity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.catalogue.models import ServiceItem
from recommender.evaluation.contenders import Contender, NoModels, Ours, Popular
from recommender.evaluation.moments import HORIZON_DAYS, Moment, moments
from recommender.evaluation.resampling import DRAWS, LEVEL, Resampling
from recommender.evaluation.stage import Stage
from recommender.simulation.citizens import AGE_BANDS, age_band
from recommender.simulation.city import City
from recommender.simulation.fingerprint import fingerprint
from recommender.simulation.parameters import MINUTES_OF_DAY

K: Final = 5
# Citizens act on what is new to them from then on, as shares of the time; a model is trained at the first day
# of each part on all that was before.
FIRST_DAY: Final = 0.67
PARTS: Final = 3
OURS: Final = "weizheng"
# Ours has to be ahead of the first one; the others tell what it owes to what.
AGAINST: Final = ("popular", "popular_in_city", "without_model")
NAMES: Final = (OURS, *AGAINST)
# Fewer citizens tell nothing; their band is reported, and decides nothing.
LEAST_CITIZENS: Final = 20
_DISCOUNTS: Final = 1 / np.log2(np.arange(K) + 2)
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Offer:
    """What each contender offered a citizen just before a moment, by its name.

    Attributes:
        past: How much was linked to the citizen by then.
        ndcg: nDCG@5 of each contender.
    """

    moment: Moment
    past: int
    items: Mapping[str, tuple[int, ...]]
    ndcg: Mapping[str, float]


def evaluate_city(
    city: City, guides: Mapping[int, ServiceItem] | None = None, on_progress: OnProgress | None = None
) -> dict[str, Any]:
    """Offers five items at each moment of the last third, and compares.

    Args:
        guides: The items' whole guides by number.
        on_progress: Told how many moments of how many are done.

    Returns: `{city, protocol, trainings, rows, differences, bands, lost, covers_zero}`, for JSON.
    """
    stage = Stage(city, guides or {})
    contenders = dict(zip(NAMES, _contenders(stage), strict=True))
    parts = _parts(city)
    total = sum(map(len, parts.values()))
    offers: list[Offer] = []
    trainings = []
    try:
        for minute, those in parts.items():
            stage.move_to(minute)
            trainings.append(stage.train())
            for moment in those:
                offers.append(_offer(moment, stage, contenders))
                if on_progress is not None:
                    on_progress(len(offers), total)
    finally:
        stage.close()
    return _result(city, offers, trainings)


def _contenders(stage: Stage) -> tuple[Contender, ...]:
    """In the order of `NAMES`."""
    return Ours(stage), Popular(stage), Popular(stage, everywhere=True), Ours(stage, NoModels())


def _parts(city: City) -> dict[int, list[Moment]]:
    """By the minute of each training: the moments until the next one."""
    first = int(city.parameters.days * FIRST_DAY)
    days = np.linspace(first, city.parameters.days - HORIZON_DAYS, PARTS + 1).astype(int).tolist()
    spans = pairwise(days)
    return {
        start * MINUTES_OF_DAY: moments(city, start * MINUTES_OF_DAY, end * MINUTES_OF_DAY)
        for start, end in spans
    }


def _offer(moment: Moment, stage: Stage, contenders: Mapping[str, Contender]) -> Offer:
    stage.move_to(moment.minute)
    state = stage.state(moment.citizen)
    items = {name: tuple(one.offered(state, K)) for name, one in contenders.items()}
    figures = {name: ndcg(offered, moment.relevant) for name, offered in items.items()}
    return Offer(moment, len(state.recent), items, figures)


def ndcg(offered: Sequence[int], relevant: frozenset[int]) -> float:
    """nDCG@5 with gains of 0 and 1."""
    gained = sum(_DISCOUNTS[rank] for rank, item in enumerate(offered[:K]) if item in relevant)
    return float(gained / _DISCOUNTS[: min(K, len(relevant))].sum())


def _result(city: City, offers: Sequence[Offer], trainings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    agreed = [one for one in offers if city.citizens[one.moment.citizen].personalize]
    whole = _compared(city, agreed)
    bands = [_band(city, kind, value, those) for kind, value, those in _bands(city, agreed)]
    others = [one for one in offers if not city.citizens[one.moment.citizen].personalize]
    bands.append(_band(city, "consent", "none", others))
    held = [one for one in bands if one["kind"] in ("district", "age") and one["citizens"] >= LEAST_CITIZENS]
    lost = [f"{one['kind']} {one['value']}" for one in held if _ahead(one)["high"] < 0]
    return {
        "city": {
            **asdict(city.parameters), "start": city.parameters.start.isoformat(),
            "fingerprint": fingerprint(city), "items": len(city.items), "interactions": len(city.steps),
        },
        "protocol": {
            "k": K, "horizon_days": HORIZON_DAYS, "level": LEVEL, "draws": DRAWS,
            "moments": len(agreed), "citizens": whole["citizens"],
        },
        "trainings": list(trainings),
        "rows": whole["rows"],
        "differences": whole["differences"],
        "bands": bands,
        "lost": lost,
        "covers_zero": whole["citizens"] == 0 or _ahead(whole)["low"] <= 0 <= _ahead(whole)["high"],
    }  # fmt: skip


def _ahead(compared: Mapping[str, Any]) -> Mapping[str, float]:
    """Interval of the difference that decides."""
    found: Mapping[str, float] = compared["differences"][AGAINST[0]]["ndcg"]
    return found


def _bands(city: City, offers: Sequence[Offer]) -> Iterable[tuple[str, str, list[Offer]]]:
    """Districts and age bands, then how much was known, which tells where a gain comes from."""
    for district in city.districts:
        those = [one for one in offers if city.citizens[one.moment.citizen].district == district.code]
        yield "district", district.code, those
    for number, (youngest, oldest) in enumerate(AGE_BANDS):
        those = [one for one in offers if _age(city, one) == number]
        yield "age", f"{youngest}-{oldest}", those
    for name, least, most in (("0", 0, 0), ("1-3", 1, 3), ("4-", 4, 10**6)):
        yield "past", name, [one for one in offers if least <= one.past <= most]


def _age(city: City, offer: Offer) -> int:
    return age_band(int(city.citizens[offer.moment.citizen].facts["age"]))


def _band(city: City, kind: str, value: str, offers: Sequence[Offer]) -> dict[str, Any]:
    return {"kind": kind, "value": value, "moments": len(offers), **_compared(city, offers)}


def _compared(city: City, offers: Sequence[Offer]) -> dict[str, Any]:
    """Figures of citizens, each the mean over their moments; intervals are over citizens."""
    by_citizen: dict[int, list[Offer]] = defaultdict(list)
    for one in offers:
        by_citizen[one.moment.citizen].append(one)
    if not by_citizen:
        return {"citizens": 0, "rows": [], "differences": {}}
    resampling = Resampling(len(by_citizen))
    values = {name: _values(by_citizen, name) for name in NAMES}
    offered = {name: _offered(city, by_citizen, name) for name in NAMES}
    able = sum(not item.sensitive for item in city.items)
    return {
        "citizens": len(by_citizen),
        "rows": [
            {
                "name": name,
                "ndcg": resampling.mean(values[name]).as_json(),
                "coverage": round(float(offered[name].any(axis=0).sum()) / able, 4),
            }
            for name in NAMES
        ],
        "differences": {
            name: {
                "ndcg": resampling.mean(values[OURS] - values[name]).as_json(),
                "coverage": resampling.coverage(offered[OURS], offered[name], able).as_json(),
            }
            for name in AGAINST
        },
    }


def _values(by_citizen: Mapping[int, Sequence[Offer]], name: str) -> NDArray[np.float64]:
    return np.array([np.mean([one.ndcg[name] for one in those]) for those in by_citizen.values()])


def _offered(city: City, by_citizen: Mapping[int, Sequence[Offer]], name: str) -> NDArray[np.bool_]:
    place = {item.id: number for number, item in enumerate(city.items)}
    found = np.zeros((len(by_citizen), len(city.items)), dtype=np.bool_)
    for row, those in enumerate(by_citizen.values()):
        found[row, [place[item] for one in those for item in one.items[name]]] = True
    return found
