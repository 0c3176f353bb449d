"""One run of a training, step by step."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Engine

from core.clock import Clock
from core.database.engine import reading
from core.errors import Unavailable
from core.jobs.models import Interrupted
from core.logs import defect
from recommender.evaluation.metrics import Measured
from recommender.ports import Ranker
from recommender.simulation.marks import PREFIX
from recommender.training import kept
from recommender.training.belonging import epoch_of, speaks_of
from recommender.training.deciding import LEAST_CITIZENS, Decision, Figures, decide
from recommender.training.holdout import Trial, cut_of, trials
from recommender.training.items import learned_items, published_items, vectoriser
from recommender.training.learned import Integers, Learned, LearnedItems
from recommender.training.measuring import Scorer, by_model, by_popularity, measured, told
from recommender.training.models import Diverged, State, StoredModel, TooLittle, version_of
from recommender.training.ports import Fitted, Run
from recommender.training.recipe import Parameters, Recipe
from recommender.training.window import Window, read_window

log = logging.getLogger(__name__)
LEAST_INTERACTIONS: Final = 100
LEAST_ITEMS: Final = 5
TUNED_EVERY: Final = timedelta(days=7)
SEED: Final = 42
# One model of LightFM tells as much of parameters as the mean of several.
_QUICK: Final = {"seeds": 1}
# Reading, the trial, the model itself, keeping it; and each of the grid where parameters are chosen.
_PARTS: Final = 4
_TRIED: Final = "trial"


class Attempt:
    """One run of one training.

    Args:
        run: Its job.
    """

    def __init__(self, engine: Engine, clock: Clock, recipe: Recipe, run: Run) -> None:
        self._engine = engine
        self._clock = clock
        self._recipe = recipe
        self._run = run
        self._began = clock.now()
        self._done, self._total = 0, _PARTS
        self._card: dict[str, Any] = {"seed": SEED}

    def made(self, *, tune: bool) -> StoredModel:
        """The model that came of it; raises as `Training.run` does."""
        self._run.progress(0, self._total, "读取数据")
        items, epoch = self._items()
        window = self._window(items)
        used, ranker = self._in_use(epoch)
        cut = cut_of(window.at, len(window))
        parameters = self._parameters(window, cut, used, tune=tune)
        decision = self._decided(window, cut, parameters, used, ranker)
        worse = (used.number, decision.withdrawn) if used is not None and decision.withdrawn else None
        if decision.is_accepted:
            return self._kept(epoch, items, parameters, worse)
        return self._rejected(epoch, decision.reason, worse)

    def _next(self, note: str) -> None:
        self._done += 1
        self._run.progress(self._done, self._total, note)

    def _items(self) -> tuple[LearnedItems, str]:
        with reading(self._engine) as connection:
            epoch, stored = epoch_of(connection), published_items(connection)
        if len(stored) < LEAST_ITEMS:
            raise TooLittle(f"{len(stored)} items are published, {LEAST_ITEMS} are needed")
        return learned_items(stored, vectoriser(self._recipe.embedder, self._run.check), SEED), epoch

    def _window(self, items: LearnedItems) -> Window:
        """What may be learned from at this moment: who has withdrawn or left by now is not in it."""
        until = self._clock.now()
        since = until - timedelta(days=self._recipe.window_days)
        with reading(self._engine) as connection:
            window = read_window(connection, self._recipe.sources, items, since, self._run.check)
        self._card["window"] = {"since": since.isoformat(), "until": until.isoformat()}
        self._card["sizes"] = {
            "citizens": len(window.citizens), "items": len(items.ids), "interactions": len(window),
        }  # fmt: skip
        self._card["made_up_citizens"] = sum(one.startswith(PREFIX) for one in window.citizens)
        if len(window) < LEAST_INTERACTIONS or len(window.citizens) < LEAST_CITIZENS:
            raise TooLittle(
                f"{len(window)} interactions of {len(window.citizens)} citizens:"
                f" {LEAST_INTERACTIONS} of {LEAST_CITIZENS} are needed. 可用于训练的行为数据太少。"
            )
        return window

    def _in_use(self, epoch: str) -> tuple[StoredModel | None, Ranker | None]:
        """The model that serves, and what it says, where that can be held against another."""
        try:
            with reading(self._engine) as connection:
                used = kept.in_use(connection)
                if used is None:
                    return None, None
                if used.is_expired(self._began, self._recipe.model_days):
                    return used, None
                ranker = self._recipe.read(kept.artefact(connection, used.number))
                names = kept.items_of(connection, used.number)
                if used.epoch != epoch and not speaks_of(connection, ranker.item_ids, names):
                    return None, None
                return used, ranker
        except (Unavailable, Interrupted):
            raise
        except Exception as error:
            log.warning("the model in use cannot be compared", extra=defect(error))
            return None, None

    def _parameters(self, window: Window, cut: int, used: StoredModel | None, *, tune: bool) -> Parameters:
        """Those in use for some days; then chosen anew, themselves among the choice."""
        chosen: Parameters | None = used.card["parameters"] if used else None
        tuned_at = datetime.fromisoformat(used.card["tuned_at"]) if used else self._began
        if chosen is None or tune or self._began - tuned_at >= TUNED_EVERY:
            chosen, tuned_at = self._chosen(window, cut, chosen), self._began
        self._card |= {"parameters": dict(chosen), "tuned_at": tuned_at.isoformat()}
        return chosen

    def _chosen(self, window: Window, end: int, chosen: Parameters | None) -> Parameters:
        first = [] if chosen is None else [chosen]
        grid = [*first, *(one for one in self._recipe.grid if one != chosen)]
        before, those = self._split(window, cut_of(window.at, end), end)
        if len(those) < LEAST_CITIZENS:
            # Too few to choose by; of those that remain it is seen whether the first will do.
            return grid[0]
        self._total += len(grid)
        tried = []
        for number, one in enumerate(grid, start=1):
            self._next(f"选择参数 {number}/{len(grid)}")
            tried.append({"parameters": dict(one), "ndcg@5": self._figure(before, those, one)})
        self._card["grid"] = tried
        means = [one["ndcg@5"]["mean"] if one["ndcg@5"] else -1.0 for one in tried]
        return grid[int(np.argmax(means))]

    def _figure(
        self, before: Learned, those: list[Trial], parameters: Parameters
    ) -> Mapping[str, float] | None:
        """How good a model of these parameters is; None where it diverges."""
        try:
            ranker = self._fitted(before, {**parameters, **_QUICK}, _TRIED)
        except Diverged as error:
            log.warning("parameters are left out", extra=defect(error))
            return None
        ids = before.catalogue.ids
        return told(self._measured(by_model(ranker, ids), those, ids).ndcg)

    def _split(self, window: Window, cut: int, end: int) -> tuple[Learned, list[Trial]]:
        """Rows before the cut, weighed as of then, and citizens who did something in the rows after it."""
        at = float(window.at[cut])
        before = window.part(0, cut, self._recipe.weights, at)
        after = window.part(cut, end, self._recipe.weights, float(window.at[end - 1]))
        return before, trials(before, after, SEED)

    def _decided(
        self,
        window: Window,
        cut: int,
        parameters: Parameters,
        used: StoredModel | None,
        ranker: Ranker | None,
    ) -> Decision:
        """Popularity on the latest rows; the model in use on those of them that it has not learned from."""
        self._next("检验效果")
        if used is None or ranker is None:
            since = cut
        else:
            until = datetime.fromisoformat(used.card["window"]["until"]).timestamp()
            since = max(cut, int(np.searchsorted(window.at, until, side="left")))
        latest = self._tried(window, cut, parameters, ranker if since == cut else None)
        if latest is None:
            raise TooLittle(
                f"fewer than {LEAST_CITIZENS} citizens did something new lately. 近期有新行为的市民太少。"
            )
        # A model that has learned as much as the one in use is held against it.
        unseen = self._tried(window, since, parameters, ranker) if since > cut else latest
        self._card |= self._told(window, cut, latest)
        if unseen is not None and since > cut:
            self._card["since_in_use"] = self._told(window, since, unseen)
        decision = decide(_ndcg(latest), _ndcg(unseen or latest))
        self._card["differences"] = decision.differences
        return decision

    def _tried(
        self, window: Window, cut: int, parameters: Parameters, used: Ranker | None
    ) -> dict[str, Measured] | None:
        """Figures on what came from a row on, of a model of the rest; None where too few did anything."""
        if len(np.unique(window.users[cut:])) < LEAST_CITIZENS:
            return None
        before, those = self._split(window, cut, len(window))
        if len(those) < LEAST_CITIZENS:
            return None
        ids = window.catalogue.ids
        ranker = self._fitted(before, parameters, _TRIED)
        found = {
            "model": self._measured(by_model(ranker, ids), those, ids),
            "popularity": self._measured(by_popularity(before), those, ids),
        }
        if used is not None:
            found["in_use"] = self._measured(by_model(used, ids), those, ids)
        return found

    def _told(self, window: Window, cut: int, found: Mapping[str, Measured]) -> dict[str, Any]:
        return {
            "metrics": {
                "ndcg@5": {name: told(one.ndcg) for name, one in found.items()},
                "recall@5": {name: told(one.recall) for name, one in found.items()},
            },
            "held_out_from": datetime.fromtimestamp(float(window.at[cut]), UTC).isoformat(),
        }

    def _measured(self, scorer: Scorer, those: list[Trial], ids: Integers) -> Measured:
        return measured(scorer, those, ids, self._run.check)

    def _fitted(self, learned: Learned, parameters: Parameters, version: str) -> Fitted:
        model = self._recipe.fit(learned, parameters, version, self._run.check)
        require_numbers(model)
        return model

    def _rejected(self, epoch: str, reason: str, worse: tuple[int, str] | None) -> StoredModel:
        self._done = self._total
        with self._run.step(self._total, self._total, "未采用") as connection:
            card = self._whole_card()
            number = kept.add(connection, State.REJECTED, self._began, epoch, card, reason)
            if worse is not None:
                kept.withdraw(connection, *worse)
            kept.prune(connection)
            return kept.one(connection, number)

    def _kept(
        self, epoch: str, items: LearnedItems, parameters: Parameters, worse: tuple[int, str] | None
    ) -> StoredModel:
        self._next("训练模型")
        # Whoever has withdrawn or left meanwhile is not learned of.
        window = self._window(items)
        learned = window.part(0, len(window), self._recipe.weights, self._clock.now().timestamp())
        with self._run.step(self._done, self._total, "训练模型") as connection:
            kept.drop_half_kept(connection)
            number = kept.add(connection, State.CANDIDATE, self._began, epoch, self._whole_card(), "")
        whole = self._fitted(learned, parameters, version_of(number)).artefact()
        require_numbers(self._recipe.read(whole))
        self._next("保存模型")
        for place, start in enumerate(range(0, len(whole), kept.CHUNK_BYTES)):
            with self._run.step(self._done, self._total, "保存模型") as connection:
                kept.put_chunk(connection, number, place, whole[start : start + kept.CHUNK_BYTES])
        with self._run.step(self._total, self._total, "已启用") as connection:
            kept.accept(connection, number, whole, items.external_ids, self._whole_card())
            kept.use(connection, number, self._clock.now())
            if worse is not None:
                kept.withdraw(connection, *worse)
            kept.prune(connection)
            return kept.one(connection, number)

    def _whole_card(self) -> Mapping[str, Any]:
        seconds = (self._clock.now() - self._began).total_seconds()
        return {**self._card, "trained_at": self._clock.now().isoformat(), "seconds": round(seconds, 1)}


def _ndcg(found: Mapping[str, Measured]) -> Figures:
    return Figures(**{name: one.ndcg for name, one in found.items()})


def require_numbers(ranker: Ranker) -> None:
    """Makes sure that a model gives finite scores.

    Raises:
        Diverged: It does not.
    """
    history = [(int(item), 1.0) for item in ranker.item_ids[:3]]
    if not all(np.isfinite(ranker.scores(told, {})).all() for told in ([], history)):
        raise Diverged("a trained model gives scores that are no numbers")
