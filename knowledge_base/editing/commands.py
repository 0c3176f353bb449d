"""All commands on contents, as an installation wants them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.commands import Command
from knowledge_base.editing.drafting import drafting_commands
from knowledge_base.editing.publishing import Examine, Publishing
from knowledge_base.editing.question_commands import QUESTION_COMMANDS


@dataclass(frozen=True)
class Editing:
    """The commands of this room.

    Attributes:
        two_persons, examine, must_pass: As in `Publishing`.
    """

    two_persons: bool = True
    examine: Examine | None = None
    must_pass: bool = False

    @property
    def commands(self) -> tuple[Command[Any], ...]:
        """All of them."""
        publishing = Publishing(self.two_persons, self.examine, self.must_pass)
        return (*drafting_commands(), *publishing.commands, *QUESTION_COMMANDS)
