"""The evaluation in a made-up city: what counts as right, that nothing of later is known, intervals."""

from __future__ import annotations

from datetime import date
from math import log2

import numpy as np
import pytest

from core.catalogue.rules import parse_rule
from recommender.evaluation.city import AGAINST, NAMES, K, evaluate_city, ndcg
from recommender.evaluation.contenders import NoModels, Ours
from recommender.evaluation.guides import as_data
from recommender.evaluation.moments import ACTED, HORIZON_DAYS, moments
from recommender.evaluation.resampling import Resampling
from recommender.evaluation.stage import Stage
from recommender.models import SPEAKING
from recommender.simulation.city import generate
from recommender.simulation.made import made_catalogue
from recommender.simulation.null import without_structure
from recommender.simulation.parameters import MINUTES_OF_DAY, CityParameters
from tests.recommender.simulation.small import REGIONS, small_city

FIRST, LAST = 200 * MINUTES_OF_DAY, 240 * MINUTES_OF_DAY


def test_ndcg_is_one_where_all_that_is_right_comes_first() -> None:
    assert ndcg([3, 4, 9, 8, 7], frozenset({3, 4})) == pytest.approx(1.0)
    assert ndcg([9, 3], frozenset({3})) == pytest.approx(1 / log2(3))
    assert ndcg([9, 8, 7, 6, 5, 3], frozenset({3})) == 0.0
    assert ndcg([], frozenset({3})) == 0.0


def test_an_interval_holds_its_mean_and_narrows_with_citizens() -> None:
    rng = np.random.default_rng(2)
    few, many = (Resampling(n).mean(rng.normal(0.2, 1.0, n)) for n in (40, 1600))
    assert few.low < few.value < few.high
    assert many.high - many.low < (few.high - few.low) / 4
    assert Resampling(30).mean(np.zeros(30)).as_json() == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_what_is_right_is_new_within_a_month_and_could_be_offered() -> None:
    city = small_city()
    numbers = {item.id: number for number, item in enumerate(city.items)}
    found = moments(city, FIRST, LAST)
    assert len(found) > 20
    for one in found:
        assert FIRST <= one.minute < LAST
        before = {s.item for s in city.steps if s.citizen == one.citizen and s.minute < one.minute}
        end = one.minute + HORIZON_DAYS * MINUTES_OF_DAY
        after = {
            s.item
            for s in city.steps
            if s.citizen == one.citizen and one.minute <= s.minute < end and s.type in ACTED
        }
        relevant = {numbers[item] for item in one.relevant}
        assert relevant <= after - before
        assert not any(city.items[item].sensitive for item in relevant)
        assert all(city.published[item] <= one.minute for item in relevant)
    days = [(one.citizen, one.minute // MINUTES_OF_DAY) for one in found]
    assert len(days) == len(set(days))


def test_on_the_stage_nothing_of_later_is_known() -> None:
    city = small_city(citizens=150)
    stage = Stage(city, {})
    try:
        stage.move_to(FIRST)
        for number, one in enumerate(city.citizens):
            past = [
                step for step in city.steps
                if step.citizen == number and step.minute < FIRST and not city.items[step.item].sensitive
            ]  # fmt: skip
            state = stage.state(number)
            if not one.personalize:
                assert (state.personalized, state.recent, state.facts) == (False, (), {})
                continue
            kept = [step for step in past if step.type in SPEAKING]
            assert sorted(i.item_id for i in state.recent) == sorted(city.items[s.item].id for s in kept)
            facts = {told.name: told.value for told in one.told if told.minute < FIRST}
            assert dict(state.facts) == facts
        there = {item.id for item, minute in zip(city.items, city.published, strict=True) if minute < FIRST}
        assert set(stage.items.all()) == there
        assert stage.items.all()[city.items[0].id].rule == city.items[0].rule
    finally:
        stage.close()


def test_in_a_small_city_with_structure_a_model_is_taken_and_changes_what_is_offered() -> None:
    city = small_city(
        days=300, newcomers=0.0, personalize=1.0, portal=1.0, curious=0.5, asks=1.0, mistake=0.0
    )
    stage = Stage(city, {})
    try:
        stage.move_to(299 * MINUTES_OF_DAY)
        training = stage.train()
        assert training["taken"], training["reason"]
        assert training["differences"]["popularity"]["mean"] > 0
        assert stage.models.current() is not None
        ours, without = Ours(stage), Ours(stage, NoModels())
        active = sorted({step.citizen for step in city.steps[-200:]})[:40]
        states = [stage.state(number) for number in active]
        changed = [ours.offered(state, K) != without.offered(state, K) for state in states]
        assert sum(changed) > len(active) / 2
    finally:
        stage.close()


def test_rules_go_through_plain_data_and_back() -> None:
    data = {
        "all": [
            {"fact": "age", "op": "ge", "value": 18},
            {"not": {"any": [{"fact": "education", "op": "in", "value": ["master", "doctor"]}]}},
        ]
    }
    assert as_data(parse_rule(data)) == data


@pytest.mark.parametrize("null", [False, True])
def test_a_small_city_is_evaluated_with_intervals(null: bool) -> None:
    # Of so few citizens no model is made: what serves without one is measured.
    parameters = CityParameters(citizens=110, days=300, start=date(2026, 1, 1), newcomers=0.1)
    city = generate(made_catalogue(30, REGIONS), REGIONS, parameters)
    done: list[tuple[int, int]] = []
    found = evaluate_city(without_structure(city) if null else city, None, lambda *told: done.append(told))
    assert done[-1][0] == done[-1][1] > 10
    assert [row["name"] for row in found["rows"]] == list(NAMES)
    assert set(found["differences"]) == set(AGAINST)
    for row in found["rows"]:
        assert 0 <= row["ndcg"]["low"] <= row["ndcg"]["value"] <= row["ndcg"]["high"] <= 1
        assert 0 < row["coverage"] <= 1
    kinds = {band["kind"] for band in found["bands"]}
    assert kinds == {"district", "age", "past", "consent"}
    assert (
        sum(band["citizens"] for band in found["bands"] if band["kind"] == "district")
        == (found["protocol"]["citizens"])
    )
    assert len(found["trainings"]) == 3
    assert found["city"]["fingerprint"]
