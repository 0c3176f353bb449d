"""What agencies are called: records may name one by external id or alias, the catalogue keeps its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from core.catalogue.models import Agency
from knowledge_base.importing.ports import Content


class AgencyNames:
    """Official names by name, external id, former name and alias; one of several agencies stands for none.

    An agency's own names go before what others are called besides or were called once.
    """

    def __init__(self, agencies: Iterable[Agency]) -> None:
        known = list(agencies)
        self._names = _of_one((alias, one.name) for one in known for alias in set(one.aliases))
        self._names |= _of_one((former, one.name) for one in known for former in set(one.former_names))
        self._names |= {one.external_id: one.name for one in known}
        self._names |= {one.name: one.name for one in known}

    def official(self, name: str | None) -> str | None:
        """The official name of a known agency, else the name as it is."""
        return name if name is None else self._names.get(name, name)

    def settle(self, record: Content) -> Content:
        """The record under the official name of its agency."""
        name = self.official(record.agency)
        return record if name == record.agency else replace(record, agency=name)


def _of_one(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names that stand for one agency only."""
    every = list(pairs)
    count = Counter(name for name, _ in every)
    return {name: official for name, official in every if count[name] == 1}
