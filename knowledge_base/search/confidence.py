"""How sure it is that a found record holds the answer, 0 to 1. Pure.

Documents: logistic regression (C = 0.3, features standardised) on the 201 annotated questions of `ncp`, each
asked twice, once with its documents hidden; positive where the first record is gold. Cross-validated log loss
.365; all twelve signals did no better than these few. ADR 3 has the operating curve. FAQ have no labelled
questions of their own and go by the same weights.

Guides: no labelled questions exist, so the weights are set by hand: what counts is whether the question
names the item, by its name, an alias or a variant.
"""

from __future__ import annotations

import math

from knowledge_base.search.results import Signals

_BIAS = -17.147
_LEAD = 7.005
_COVERED = 0.763
_RECORD_SCORE = 0.622
_COSINE = 14.498

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
        + _COVERED * signals.covered
        + _RECORD_SCORE * signals.record_score
        + _COSINE * signals.cosine
    )


def _item(signals: Signals) -> float:
    return _ITEM_BIAS + _ITEM_NAME * signals.name_match + _ITEM_COVERED * signals.covered
