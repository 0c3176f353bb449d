"""Whether a new model may serve. Pure.

The rule, on paired differences in nDCG@5 over citizens that neither model has learned from later than it may:
against popularity the mean must not lie below zero, since popularity needs no model; against the model in use
the interval of 95 % must not lie wholly below zero. Of two models that cannot be told apart the newer one
serves: it knows newer items, and has forgotten those who left.
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
class Decision:
    """Whether it may serve.

    Attributes:
        reason: Why it may not, in Chinese; empty where it may.
        differences: Against what it was held, as a card has it.
    """

    reason: str
    differences: dict[str, Any]

    @property
    def is_accepted(self) -> bool:
        """Whether it may serve."""
        return not self.reason


def decide(model: Floats, popularity: Floats, in_use: Floats | None) -> Decision:
    """Compares figures of the same citizens in the same order.

    Args:
        in_use: None where there is none that can be compared.
    """
    against = {"popularity": ("热门事项", popularity), "in_use": ("正在使用的模型", in_use)}
    reasons, differences = [], {}
    for name, (label, others) in against.items():
        if others is None:
            continue
        difference = interval(model - others)
        differences[name] = as_mean(difference)
        if (difference.value if name == "popularity" else difference.high) < 0:
            reasons.append(f"效果不如{label}（nDCG@5 相差 {difference.value:.3f}）")
    return Decision("；".join(reasons), differences)
