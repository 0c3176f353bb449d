"""The made-up city: the same again, lawful, seasonal, with newcomers; and nothing of it in the null city."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from core.citizens.facts import FACTS, checked
from recommender.models import InteractionType, ItemTraits, Origin
from recommender.simulation.citizens import age_band, drawn_districts, drawn_facts
from recommender.simulation.city import City, generate
from recommender.simulation.fingerprint import fingerprint
from recommender.simulation.habits import drawn_habits, may_have
from recommender.simulation.happenings import LIFE_EVENTS
from recommender.simulation.lives import lived, needs_of
from recommender.simulation.made import made_catalogue
from recommender.simulation.null import without_structure
from recommender.simulation.parameters import MINUTES_OF_DAY, CityParameters
from tests.recommender.simulation.small import REGIONS, small_city

# Frozen before anything was tuned on the city: whoever changes the generator changes what was measured.
FROZEN = "ba21d6c3d21e1777370b91f8dd1d6c60765370796be481effe626f651fd5c918"


def test_the_generator_is_frozen() -> None:
    assert fingerprint(small_city(citizens=200, seed=7)) == FROZEN


def test_order_and_numbers_of_items_change_nothing() -> None:
    items = [
        ItemTraits(900 - item.id, item.external_id, item.name, item.region, item.agency, item.theme,
                   item.audience, item.life_events, item.sensitive, item.rule)
        for item in reversed(made_catalogue(60, REGIONS))
    ]  # fmt: skip
    other = generate(items, REGIONS[::-1], CityParameters(citizens=200, seed=7))
    assert fingerprint(other) == FROZEN


def test_another_seed_makes_another_city() -> None:
    assert fingerprint(small_city(citizens=200, seed=8)) != FROZEN


def test_a_city_needs_items_and_districts() -> None:
    with pytest.raises(ValueError, match="items and districts"):
        generate((), REGIONS, CityParameters())
    with pytest.raises(ValueError, match="items and districts"):
        generate(made_catalogue(3, REGIONS), (), CityParameters())


def test_every_citizen_has_every_fact_as_it_may_be_told() -> None:
    for citizen in small_city().citizens:
        assert set(citizen.facts) == set(FACTS)
        for name, value in citizen.facts.items():
            assert checked(name, value) == value
        for told in citizen.told:
            assert checked(told.name, told.value) == told.value


def test_nobody_tells_without_consent_nor_what_is_sensitive() -> None:
    citizens = small_city().citizens
    assert {citizen.personalize for citizen in citizens} == {True, False}
    assert all(not citizen.told for citizen in citizens if not citizen.profile_facts)
    assert all(citizen.personalize for citizen in citizens if citizen.profile_facts)
    assert not any(FACTS[told.name].sensitive for citizen in citizens for told in citizen.told)


def test_needs_keep_to_conditions_districts_and_audience() -> None:
    items, parameters = made_catalogue(60, REGIONS), CityParameters(mistake=0.0)
    rng = np.random.default_rng(3)
    districts = drawn_districts(REGIONS, rng)
    habits = drawn_habits(items, districts, parameters, rng)
    found = 0
    for number in range(150):
        happenings = lived(drawn_facts(districts, rng), None, parameters, rng)
        states = [facts for one in happenings for facts in (one.before, one.after)]
        for need in needs_of(number, happenings, items, habits, parameters, rng):
            found += 1
            assert may_have(items[need.item], *states)
            around = {items[need.item].region, items[need.item].region[:4] + "00"}
            assert {states[0]["district"], states[0]["work_district"], "990100"} & around
    assert found > 100


def test_nothing_happens_before_joining_or_publication_nor_after_the_end() -> None:
    city = small_city()
    for step in city.steps:
        assert city.citizens[step.citizen].joined <= step.minute < 365 * MINUTES_OF_DAY
        assert step.minute >= city.published[step.item] - 2
    assert 0 < (city.published > 0).sum() < len(city.items) / 3
    assert [step.minute for step in city.steps] == sorted(step.minute for step in city.steps)


def test_interactions_come_from_whom_they_may_come() -> None:
    allowed = {
        InteractionType.ASK: {Origin.SERVER},
        InteractionType.APPLY: {Origin.AGENCY, Origin.CLIENT},
        InteractionType.FINISH: {Origin.AGENCY},
    }
    for step in small_city().steps:
        assert step.origin in allowed.get(step.type, {Origin.CLIENT})
        assert (1 <= step.value <= 5) == (step.type is InteractionType.RATE)


def test_most_newcomers_leave_few_interactions() -> None:
    city = small_city()
    counts = Counter(step.citizen for step in city.steps)
    newcomers = [counts[n] for n, citizen in enumerate(city.citizens) if citizen.joined > 0]
    assert np.mean([citizen.joined > 0 for citizen in city.citizens]) == pytest.approx(0.35, abs=0.06)
    assert 1 <= np.median([count for count in newcomers if count]) <= 4


def test_schools_are_asked_for_before_summer_ends() -> None:
    school = next(event for event in LIFE_EVENTS if event.name == "school")
    parameters, rng = CityParameters(), np.random.default_rng(5)
    districts = drawn_districts(REGIONS, rng)
    lives = [lived(drawn_facts(districts, rng), None, parameters, rng) for _ in range(1500)]
    days = [one.day for life in lives for one in life if one.event is school]
    assert len(days) > 30
    assert np.mean([90 <= day < 245 for day in days]) > 0.6


def associations(city: City) -> tuple[float, float, float]:
    """p values of chi-square: item with district, with age band, and with the citizen's item before."""
    threads = {step.thread: step for step in city.steps}
    wishes = [step for step in threads.values() if city.published[step.item] == 0]
    rank = {item: place for place, (item, _) in enumerate(Counter(w.item for w in wishes).most_common())}
    kinds = [min(rank[wish.item], 14) for wish in wishes]
    home = [REGIONS.index(city.citizens[wish.citizen].district) for wish in wishes]
    band = [age_band(int(city.citizens[wish.citizen].facts["age"])) for wish in wishes]
    last: dict[int, int] = {}
    pairs = []
    for wish, kind in zip(wishes, kinds, strict=True):
        if wish.citizen in last:
            pairs.append((last[wish.citizen], kind))
        last[wish.citizen] = kind
    before, after = zip(*pairs, strict=True)
    return _p(home, kinds), _p(band, kinds), _p(before, after)


def _p(rows: list[int] | tuple[int, ...], columns: list[int] | tuple[int, ...]) -> float:
    table = np.zeros((max(rows) + 1, max(columns) + 1))
    np.add.at(table, (np.array(rows), np.array(columns)), 1)
    return float(chi2_contingency(table).pvalue)


def test_what_is_wished_for_hangs_on_district_age_and_the_wish_before() -> None:
    city = small_city(citizens=2500, published_later=0.0, curious=0.0, dismissals=0.0)
    assert max(associations(city)) < 1e-6


def test_in_the_null_city_nothing_hangs_on_anything() -> None:
    city = small_city(citizens=2500, published_later=0.0, curious=0.0, dismissals=0.0)
    null = without_structure(city)
    assert min(associations(null)) > 0.001


def _wishes(city: City) -> list[float]:
    """How many wish for each item."""
    wished = Counter({step.thread: step.item for step in reversed(city.steps)}.values())
    return [float(wished[item]) for item in range(len(city.items))]


def test_the_null_city_keeps_all_marginals() -> None:
    city = small_city()
    null = without_structure(city)
    assert null.citizens == city.citizens
    assert [(s.citizen, s.minute, s.type) for s in null.steps] == [
        (s.citizen, s.minute, s.type) for s in city.steps
    ]
    counts = [_wishes(one) for one in (city, null)]
    assert float(np.corrcoef(np.array(counts))[0, 1]) > 0.9
    assert not any(item.rule or item.life_events or item.theme or item.audience for item in null.items)
    assert all(step.minute >= null.published[step.item] for step in null.steps)
