"""How sure it is that a found record holds the answer, 0 to 1. Pure.

Long texts: logistic regression on the 201 annotated questions of `ncp`, each asked twice, once with its
documents hidden, of the whole base and of small ones drawn from it; positive where the first record is gold.
`python -m bench.confidence` fits it and gives the operating points (ADR 3). FAQ have no labelled questions of
their own and go by the same weights.

Guides: no labelled questions exist, so the weights are set by hand: what counts is whether the question
names the item, by its name, an alias or a variant.
"""

from __future__ import annotations

import math

from knowledge_base.search.results import Signals

_BIAS = -29.256
_LEAD = 10.081
_RECORD_SCORE = 9.023
_COSINE = 25.967
_PLACE_ABSENT = -1.497

_ITEM_BIAS = -3.0
_ITEM_NAME = 5.0
_ITEM_COVERED = 1.5


def confidence(signals: Signals, is_item: bool) -> float:
    """Probability that the record holds the answer; comparable between guides and documents."""
    weighted = _item(signals) if is_item else _document(signals)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, weighted))))


def _document(signals: Signals) -> float:
    return (
        _BIAS
        + _LEAD * signals.lead
        + _RECORD_SCORE * signals.record_score
        + _COSINE * signals.cosine
        + _PLACE_ABSENT * signals.place_absent
    )


def _item(signals: Signals) -> float:
    return _ITEM_BIAS + _ITEM_NAME * signals.name_match + _ITEM_COVERED * signals.covered
