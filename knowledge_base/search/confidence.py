"""How sure it is that a found record holds the answer, 0 to 1. Pure.

Long texts: logistic regression on the 201 annotated questions of `ncp`, each asked twice, once with its
documents hidden, of the whole base and of small ones drawn from it; positive where the first record is gold.
`python -m bench.confidence` fits it and gives the operating points (ADR 3).

Guides and FAQ: what counts is whether the question names the record, by its name, an alias or a variant.
The weights are set by hand so that the thresholds cost about as much as for texts: of the example city's
variants, each asked without itself among the names, those answered are right in .8, and with their guide
hidden .27 are answered.
"""

from __future__ import annotations

import math

from knowledge_base.search.results import Signals

_BIAS = -29.256
_LEAD = 10.081
_RECORD_SCORE = 9.023
_COSINE = 25.967
_PLACE_ABSENT = -1.497

_NAMED_BIAS = -7.61
_NAMED_MATCH = 11.65
_NAMED_COVERED = 3.5


def confidence(signals: Signals) -> float:
    """Probability that the record holds the answer; comparable between guides and texts."""
    weighted = _named(signals) if signals.named else _text(signals)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weighted))))


def _text(signals: Signals) -> float:
    return (
        _BIAS
        + _LEAD * signals.lead
        + _RECORD_SCORE * signals.record_score
        + _COSINE * signals.cosine
        + _PLACE_ABSENT * signals.place_absent
    )


def _named(signals: Signals) -> float:
    return _NAMED_BIAS + _NAMED_MATCH * signals.name_match + _NAMED_COVERED * signals.covered
