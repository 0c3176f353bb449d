"""Why a file or record cannot be used. Imports nothing: the child process that parses files raises it too."""

from __future__ import annotations


class Unreadable(Exception):
    """A file or record that cannot be used.

    Attributes:
        reason: One plain line.
        line: Counts from 1 where it is known.
        told: The reason in Chinese for a clerk; the plain line where there is none.
    """

    def __init__(self, reason: str, line: int | None = None, *, told: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.told = told or reason
