"""What picking a choice does about recommendations: dismisses, restores, tells a fact of oneself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.citizens.facts import FACTS, FactKind
from core.errors import BadInput

YES: Final = "yes"
NO: Final = "no"
# What the column that it is kept in holds.
LONGEST: Final = 32


class DeedKind(StrEnum):
    """What is done; the first two are undone by the next two."""

    DISMISS_ITEM = "dismiss_item"
    DISMISS_THEME = "dismiss_theme"
    RESTORE_ITEM = "restore_item"
    RESTORE_THEME = "restore_theme"
    TELL = "tell"
    KEEP_QUIET = "keep_quiet"


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed.

    Attributes:
        fact, word: The fact that is told, and its value as a word; of other deeds empty.
        agreed: Version of the privacy notice under which picking it agrees to keeping the fact; else empty.
    """

    kind: DeedKind
    fact: str = ""
    word: str = ""
    agreed: str = ""

    def __str__(self) -> str:
        """As it is kept: at most `LONGEST` characters, with at least one point."""
        # Aspects, which are kept in the same place, have no point.
        return ".".join([self.kind, self.fact, self.word, self.agreed])

    @property
    def value(self) -> bool | str:
        """The value that is told.

        Raises:
            BadInput: There is no such fact any more, or it has no such value.
        """
        fact = FACTS.get(self.fact)
        if fact is not None and fact.kind is FactKind.FLAG and self.word in (YES, NO):
            return self.word == YES
        if fact is not None and fact.kind is FactKind.CHOICE and self.word in fact.choices:
            return self.word
        raise BadInput("deed: not a value of this fact")


def read_deed(kept: str) -> Deed:
    """The deed of a text that `str` made.

    Raises:
        ValueError: It made none.
    """
    kind, fact, word, agreed = [*kept.split(".", 3), "", "", ""][:4]
    return Deed(DeedKind(kind), fact, word, agreed)
