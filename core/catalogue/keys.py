"""How a record of the catalogue is named inside one installation."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["item", "document"]


class RecordKey(NamedTuple):
    """A service item or a document by its number, which is never given twice."""

    kind: Kind
    id: int
