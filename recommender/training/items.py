"""Reads the items that a model learns of: published and not sensitive, with the clusters of their texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from core.catalogue.models import ServiceItem, Status
from core.catalogue.payloads import from_payload
from core.catalogue.tables import service_item
from core.errors import WeizhengError
from core.jobs.models import Interrupted
from recommender.training.clusters import clusters, word_vectors
from recommender.training.features import item_features, text_of
from recommender.training.learned import LearnedItems
from recommender.training.ports import Embedder

_AT_ONCE: Final = 64
_LONGEST_TEXT: Final = 300
Vectorise = Callable[[Sequence[str]], NDArray[np.float32]]


def learned_items(stored: Sequence[tuple[int, ServiceItem]], vectorise: Vectorise, seed: int) -> LearnedItems:
    """Items with their features, by id."""
    texts = [text_of(item) for _, item in stored]
    groups = clusters(vectorise(texts), seed) if texts else np.zeros(0, np.int64)
    return LearnedItems(
        ids=np.array([number for number, _ in stored], np.int64),
        external_ids=tuple(item.external_id for _, item in stored),
        features=tuple(
            item_features(item, int(group)) for (_, item), group in zip(stored, groups, strict=True)
        ),
    )


def published_items(connection: Connection) -> list[tuple[int, ServiceItem]]:
    """What citizens may be offered by what others did; a sensitive item is never inferred from behaviour."""
    table = service_item
    statement = select(table.c.id, table.c.payload).where(table.c.status == Status.PUBLISHED.value)
    rows = connection.execute(statement.order_by(table.c.id))
    found = [(row.id, from_payload(ServiceItem, row.payload)) for row in rows]
    return [(number, item) for number, item in found if not item.sensitive]


def vectoriser(embedder: Embedder | None, check: Callable[[], None]) -> Vectorise:
    """Vectors by the embedding model; by words where there is none, or it cannot now."""

    def vectorise(texts: Sequence[str]) -> NDArray[np.float32]:
        if embedder is None:
            return word_vectors(texts)
        parts = []
        try:
            for start in range(0, len(texts), _AT_ONCE):
                check()
                some = [text[:_LONGEST_TEXT] for text in texts[start : start + _AT_ONCE]]
                parts.append(embedder.embed(some)[1])
        except Interrupted:
            raise
        except WeizhengError:
            return word_vectors(texts)
        return np.concatenate(parts)

    return vectorise
