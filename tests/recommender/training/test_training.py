"""A training: what is learned, what is accepted, what is refused; nothing changes before its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from core.catalogue.models import ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from core.database.engine import reading, writing
from core.errors import NotFound
from core.jobs.models import Cancelled
from recommender.models import InteractionType
from recommender.training import kept
from recommender.training.learned import Learned
from recommender.training.models import Diverged, State, TooLittle
from recommender.training.tables import recommender_model, recommender_model_chunk
from tests.recommender.training.town import Deed, FreeRun, Quick, Town


def test_a_model_that_is_good_enough_serves(town: Town) -> None:
    town.live()
    run = FreeRun(town.engine)
    made = town.train(run)
    assert (made.state, made.in_use, made.reason, made.version) == (State.ACCEPTED, True, "", "m1")
    assert town.in_use() == made
    figures = made.card["metrics"]["ndcg@5"]
    assert figures["model"]["mean"] > figures["popularity"]["mean"]
    assert made.card["differences"]["popularity"]["low"] > 0
    assert made.card["sizes"] == {"citizens": 150, "items": 32, "interactions": 600}
    assert [one["parameters"] for one in made.card["grid"]] == [{}, {"seed": 2}]
    assert run.notes[0] == "读取数据"
    assert run.notes[-1] == "已启用"


def test_it_learns_from_everything_in_the_end_and_is_tried_on_what_it_has_not_seen(town: Town) -> None:
    town.live()
    town.train()
    rows = [len(learned.users) for _, learned, _ in town.fit.fitted]
    versions = [version for version, _, _ in town.fit.fitted]
    assert versions == ["trial", "trial", "trial", "m1"]
    assert rows[0] == rows[1] < rows[2] < rows[3] == 600


def test_nothing_or_too_little_is_refused_and_changes_nothing(town: Town) -> None:
    with pytest.raises(TooLittle, match="0 interactions"):
        town.train()
    town.live(citizens=19, deeds=8)
    with pytest.raises(TooLittle, match="19 citizens"):
        town.train()
    town.live()
    before = town.train()
    town.told.deeds = town.told.deeds[:50]
    with pytest.raises(TooLittle, match="50 interactions"):
        town.train()
    assert town.in_use() == before


def test_where_nobody_did_anything_new_lately_nothing_can_be_told(town: Town) -> None:
    town.live(days=1)
    item = town.items["item-0"]
    town.wait(30)
    town.told.deeds += [
        Deed("c1", item, InteractionType.ASK, town.clock.now()) for _ in range(400)
    ]  # fmt: skip
    with pytest.raises(TooLittle, match="did something new lately"):
        town.train()


def test_one_that_is_worse_than_what_is_popular_is_kept_as_rejected(town: Town) -> None:
    town.live()
    good = town.train()
    town.fit.spoil = lambda together: -together
    town.wait(1)
    bad = town.train()
    assert (bad.state, bad.in_use, bad.size) == (State.REJECTED, False, None)
    assert "不如热门事项" in bad.reason
    assert town.in_use() == good
    assert bad.card["differences"]["popularity"]["high"] < 0


def test_one_that_is_worse_than_the_one_in_use_is_rejected(town: Town) -> None:
    town.live()
    good = town.train()
    town.wait(30)
    town.live(deeds=4, since=town.clock.now() - (town.clock.now() - good.created) / 2)

    def forgetful(together: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.tile(together.sum(axis=0), (len(together), 1))

    town.fit.spoil = forgetful
    bad = town.train()
    assert bad.state is State.REJECTED
    assert "正在使用的模型" in bad.reason
    assert town.in_use() == good


def test_the_one_in_use_is_not_held_against_it_on_what_it_has_learned_from(town: Town) -> None:
    town.live()
    town.train()
    town.wait(1)
    again = town.train()
    assert again.in_use
    assert "in_use" not in again.card["differences"]
    town.wait(10)
    town.live(deeds=4, days=9)
    compared = town.train()
    assert "in_use" in compared.card["differences"]
    assert compared.card["held_out_from"] >= again.card["window"]["until"]


def backwards(together: NDArray[np.float64]) -> NDArray[np.float64]:
    return -together


def lived_on(town: Town, days: float = 30) -> None:
    """As many days of the same life again, which no model has learned from."""
    town.wait(days)
    town.live(citizens=150, since=town.clock.now() - timedelta(days=days - 1))


def test_a_model_in_use_that_is_worse_than_what_is_popular_serves_no_longer(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.live()
    first = town.train()
    spoilt(town, monkeypatch, first.number)
    lived_on(town)
    town.fit.spoil = backwards
    run = FreeRun(town.engine)
    refused = town.train(run)
    assert refused.state is State.REJECTED
    assert town.in_use() is None
    assert run.notes[-1] == "未采用"
    with reading(town.engine) as connection:
        withdrawn = kept.one(connection, first.number)
    assert (withdrawn.state, withdrawn.size) == (State.REJECTED, None)
    assert "效果不如热门事项" in withdrawn.reason


def test_a_run_that_has_lost_its_job_withdraws_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.live()
    first = town.train()
    spoilt(town, monkeypatch, first.number)
    lived_on(town)
    town.fit.spoil = backwards

    class Lost(FreeRun):
        @contextmanager
        def step(self, done: int, total: int, note: str = "") -> Iterator[Connection]:
            self.cancelled = note == "未采用"
            with super().step(done, total, note) as connection:
                yield connection

    with pytest.raises(Cancelled):
        town.train(Lost(town.engine))
    used = town.in_use()
    assert used is not None
    assert (used.number, used.state) == (first.number, State.ACCEPTED)


def test_what_was_found_worse_than_popular_is_not_gone_back_to(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.live()
    first = town.train()
    spoilt(town, monkeypatch, first.number)
    lived_on(town)
    assert town.train().in_use
    with pytest.raises(NotFound), writing(town.engine) as connection:
        kept.roll_back(connection, town.clock.now(), 90)


def spoilt(town: Town, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """What is kept of a model ranks the wrong way round from now on."""
    monkeypatch.setattr(kept, "artefact", partial(_backwards, kept.artefact, number))


def _backwards(artefact: Callable[[Connection, int], bytes], number: int, *given: Any) -> bytes:
    whole = artefact(*given)
    if given[1] != number:
        return whole
    told = json.loads(whole)
    return json.dumps({**told, "together": (-np.array(told["together"])).tolist()}).encode()


def test_a_model_that_has_expired_keeps_no_new_one_from_serving(town: Town) -> None:
    town.live()
    good = town.train()
    lived_on(town, 31)
    town.fit.spoil = lambda together: np.tile(together.sum(axis=0), (len(together), 1))
    assert town.train(model_days=60).state is State.REJECTED
    made = town.train(model_days=30)
    assert made.in_use
    assert "in_use" not in made.card["differences"]
    assert made.card["tuned_at"] != good.card["tuned_at"]


def test_what_is_popular_is_compared_on_the_latest_fifth_whatever_the_one_in_use_has_seen(
    town: Town,
) -> None:
    town.live()
    town.train()
    town.wait(2)
    town.live(citizens=60, deeds=2, since=town.clock.now() - timedelta(days=1))
    made = town.train()
    times = sorted(one.occurred_at for one in town.told.deeds)
    latest = times[round(len(times) * 0.8)]
    assert made.card["held_out_from"] == latest.isoformat()
    lately = made.card["since_in_use"]
    assert lately["held_out_from"] > made.card["held_out_from"]
    assert set(lately["metrics"]["ndcg@5"]) == {"model", "popularity", "in_use"}
    assert set(made.card["metrics"]["ndcg@5"]) == {"model", "popularity"}
    tried, again = (one["metrics"]["ndcg@5"]["popularity"]["citizens"] for one in (made.card, lately))
    assert tried > again
    assert {"popularity", "in_use", "in_use_popularity"} == set(made.card["differences"])


def test_where_too_few_came_since_the_one_in_use_is_not_compared_and_the_new_one_is_made(town: Town) -> None:
    town.live()
    town.train()
    town.wait(2)
    # Many who come again, and do nothing new.
    again = {one.citizen: one for one in town.told.deeds if int(one.citizen[1:]) < 40}.values()
    town.told.deeds += [replace(one, occurred_at=town.clock.now()) for one in again]
    made = town.train()
    assert made.in_use
    assert set(made.card["differences"]) == {"popularity"}


def test_facts_told_after_the_cut_are_not_known_at_it(town: Town) -> None:
    town.live()
    early, now = town.clock.now() - timedelta(days=40), town.clock.now()
    town.told.tell(("c1", "age", 33), at=early)
    town.told.tell(("c1", "married", True), at=now)
    town.train()
    told = [
        [facts for facts in learned.facts if facts] for version, learned, _ in town.fit.fitted
    ]  # fmt: skip
    assert told == [[{"age": 33}]] * 3 + [[{"age": 33, "married": True}]]


def test_parameters_that_diverge_are_left_out_and_the_others_chosen_from(town: Town) -> None:
    town.live()
    fit = town.fit

    def diverges(learned: Learned, parameters: Mapping[str, float], *rest: Any) -> Quick:
        if parameters.get("seed") == 2:
            raise Diverged("no numbers")
        made = fit(learned, parameters, *rest)
        # The other way to diverge is seen by its scores.
        made._together = made._together * (np.nan if parameters.get("seed") == 3 else 1)
        return made

    grid = ({"seed": 2}, {"seed": 3}, {"seed": 4})
    with pytest.raises(Diverged):
        town.train(fit=diverges, grid=grid[:2])
    made = town.train(fit=diverges, grid=grid)
    assert made.in_use
    assert made.card["parameters"] == {"seed": 4}
    assert [one["ndcg@5"] is None for one in made.card["grid"]] == [True, True, False]


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_what_is_no_number_is_refused(town: Town, number: float) -> None:
    town.live()
    before = town.train()
    town.wait(1)

    def spoil(version: str) -> None:
        if version.startswith("m"):
            town.fit.spoil = lambda together: together + number

    town.fit.before = spoil
    with pytest.raises(Diverged):
        town.train()
    assert town.in_use() == before


def test_whoever_leaves_while_parameters_are_chosen_is_not_learned_of(town: Town) -> None:
    town.live()
    town.told.tell(("c1", "age", 33), ("c2", "disabled", True), ("c2", "married", True), at=town.clock.now())

    def leave(version: str) -> None:
        town.told.forget("c1")

    town.fit.before = leave
    made = town.train()
    _, learned, _ = town.fit.fitted[-1]
    assert learned.citizens == 149
    assert [facts for facts in learned.facts if facts] == [{"married": True}]
    assert made.card["sizes"]["citizens"] == 149


def test_the_card_tells_of_made_up_citizens(town: Town) -> None:
    town.live()
    assert town.train().card["made_up_citizens"] == 0
    town.told.deeds = [
        replace(one, citizen=f"sim-1-{one.citizen}") if int(one.citizen[1:]) < 30 else one
        for one in town.told.deeds
    ]
    assert town.train().card["made_up_citizens"] == 30


def test_nobody_is_named_in_what_is_kept(town: Town) -> None:
    town.live()
    town.told.deeds = [
        Deed(f"citizen-secret-{one.citizen}", one.item_id, one.type, one.occurred_at)
        for one in town.told.deeds
    ]
    made = town.train()
    with reading(town.engine) as connection:
        whole = kept.artefact(connection, made.number)
        told = json.dumps([dict(made.card), made.reason, kept.items_of(connection, made.number)])
    assert b"secret" not in whole
    assert "secret" not in told


def test_sensitive_items_are_not_learned_of(town: Town) -> None:
    town.live()
    hidden = ServiceItem(external_id="item-0", name="残疾人证", theme="主题0", sensitive=True)
    CatalogueWrites(town.engine).put(hidden, [], Status.PUBLISHED)
    town.train()
    _, learned, _ = town.fit.fitted[-1]
    assert town.items["item-0"] not in learned.catalogue.ids
    assert len(learned.catalogue.ids) == 31


def test_parameters_are_chosen_anew_after_some_days_those_in_use_among_them(town: Town) -> None:
    town.live()
    first = town.train()
    town.wait(1)
    second = town.train()
    assert "grid" not in second.card
    assert second.card["tuned_at"] == first.card["tuned_at"]
    assert "grid" in town.train(tune=True).card
    town.wait(8)
    grid = [one["parameters"] for one in town.train(grid=({"seed": 9},)).card["grid"]]
    assert grid == [first.card["parameters"], {"seed": 9}]


def test_a_cancelled_training_changes_nothing_wherever_it_is(town: Town) -> None:
    town.live()
    before = town.train()
    town.wait(1)
    run = FreeRun(town.engine)

    def cancel(version: str) -> None:
        run.cancelled = version.startswith("m")

    town.fit.before = cancel
    with pytest.raises(Cancelled):
        town.train(run)
    assert town.in_use() == before
    town.fit.before = lambda version: None
    assert town.train().in_use
    with reading(town.engine) as connection:
        states = connection.execute(select(recommender_model.c.state)).scalars().all()
        assert set(states) == {State.ACCEPTED}


def test_of_old_models_the_last_five_can_be_gone_back_to(town: Town) -> None:
    town.live()
    for _ in range(7):
        town.train()
    with reading(town.engine) as connection:
        found = kept.models(connection)
        assert [one.number for one in found if one.can_serve] == [7, 6, 5, 4, 3]
        models = select(func.count(recommender_model_chunk.c.model.distinct()))
        assert connection.execute(models).scalar() == 5
