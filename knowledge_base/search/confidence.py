"""How sure it is that a found record holds the answer, 0 to 1. Pure.

Long texts: logistic regression on the 201 annotated questions of `ncp`, each asked twice, once with its
documents hidden, of the whole base and of small ones drawn from it; positive where the first record is gold.
`python -m bench.confidence` fits it and gives the operating points (ADR 3).

Guides and FAQ: logistic regression on everyday questions that give no name to the letter, and some that
do, each asked twice, once with its records hidden; `python -m bench.naming` fits it. Its log-odds are
stretched so that the thresholds of texts serve here too: .35 stays, and a guide is asked back for from
.1 on and not from .04, below which lies what has nothing to do with any. A question that consists of
little but a name is sure whatever the vectors say.

Another year than the record's never occurs among those questions; its weights are set by hand so that nothing
is answered from the wrong year.
"""

from __future__ import annotations

import math

from knowledge_base.search.results import Signals

_BIAS = -29.256
_LEAD = 10.081
_RECORD_SCORE = 9.023
_COSINE = 25.967
_PLACE_ABSENT = -1.497
_OTHER_YEAR = -4.0

_NAMED_BIAS = -35.15
_NAMED_LEAD = 51.9
_NAMED_COSINE = 36.97
_NAMED_PLACE_ABSENT = -5.83
_NAMED_OTHER_YEAR = -5.83
_STRETCH, _SHIFT = 1.62, 0.386

_OUTRIGHT = 0.8
_OUTRIGHT_SLOPE = 20.0


def confidence(signals: Signals) -> float:
    """Probability that the record holds the answer; comparable between guides and texts."""
    if signals.sort == "text":
        return _logistic(_text(signals))
    near = _SHIFT + _STRETCH * _named(signals)
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


def _named(signals: Signals) -> float:
    return (
        _NAMED_BIAS
        + _NAMED_LEAD * signals.lead
        + _NAMED_COSINE * signals.cosine
        + _NAMED_PLACE_ABSENT * signals.place_absent
        + _NAMED_OTHER_YEAR * signals.other_year
    )
