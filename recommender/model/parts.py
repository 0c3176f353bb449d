"""The numbers of a model: what each part of the blend reads, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.model.arrays import Floats, Integers


@dataclass(frozen=True, slots=True)
class Parts:
    """Of n items, d dimensions of all LightFM models together, f facts, e items of EASE.

    Attributes:
        item_ids: (n,).
        citizens: (n,) distinct citizens who did something with each item.
        popularity: (n,) their strengths' sum.
        vectors, biases: (n, d) and (n,) of the items, scaled so that each LightFM model counts the same.
        folded: (n, d) what an item of a history adds to a citizen's vector.
        prior, base: (d,) what the average item adds, and what every citizen's vector starts from.
        fact_vectors: (f, d) what each fact adds; `fact_names` says which.
        ease: (e, n) row: item of the history, column: item to score; `ease_items` (e,) are the rows' places.
        content: (n, r) unit rows; products are likenesses of texts and tags.
    """

    item_ids: Integers
    citizens: Floats
    popularity: Floats
    vectors: Floats
    biases: Floats
    folded: Floats
    prior: Floats
    base: Floats
    fact_names: tuple[str, ...]
    fact_vectors: Floats
    ease: Floats
    ease_items: Integers
    content: Floats
