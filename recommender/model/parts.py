"""The numbers of a model: what each part of the blend reads, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.model.arrays import Floats, Integers


@dataclass(frozen=True, slots=True)
class Parts:
    """Of n items, d dimensions of all LightFM models together, f facts, e items of EASE with t weights each.

    Of those b items that few have used, which borrow what EASE says of others, every weight is kept.

    Attributes:
        item_ids: (n,).
        citizens: (n,) distinct citizens who did something with each item.
        popularity: (n,) their strengths' sum.
        vectors, biases: (n, d) and (n,) of the items, scaled so that each LightFM model counts the same.
        folded: (n, d) what an item of a history adds to a citizen's vector.
        prior, base: (d,) what the average item adds, and what every citizen's vector starts from.
        fact_vectors: (f, d) what each fact adds; `fact_names` says which.
        ease_weights: (e, t) the most telling weights of each item of a history, less the row's median.
        ease_columns: (e, t) places of the items that they score, each once in a row.
        ease_borrowed: (e, b) weights for the items that borrow theirs, less the row's median.
        ease_borrowers: (b,) their places; none of them is in `ease_columns`.
        ease_items: (e,) places of the rows' items.
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
    ease_weights: Floats
    ease_columns: Integers
    ease_borrowed: Floats
    ease_borrowers: Integers
    ease_items: Integers
    content: Floats
