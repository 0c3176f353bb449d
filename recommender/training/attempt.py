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
from recommender.ports import Ranker
from recommender.training import kept
from recommender.training.belonging import epoch_of, speaks_of
from recommender.training.deciding import LEAST_CITIZENS, Decision, decide
from recommender.training.holdout import Trial, cut_of, trials
from recommender.training.items import learned_items, published_items, vectoriser
from recommender.training.learned import Learned, LearnedItems
from recommender.training.measuring import by_model, by_popularity, ndcg, told
from recommender.training.models import Diverged, State, StoredModel, TooLittle, version_of
from recommender.training.ports import Run
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
        if used is not None and ranker is not None:
            cut, ranker = self._fair(window, cut, used, ranker)
        parameters = self._parameters(window, cut, used, tune=tune)
        decision = self._tried(window, cut, parameters, ranker)
        if decision.is_accepted:
            return self._kept(epoch, items, parameters)
        return self._rejected(epoch, window, decision)

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

    def _fair(self, window: Window, cut: int, used: StoredModel, ranker: Ranker) -> tuple[int, Ranker | None]:
        """Where held-out rows begin so that the model in use has not learned from them either.

        Where too few citizens did anything since, it is not compared.
        """
        until = datetime.fromisoformat(used.card["window"]["until"]).timestamp()
        since = int(np.searchsorted(window.at, until, side="left"))
        if since <= cut:
            return cut, ranker
        if len(np.unique(window.users[since:])) < LEAST_CITIZENS:
            return cut, None
        return since, ranker

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
        figures = []
        for number, one in enumerate(grid, start=1):
            self._next(f"选择参数 {number}/{len(grid)}")
            ranker = self._recipe.fit(before, {**one, **_QUICK}, _TRIED, self._run.check)
            figures.append(told(ndcg(by_model(ranker), those, self._run.check)))
        self._card["grid"] = [
            {"parameters": dict(one), "ndcg@5": figure} for one, figure in zip(grid, figures, strict=True)
        ]
        return grid[int(np.argmax([figure["mean"] for figure in figures]))]

    def _split(self, window: Window, cut: int, end: int) -> tuple[Learned, list[Trial]]:
        """Rows before the cut, weighed as of then, and citizens who did something in the rows after it."""
        at = float(window.at[cut])
        before = window.part(0, cut, self._recipe.weights, at)
        after = window.part(cut, end, self._recipe.weights, float(window.at[end - 1]))
        return before, trials(before, after, SEED)

    def _tried(self, window: Window, cut: int, parameters: Parameters, used: Ranker | None) -> Decision:
        self._next("检验效果")
        before, those = self._split(window, cut, len(window))
        if len(those) < LEAST_CITIZENS:
            raise TooLittle(
                f"{len(those)} citizens did something new lately: {LEAST_CITIZENS} are needed."
                " 近期有新行为的市民太少。"
            )
        check = self._run.check
        ranker = self._recipe.fit(before, parameters, _TRIED, check)
        found = {
            "model": ndcg(by_model(ranker), those, check),
            "popularity": ndcg(by_popularity(before), those, check),
        }
        if used is not None:
            found["in_use"] = ndcg(by_model(used), those, check)
        decision = decide(found["model"], found["popularity"], found.get("in_use"))
        self._card |= {
            "metrics": {"ndcg@5": {name: told(values) for name, values in found.items()}},
            "differences": decision.differences,
            "held_out_from": datetime.fromtimestamp(float(window.at[cut]), UTC).isoformat(),
        }
        return decision

    def _rejected(self, epoch: str, window: Window, decision: Decision) -> StoredModel:
        self._done = self._total
        with self._run.step(self._total, self._total, "未采用") as connection:
            card = self._whole_card()
            number = kept.add(connection, State.REJECTED, self._began, epoch, card, decision.reason)
            kept.prune(connection)
            return kept.one(connection, number)

    def _kept(self, epoch: str, items: LearnedItems, parameters: Parameters) -> StoredModel:
        self._next("训练模型")
        # Whoever has withdrawn or left meanwhile is not learned of.
        window = self._window(items)
        learned = window.part(0, len(window), self._recipe.weights, self._clock.now().timestamp())
        with self._run.step(self._done, self._total, "训练模型") as connection:
            kept.drop_half_kept(connection)
            number = kept.add(connection, State.CANDIDATE, self._began, epoch, self._whole_card(), "")
        model = self._recipe.fit(learned, parameters, version_of(number), self._run.check)
        whole = model.artefact()
        require_numbers(self._recipe.read(whole))
        self._next("保存模型")
        for place, start in enumerate(range(0, len(whole), kept.CHUNK_BYTES)):
            with self._run.step(self._done, self._total, "保存模型") as connection:
                kept.put_chunk(connection, number, place, whole[start : start + kept.CHUNK_BYTES])
        with self._run.step(self._total, self._total, "已启用") as connection:
            kept.accept(connection, number, whole, items.external_ids, self._whole_card())
            kept.use(connection, number, self._clock.now())
            kept.prune(connection)
            return kept.one(connection, number)

    def _whole_card(self) -> Mapping[str, Any]:
        seconds = (self._clock.now() - self._began).total_seconds()
        return {**self._card, "trained_at": self._clock.now().isoformat(), "seconds": round(seconds, 1)}


def require_numbers(ranker: Ranker) -> None:
    """Makes sure that a model gives finite scores.

    Raises:
        Diverged: It does not.
    """
    history = [(int(item), 1.0) for item in ranker.item_ids[:3]]
    if not all(np.isfinite(ranker.scores(told, {})).all() for told in ([], history)):
        raise Diverged("a trained model gives scores that are no numbers")
