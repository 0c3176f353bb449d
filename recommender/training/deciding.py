"""Whether a new model may serve, and the one in use go on. Pure.

The rule, on paired differences in nDCG@5 over citizens that neither model has learned from later than it may:
against popularity the mean must not lie below zero, for either of them, since popularity needs no model; of
the new one against the model in use the interval of 95 % must not lie wholly below zero. Of two models that
cannot be told apart the newer one serves: it knows newer items, and has forgotten those who left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from recommender.evaluation.resampling import interval
from recommender.training.learned import Floats
from recommender.training.measuring import as_mean

# With fewer citizens nothing can be told: no model is made of so little.
LEAST_CITIZENS: Final = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the same citizens in the same order.

    Attributes:
        in_use: None where there is no model in use that can be compared.
    """

    model: Floats
    popularity: Floats
    in_use: Floats | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may serve.

    Attributes:
        reason: Why it may not, in Chinese; empty where it may.
        withdrawn: Why the model in use may not serve any more, in Chinese; empty where it may.
        differences: Against what it was held, as a card has it.
    """

    reason: str
    withdrawn: str
    differences: dict[str, Any]

    @property
    def is_accepted(self) -> bool:
        """Whether it may serve."""
        return not self.reason


def decide(latest: Figures, unseen: Figures) -> Decision:
    """Compares with what is popular on the latest, with the model in use on what that one has not seen."""
    popular = interval(latest.model - latest.popularity)
    reasons, withdrawn = [], ""
    differences = {"popularity": as_mean(popular)}
    if popular.value < 0:
        reasons.append(f"效果不如热门事项（nDCG@5 相差 {popular.value:.3f}）")
    if unseen.in_use is not None:
        used, held = interval(unseen.model - unseen.in_use), interval(unseen.in_use - unseen.popularity)
        differences |= {"in_use": as_mean(used), "in_use_popularity": as_mean(held)}
        if used.high < 0:
            reasons.append(f"效果不如正在使用的模型（nDCG@5 相差 {used.value:.3f}）")
        if held.value < 0:
            withdrawn = f"使用后再次检验，效果不如热门事项（nDCG@5 相差 {held.value:.3f}）"
    return Decision("；".join(reasons), withdrawn, differences)
