"""Whether a model's items are those of the catalogue that there is now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from core.catalogue.tables import catalogue_state, service_item

_PER_QUERY: Final = 500
# What was deleted from a catalogue is no sign that a model is of another one, unless it is most of it.
_LEAST_SHARE: Final = 0.5


def epoch_of(connection: Connection) -> str:
    """Names the catalogue; another one where it is new or restored."""
    return str(connection.execute(select(catalogue_state.c.epoch)).scalar_one())


def speaks_of(connection: Connection, ids: NDArray[np.int64], external_ids: Sequence[str]) -> bool:
    """Whether these items are those of the catalogue: each that is there has its name, and most are there."""
    named = dict(zip(ids.tolist(), external_ids, strict=True))
    numbers, found = list(named), 0
    for start in range(0, len(numbers), _PER_QUERY):
        some = numbers[start : start + _PER_QUERY]
        statement = select(service_item.c.id, service_item.c.external_id).where(service_item.c.id.in_(some))
        for row in connection.execute(statement):
            found += 1
            if named[row.id] != row.external_id:
                return False
    return found >= _LEAST_SHARE * len(named)
