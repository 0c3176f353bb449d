"""What holds for every list, whatever the catalogue, the citizen and the model are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalogue.regions import holds_for
from core.catalogue.rules import evaluate, parse_rule
from recommender.eligibility import assess_rule
from recommender.models import CitizenState, InteractionType, ItemTraits, Recommended

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REGIONS = ("000000", "990000", "990100", "990101", "990102", "440100")
THEMES = (None, "甲", "乙", "丙", "丁")
RULES = tuple(
    parse_rule(rule)
    for rule in (
        {"fact": "age", "op": "ge", "value": 60},
        {"not": {"fact": "married", "op": "eq", "value": True}},
        {"any": [{"fact": "age", "op": "le", "value": 20}, {"fact": "married", "op": "eq", "value": True}]},
    )
)
DAYS = st.one_of(st.none(), st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days)))
TRAITS = st.fixed_dictionaries(
    {
        "region": st.sampled_from(REGIONS),
        "theme": st.sampled_from(THEMES),
        "agency": st.sampled_from([None, "一局", "二局"]),
        "audience": st.sampled_from([("个人",), ("法人",), ("个人", "法人"), ()]),
        "life_events": st.lists(st.sampled_from(["生育", "出生", "结婚"]), max_size=2).map(tuple),
        "sensitive": st.booleans(),
        "rule": st.sampled_from([None, *RULES]),
        "importance": st.integers(0, 20),
        "valid_from": DAYS,
        "valid_to": DAYS,
    }
)
IDS = st.integers(1, 30)
STATES = st.fixed_dictionaries(
    {
        "personalized": st.booleans(),
        "facts": st.fixed_dictionaries(
            {},
            optional={"age": st.integers(0, 99), "married": st.booleans(), "business_owner": st.booleans()},
        ),
        "life_events": st.lists(st.sampled_from(["出生", "结婚", "没有"]), max_size=2).map(tuple),
        "done": st.frozensets(IDS, max_size=3),
        "dismissed_items": st.frozensets(IDS, max_size=3),
        "dismissed_themes": st.frozensets(st.sampled_from(["甲", "乙", "没有"]), max_size=1),
        "region": st.sampled_from([None, "990101", "440100"]),
    }
)
SCENES = st.fixed_dictionaries(
    {
        "items": st.lists(TRAITS, max_size=25),
        "state": STATES,
        "acts": st.lists(st.tuples(IDS, st.sampled_from(list(InteractionType))), max_size=4),
        "context": st.lists(IDS, max_size=2).map(tuple),
        "counts": st.dictionaries(IDS, st.floats(-1, 100) | st.just(float("nan")), max_size=10),
        "scores": st.one_of(st.none(), st.lists(st.floats(width=32), min_size=12, max_size=12)),
        "hidden": st.frozensets(IDS, max_size=2),
        "k": st.integers(1, 12),
    }
)


@pytest.fixture(scope="module")
def run(made: dict[str, Any]) -> Any:
    """One list of a drawn scene, and the scene."""

    def recommend(drawn: dict[str, Any]) -> tuple[Recommended, CitizenState, dict[int, ItemTraits]]:
        items = [made["item"](number, **one) for number, one in enumerate(drawn["items"], 1)]
        parts: dict[str, Any] = {"popularity": made["popularity"]({None: drawn["counts"]})}
        if drawn["scores"] is not None:
            ids = np.arange(3, 15)
            pairs = {item: [(3, 1.0), (14, 0.5), (99, 2.0)] for item in range(1, 6)}
            scores = np.array(drawn["scores"], dtype=np.float32)
            parts["models"] = made["ranker"](ids, scores, [(1, 1.0)], pairs)
        scene = made["scene"](*items, **parts)
        scene.items.hidden = set(drawn["hidden"])
        acts = tuple(made["act"](item, kind) for item, kind in drawn["acts"])
        state = CitizenState(recent=acts, **drawn["state"])
        found = scene.recommend(state, drawn["k"], context=drawn["context"])
        assert scene.recommend(state, drawn["k"], context=drawn["context"]) == found
        if not drawn["context"]:
            others = [CitizenState(), replace(state, region="990102")]
            many = scene.recommender.recommend_many([*others, state], drawn["k"], TODAY, NOW)
            assert many == [*(scene.recommend(one, drawn["k"]) for one in others), found]
        return found, state, {item.id: item for item in items}

    return recommend


@settings(max_examples=250, deadline=None)
@given(drawn=SCENES)
def test_nothing_that_is_kept_away_is_ever_offered(run: Any, drawn: dict[str, Any]) -> None:
    found, state, _ = run(drawn)
    facts = state.facts if state.personalized else {}
    assert len(found.items) <= drawn["k"]
    assert len({one.item.id for one in found.items}) == len(found.items)
    for one in found.items:
        item = one.item
        assert not item.sensitive
        assert item.id not in state.done | state.dismissed_items | drawn["hidden"] | set(drawn["context"])
        assert item.id not in {act.item_id for act in state.recent}
        assert item.theme not in state.dismissed_themes
        assert holds_for(item.region, state.region)
        assert state.region is not None or item.region.endswith("00")
        assert (item.valid_from or TODAY) <= TODAY <= (item.valid_to or TODAY)
        assert item.rule is None or evaluate(item.rule, facts).verdict != "not_eligible"
        assert one.reason
        assert one.score > 0


@settings(max_examples=250, deadline=None)
@given(drawn=SCENES)
def test_of_five_at_most_two_are_of_one_theme_while_there_are_others(run: Any, drawn: dict[str, Any]) -> None:
    drawn = {**drawn, "hidden": frozenset()}
    offered = [one.item for one in run(drawn)[0].items]
    everything = [one.item for one in run({**drawn, "k": 50})[0].items]
    for place, item in enumerate(offered):
        last = Counter(other.theme for other in offered[max(0, place - 4) : place])
        if item.theme is not None and last[item.theme] >= 2:
            left = [other for other in everything if other not in offered[:place]]
            fitting = [other for other in left if other.theme is None or last[other.theme] < 2]
            # What is for legal persons alone may have been one too many as well.
            assert [other for other in fitting if other.audience != ("法人",)] == []


@settings(max_examples=100, deadline=None)
@given(drawn=SCENES)
def test_without_consent_nothing_of_the_citizen_changes_the_list(run: Any, drawn: dict[str, Any]) -> None:
    plain = {"personalized": False, "region": drawn["state"]["region"]}
    nobody = {**drawn, "state": plain, "acts": [], "context": ()}
    known = {name: drawn["state"][name] for name in ("facts", "life_events")}
    found, state, _ = run({**nobody, "state": {**known, **plain}})
    # What was told is held against the conditions, but chooses and orders nothing.
    alone = run(nobody)[0].items
    assert [replace(one, assessment=None) for one in found.items] == [
        replace(one, assessment=None) for one in alone
    ]
    verdicts = [assess_rule(one.item.rule, state.facts).verdict.verdict for one in alone]
    assert [one.assessment.verdict.verdict for one in found.items] == verdicts
    assert not found.personalized
    assert found.model is None
    assert {one.source for one in found.items} <= {"popular", "new", "fallback"}
