"""What agencies are called: records may name one by external id or alias, the catalogue keeps its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from core.catalogue.models import Agency
from knowledge_base.importing.ports import Content


class AgencyNames:
    """Official names by name, external id and alias; an alias of several agencies stands for none."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        known = list(agencies)
        aliases = [(alias, agency.name) for agency in known for alias in set(agency.aliases)]
        count = Counter(alias for alias, _ in aliases)
        self._names = {alias: name for alias, name in aliases if count[alias] == 1}
        self._names |= {agency.external_id: agency.name for agency in known}
        self._names |= {agency.name: agency.name for agency in known}

    def official(self, name: str | None) -> str | None:
        """The official name of a known agency, else the name as it is."""
        return name if name is None else self._names.get(name, name)

    def settle(self, record: Content) -> Content:
        """The record under the official name of its agency."""
        name = self.official(record.agency)
        return record if name == record.agency else replace(record, agency=name)
