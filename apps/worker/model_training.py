"""Trains the recommender's model, in a lane of its own; too little to learn from is no failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.jobs.context import Context
from recommender.training.models import TooLittle
from recommender.training.training import Training


@dataclass(frozen=True)
class ModelTraining:
    """The handler. Run again it begins anew: what a run that was broken off has kept serves nobody."""

    training: Training

    def __call__(self, context: Context) -> Mapping[str, Any]:
        """Which model came of it, and whether it is in use."""
        try:
            made = self.training.run(context, tune=bool(context.job.params.get("tune")))
        except TooLittle as error:
            return {"accepted": False, "reason": error.public_message}
        return {"accepted": made.in_use, "reason": made.reason, "model": made.version}
