"""The signals of each ranked record. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from core.text.normalise import fold
from knowledge_base.search.fusion import Evidence
from knowledge_base.search.owners import Held
from knowledge_base.search.reading import Asked, Reading
from knowledge_base.search.results import Signals


def signals_of(
    held: Sequence[Held],
    scores: Sequence[float],
    evidence: Mapping[int, Evidence],
    asked: Asked,
    read: Sequence[Sequence[Reading]],
) -> list[Signals]:
    """One per record in rank order; of a record that was not read, the whole text stands for its window."""
    found = [evidence[one.number] for one in held]
    rare = _rarest(asked)
    top = max((one.passage for one in evidence.values()), default=0.0) or 1.0
    terms = max(1, len(asked.grams))
    twins = _twins(held, read)
    signals = []
    for place, one in enumerate(held):
        whole = one.folded
        names = [fold(name) for name in (one.owner.title, *one.owner.names)]
        best = fold(read[place][0].text) if place < len(read) and read[place] else whole
        signals.append(
            Signals(
                cosine=found[place].cosine,
                cosine_margin=found[place].cosine - _best_other([e.cosine for e in found], place),
                passage_score=found[place].passage / terms,
                record_score=found[place].record / terms,
                passage_share=found[place].passage / top,
                lead=scores[place] - _best_other(scores, place, twins[place]),
                covered=asked.share_in(whole),
                best_covered=asked.share_in(best),
                title_covered=max(asked.share_in(name) for name in names),
                name_match=found[place].name,
                rarest_covered=sum(gram in whole for gram in rare) / max(1, len(rare)),
                terms=float(terms),
                place_absent=float(found[place].place == 0),
            )
        )
    return signals


def _best_other(values: Sequence[float], place: int, twins: Collection[int] = ()) -> float:
    others = (value for other, value in enumerate(values) if other != place and other not in twins)
    return max(others, default=0.0)


def _twins(held: Sequence[Held], read: Sequence[Sequence[Reading]]) -> list[frozenset[int]]:
    """Places of the records that say the same: a reprint is no rival of the record it repeats."""
    says = [
        (read[place][0].text if place < len(read) and read[place] else one.owner.text)
        for place, one in enumerate(held)
    ]
    kinds = [(one.owner.key.kind, "".join(text.split())) for one, text in zip(held, says, strict=True)]
    return [
        frozenset(other for other, kind in enumerate(kinds) if kind == own and other != place)
        for place, own in enumerate(kinds)
    ]


def _rarest(asked: Asked) -> list[str]:
    order = np.argsort(-asked.weights, kind="stable")
    return [asked.grams[place] for place in order[: max(1, len(order) // 3)]] if len(order) else []
