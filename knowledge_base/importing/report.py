"""What an import came to."""

from __future__ import annotations

from dataclasses import dataclass

from core.catalogue.records import Outcome
from knowledge_base.importing.found import Problem


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records were new, different or the same."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def plus(self, outcome: Outcome) -> Tally:
        """The tally with one more of an outcome."""
        return Tally(
            created=self.created + (outcome == "created"),
            changed=self.changed + (outcome == "changed"),
            unchanged=self.unchanged + (outcome == "unchanged"),
        )


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Figures of one import.

    Attributes:
        created, changed, unchanged: Documents and service items.
        regions, agencies, bundles: The same figures of the registers.
        passages: How many passages were written.
        notes: What was taken, but is to be looked at again, in Chinese; at most `MOST_NOTES`.
        problems: What was left out, in the order in which it was met.
        stopped: A problem ended the import before it wrote anything.
        seconds: How long it took.
    """

    created: int
    changed: int
    unchanged: int
    regions: Tally
    agencies: Tally
    bundles: Tally
    passages: int
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    stopped: bool
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 where everything was imported, 2 where the input has a problem."""
        return 2 if self.problems else 0
