"""How sure it is that a found record holds the answer, 0 to 1. Pure.

Long texts: logistic regression on the 201 annotated questions of `ncp`, each asked twice, once with its
documents hidden, of the whole base and of small ones drawn from it; positive where the first record is gold.
`python -m bench.confidence` fits it and gives the operating points (ADR 3).

Guides, FAQ and texts by a question that they answer: logistic regressions on everyday questions that give
no name to the letter, and some that do, each asked twice, once with its records hidden, and on messages of
citizens; `python -m bench.naming` fits them. Most telling is how much nearer a record's names are than any
public matter that is not its own. The log-odds are stretched so that the thresholds of texts serve here too:
a guide is answered from at .2 of what the regression gives and asked back for from .06, the others at .4 and
.1. (Guides at .25 answer 3 of 380 messages of citizens less, and 4 of 160 on what the city does not hold.) A
question that consists of little but a name is sure whatever the vectors say.

Where no such question tells (another year than the record's, of a FAQ another place), the weight is set
by hand so that nothing is answered from what does not hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from knowledge_base.search.results import Signals

_BIAS = -29.256
_LEAD = 10.081
_RECORD_SCORE = 9.023
_COSINE = 25.967
_PLACE_ABSENT = -1.497
_OTHER_YEAR = -4.0


@dataclass(frozen=True, slots=True)
class _Named:
    """Weights of a regression, and how its log-odds are brought to the thresholds."""

    bias: float
    lead: float
    cosine: float
    covered: float
    stretch: float
    shift: float
    place_absent: float = -5.81
    other_year: float = -5.81
    name_cosine: float = 0.0
    matter_lead: float = 0.0

    def log_odds(self, signals: Signals) -> float:
        weighted = (
            self.bias
            + self.lead * signals.lead
            + self.cosine * signals.cosine
            + self.covered * signals.covered
            + self.name_cosine * signals.name_cosine
            + self.matter_lead * signals.matter_lead
            + self.place_absent * signals.place_absent
            + self.other_year * signals.other_year
        )
        return self.shift + self.stretch * weighted


_GUIDE = _Named(
    bias=-3.84,
    lead=48.13,
    cosine=0.0,
    covered=0.0,
    stretch=1.874,
    shift=1.979,
    name_cosine=0.78,
    matter_lead=62.48,
)
_FAQ = _Named(
    bias=-23.59, lead=55.01, cosine=22.59, covered=0.94, stretch=1.428, shift=-0.04, matter_lead=47.72
)

_QUESTION = _Named(
    bias=-75.97,
    lead=30.29,
    cosine=0.0,
    covered=0.0,
    stretch=1.428,
    shift=-0.04,
    name_cosine=80.26,
    matter_lead=62.55,
    place_absent=-12.0,
    other_year=-12.0,
)

_OUTRIGHT = 0.8
_OUTRIGHT_SLOPE = 20.0
_NAMED = {"guide": _GUIDE, "faq": _FAQ, "question": _QUESTION}


def confidence(signals: Signals) -> float:
    """Probability that the record holds the answer; comparable between guides and texts."""
    if signals.sort == "text":
        return _logistic(_text(signals))
    near = _NAMED[signals.sort].log_odds(signals)
    outright = _OUTRIGHT_SLOPE * (signals.name_match - _OUTRIGHT)
    return _logistic(near if signals.other_year or signals.place_absent else max(near, outright))


def _logistic(weighted: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weighted))))


def _text(signals: Signals) -> float:
    return (
        _BIAS
        + _LEAD * signals.lead
        + _RECORD_SCORE * signals.record_score
        + _COSINE * signals.cosine
        + _PLACE_ABSENT * signals.place_absent
        + _OTHER_YEAR * signals.other_year
    )
