"""Each step of making a list: where proposals come from, what they add up to, and what is said of them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from core.catalogue.rules import parse_rule
from core.errors import BadInput, Unavailable
from core.settings import RECOMMENDER_SOURCES
from recommender.models import CitizenState, Interaction, InteractionType, Origin, Recommended
from recommender.serving.explaining import explained
from recommender.serving.recipe import SOURCES, Recipe, recipe
from recommender.serving.traits import papers

NOBODY_KNOWN = CitizenState(personalized=True)


def offered(found: Recommended) -> dict[int, str]:
    """Reasons by item."""
    return {one.item.id: one.reason for one in found.items}


@pytest.fixture
def item(made: dict[str, Any]) -> Any:
    return made["item"]


@pytest.fixture
def act(made: dict[str, Any]) -> Any:
    return made["act"]


def modelled(made: dict[str, Any], scores: dict[int, float], **more: Any) -> Any:
    """A model that gives these scores."""
    ids, values = np.array(list(scores)), np.array(list(scores.values()), dtype=np.float32)
    return made["ranker"](ids, values, **more)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (InteractionType.ASK, "因为您问过“事项1”"),
        (InteractionType.VIEW, "因为您看过“事项1”"),
        (InteractionType.FINISH, "因为您办过“事项1”"),
    ],
)
def test_the_model_s_proposal_tells_what_it_is_owed_to(
    made: dict[str, Any], item: Any, act: Any, kind: InteractionType, reason: str
) -> None:
    ranker = modelled(made, {1: 0.0, 2: 1.0, 3: -1.0}, causes=[(1, 0.9)])
    scene = made["scene"](item(1), item(2), item(3), models=ranker)
    found = scene.recommend(CitizenState(personalized=True, recent=(act(1, kind),)), 1)
    assert offered(found) == {2: reason}
    assert (found.items[0].source, found.model) == ("lightfm", "m1")
    assert ranker.seen[0][0][0][0] == 1


def test_the_model_counts_the_more_the_more_was_done(made: dict[str, Any], item: Any, act: Any) -> None:
    items = [item(number, theme="甲" if number in (1, 2) else f"其他{number}") for number in range(1, 12)]
    scores = {number: 3.0 if number == 3 else 0.0 for number in range(1, 12)}
    scene = made["scene"](*items, models=modelled(made, scores))
    few = scene.recommend(CitizenState(personalized=True, recent=(act(1),)), 2)
    acts = tuple(act(number) for number in (1, 5, 6, 7, 8, 9, 10))
    many = scene.recommend(CitizenState(personalized=True, recent=acts), 2)
    by_model = [{one.item.id: one.score for one in found.items}[3] for found in (few, many)]
    assert by_model[1] > 1.5 * by_model[0]


def test_a_score_that_is_no_number_is_left_out(made: dict[str, Any], item: Any, act: Any) -> None:
    ranker = modelled(made, {1: 0.0, 2: float("nan"), 3: float("inf"), 4: 1.0, 5: 0.5})
    scene = made["scene"](*(item(number) for number in range(1, 6)), models=ranker)
    found = scene.recommend(CitizenState(personalized=True, recent=(act(1),)), 1)
    assert list(offered(found)) == [4]


def test_a_model_that_fails_leaves_the_other_sources(made: dict[str, Any], item: Any, act: Any) -> None:
    ranker = modelled(made, {1: 1.0}, error=ValueError("broken"))
    scene = made["scene"](item(1, life_events=("生育",)), item(2, life_events=("生育",)), models=ranker)
    found = scene.recommend(CitizenState(personalized=True, recent=(act(1),)))
    assert offered(found) == {2: "与“出生”这件事常一起办"}
    assert found.model is None


def test_a_source_that_fails_is_told_once_for_each_model_and_without_a_citizen_s_values(
    made: dict[str, Any], item: Any, act: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ranker = modelled(made, {1: 1.0}, error=ValueError("age=83"))
    recommender = made["scene"](item(1), item(2), models=ranker).recommender
    state = CitizenState(personalized=True, facts={"age": 83}, recent=(act(1),))
    at = act(1).occurred_at
    with caplog.at_level(logging.WARNING):
        for version in ("m1", "m1", "m2", "m2"):
            ranker.version = version
            recommender.recommend(state, 3, at.date(), at)
    told = [vars(record) for record in caplog.records if record.__dict__.get("source") == "lightfm"]
    assert [one["model"] for one in told] == ["m1", "m2"]
    assert "age=83" not in str(told)


def test_what_the_model_finds_alike_is_owed_to_the_item_asked_about(
    made: dict[str, Any], item: Any, act: Any
) -> None:
    ranker = modelled(made, {1: 0.0}, pairs={1: [(3, 0.8)]})
    scene = made["scene"](item(1, theme="甲"), item(2, theme="甲"), item(3, theme="乙"), models=ranker)
    state = CitizenState(personalized=True, recent=(act(1),))
    assert offered(scene.recommend(state, 1, only_sources=["similar"])) == {3: "因为您问过“事项1”"}
    # Of one that is only looked at nothing is claimed that was done.
    looked = scene.recommend(NOBODY_KNOWN, 1, context=(1,), only_sources=["similar"])
    assert offered(looked) == {3: "与“事项1”相关"}


def test_what_is_unknown_to_the_model_is_likened_by_its_content(
    made: dict[str, Any], item: Any, act: Any
) -> None:
    ranker = modelled(made, {9: 0.0})
    scene = made["scene"](
        item(1, theme="甲", agency="一局"),
        item(2, theme="乙", agency="一局"),
        item(3, theme="甲", agency="二局"),
        models=ranker,
    )
    found = scene.recommend(CitizenState(personalized=True, recent=(act(1),)))
    assert [one.source for one in found.items] == ["similar", "fallback"]
    assert list(offered(found)) == [3, 2]


def test_sensitive_items_lead_to_nothing(made: dict[str, Any], item: Any, act: Any) -> None:
    scene = made["scene"](
        item(1, sensitive=True, life_events=("离婚",), theme="甲"), item(2, life_events=("离婚",), theme="甲")
    )
    found = scene.recommend(CitizenState(personalized=True, recent=(act(1),)), context=(1,))
    assert [one.source for one in found.items] == ["fallback"]


def test_what_was_rated_badly_leads_to_nothing(made: dict[str, Any], item: Any) -> None:
    scene = made["scene"](item(1, theme="甲"), item(2, theme="甲"))
    at = made["act"](1).occurred_at
    bad = Interaction("e", 1, InteractionType.RATE, Origin.CLIENT, at, value=1)
    found = scene.recommend(CitizenState(personalized=True, recent=(bad,)))
    assert [one.source for one in found.items] == ["fallback"]


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({"990101": {2: 40.0}}, "东区近期很多人关注"),
        ({"990101": {2: 3.0}}, "东区近期有人关注"),
        ({None: {2: 40.0}}, "近期很多人关注"),
    ],
)
def test_what_is_popular_says_where_and_how_much(
    made: dict[str, Any], item: Any, counts: dict[str | None, dict[int, float]], reason: str
) -> None:
    scene = made["scene"](item(1), item(2), popularity=made["popularity"](counts))
    assert offered(scene.recommend(CitizenState(region="990101"), 1)) == {2: reason}


def test_popularity_that_fails_leaves_the_list_of_common_items(made: dict[str, Any], item: Any) -> None:
    failing = made["popularity"](error=Unavailable("redis"))
    scene = made["scene"](item(1, importance=3), item(2, importance=9), popularity=failing)
    assert list(offered(scene.recommend(CitizenState())).items()) == [(2, "常见事项"), (1, "常见事项")]


def test_a_new_item_is_offered_and_a_new_catalogue_is_no_news(made: dict[str, Any], item: Any) -> None:
    since = made["act"](1, days_ago=3).occurred_at
    old = [item(number, importance=9) for number in range(1, 9)]
    fresh = item(20, since=since)
    assert offered(made["scene"](*old, fresh).recommend(CitizenState(), 1)) == {20: "新上线的服务"}
    imported = [item(number, since=since) for number in range(1, 9)]
    assert set(offered(made["scene"](*imported).recommend(CitizenState())).values()) == {"常见事项"}
    later = item(20, since=since - timedelta(days=40))
    assert 20 not in offered(made["scene"](*old, later).recommend(CitizenState(), 1))


def test_less_known_conditions_put_an_item_behind(made: dict[str, Any], item: Any) -> None:
    told = {"fact": "married", "op": "eq", "value": True}
    untold = {"fact": "insured", "op": "eq", "value": True}
    scene = made["scene"](
        item(1, life_events=("结婚",), rule=parse_rule({"all": [told, untold]})),
        item(2, life_events=("结婚",), rule=parse_rule(told)),
        item(3, life_events=("结婚",), rule=parse_rule({"not": told})),
    )
    state = CitizenState(personalized=True, facts={"married": True}, life_events=("结婚",))
    found = scene.recommend(state)
    assert [one.item.id for one in found.items] == [2, 1]
    assert found.items[1].assessment.verdict.missing == ("insured",)


def test_what_is_for_companies_comes_once_unless_one_is_asked_about(
    made: dict[str, Any], item: Any, act: Any
) -> None:
    company = {"audience": ("法人",), "life_events": ("创业",)}
    items = [item(number, **company) for number in range(1, 5)]
    scene = made["scene"](*items, *(item(number) for number in range(10, 15)))
    told = scene.recommend(CitizenState(personalized=True, life_events=("创业",)))
    assert sum(one.item.audience == ("法人",) for one in told.items) == 1
    asked = scene.recommend(CitizenState(personalized=True, recent=(act(1),)))
    assert sum(one.item.audience == ("法人",) for one in asked.items) == 3
    nobody = scene.recommend(CitizenState())
    assert sum(one.item.audience == ("法人",) for one in nobody.items) == 0


def test_what_was_withdrawn_a_moment_ago_gives_its_place_to_the_next(made: dict[str, Any], item: Any) -> None:
    scene = made["scene"](*(item(number, importance=20 - number) for number in range(1, 8)))
    scene.items.hidden = {1, 3}
    assert list(offered(scene.recommend(CitizenState(), 3))) == [2, 4, 5]
    assert scene.items.asked == [(1, 2, 3), (2, 4, 5)]


def test_a_list_of_a_catalogue_that_changed_meanwhile_is_made_anew(made: dict[str, Any], item: Any) -> None:
    scene = made["scene"](*(item(number, importance=20 - number) for number in range(1, 5)))
    changed = scene.items.traits | {
        1: item(1, importance=19, theme="乙"),
        3: item(3, importance=17, theme="乙"),
    }

    def shown(items: Any, *_: Any) -> frozenset[int]:
        scene.items.traits = changed
        return frozenset(one.id for one in items if one is changed[one.id])

    scene.items.shown = shown
    state = CitizenState(dismissed_themes=frozenset({"乙"}))
    assert list(offered(scene.recommend(state, 2))) == [2, 4]


@pytest.mark.parametrize(
    ("known", "personal"),
    [
        ({}, False),
        ({"dismissed_items": frozenset({1})}, False),
        ({"facts": {"age": 30}}, False),
        ({"facts": {"married": True}}, True),
        ({"facts": {"married": False}}, True),
        ({"facts": {"district": "990101"}}, True),
        ({"life_events": ("结婚",)}, True),
        ({"life_events": ("退休",)}, False),
    ],
)
def test_only_what_owes_something_to_the_citizen_is_called_personal(
    made: dict[str, Any], item: Any, known: dict[str, Any], personal: bool
) -> None:
    rule = parse_rule({"fact": "married", "op": "eq", "value": True})
    scene = made["scene"](item(1), item(2, life_events=("结婚",), rule=rule), item(3))
    assert scene.recommend(CitizenState(personalized=True, **known)).personalized is personal
    assert not scene.recommend(CitizenState(**known)).personalized


def test_only_the_named_sources_take_part(made: dict[str, Any], item: Any) -> None:
    scene = made["scene"](
        item(1, life_events=("结婚",)), item(2), popularity=made["popularity"]({None: {2: 50.0}})
    )
    state = CitizenState(personalized=True, life_events=("结婚",))
    assert list(offered(scene.recommend(state, 1))) == [1]
    assert list(offered(scene.recommend(state, 1, only_sources=["popular"]))) == [2]
    scene.recipe = recipe("popular")
    assert list(offered(scene.recommend(state, 1))) == [2]


@pytest.mark.parametrize("order", ["", "popular,popular", "popular,astrology"])
def test_a_recipe_of_wrong_sources_is_refused(order: str) -> None:
    with pytest.raises(BadInput, match="life_event"):
        recipe(order)


def test_the_setting_knows_every_source() -> None:
    assert RECOMMENDER_SOURCES == tuple(SOURCES) == Recipe().order


@pytest.mark.parametrize(
    ("result", "names"),
    [
        ("《出生医学证明》正页、副页", ("出生医学证明",)),
        ("预防接种证（纸质和电子）", ("预防接种证",)),
        ("参保登记回执和医保电子凭证", ("参保登记回执", "医保电子凭证")),
        ("中华人民共和国社会保障卡（第三代）", ("社会保障卡", "第三代")),
        ("", ()),
    ],
)
def test_papers_are_named_in_what_one_gets(result: str, names: tuple[str, ...]) -> None:
    assert papers(result) == names


def test_an_explanation_tells_every_step(made: dict[str, Any], item: Any) -> None:
    scene = made["scene"](item(1, life_events=("结婚",)), item(2, sensitive=True), item(3))
    state = CitizenState(personalized=True, life_events=("结婚",), dismissed_items=frozenset({3}))
    recommender = scene.recommender
    at = made["act"](1).occurred_at
    told = explained(recommender, recommender.course(state, 5, at.date(), at))
    assert told["excluded"]["sensitive"] == {"n": 1, "first": ["i2"]}
    assert told["excluded"]["dismissed"] == {"n": 1, "first": ["i3"]}
    assert told["sources"]["life_event"]["best"] == [{"external_id": "i1", "score": 1.0, "adds": 0.9}]
    assert [(one["external_id"], one["source"]) for one in told["chosen"]] == [("i1", "life_event")]
