"""One training: read, choose parameters, try on what came later, decide, learn from everything, keep, use."""

from __future__ import annotations

from sqlalchemy import Engine

from core.clock import Clock
from recommender.training.attempt import Attempt
from recommender.training.models import StoredModel
from recommender.training.ports import Run
from recommender.training.recipe import Recipe


class Training:
    """Trains and, if it is good enough, puts into use; one at a time, which the key of its job sees to.

    Args:
        engine: Database.
        clock: The time.
    """

    def __init__(self, engine: Engine, clock: Clock, recipe: Recipe) -> None:
        self._engine = engine
        self._clock = clock
        self._recipe = recipe

    def run(self, run: Run, *, tune: bool = False) -> StoredModel:
        """One training; the model that came of it, in use or rejected with the reason.

        Until the last step nothing that serves is changed, however it ends.

        Args:
            run: Its job.
            tune: Choose the parameters anew, also where that was done not long ago.

        Raises:
            TooLittle: There is not enough to learn from.
            Diverged, TrainingFailed: It came to no usable numbers.
            Interrupted: The job was cancelled, or its worker stops.
        """
        return Attempt(self._engine, self._clock, self._recipe, run).made(tune=tune)
