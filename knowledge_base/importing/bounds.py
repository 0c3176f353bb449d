"""What a hostile or broken file may cost: it is refused before it is parsed, or given up in the middle."""

from __future__ import annotations

import time

from knowledge_base.importing.unreadable import Unreadable

PARSING_S = 20.0
_MOST_OPEN = 500
_ENDS = {"<": ">", "<!--": "-->", "<![": "]"}


def check_openings(text: str) -> None:
    """Refuses what opens tags or comments again and again and never ends them.

    A parser walks to the end of the text for each of them, which takes minutes for a file of 100 kB.

    Raises:
        Unreadable: More than 500 of a kind stand behind the last end of that kind.
    """
    for opening, end in _ENDS.items():
        if text.count(opening, text.rfind(end) + 1) > _MOST_OPEN:
            raise Unreadable(f"holds more than {_MOST_OPEN} {opening} without {end}")


class Patience:
    """Processor time for parsing one file; what waits for the processor costs nothing."""

    def __init__(self) -> None:
        self._end = time.thread_time() + PARSING_S

    def check(self) -> None:
        """Called by a parser at every step.

        Raises:
            Unreadable: The time is over.
        """
        if time.thread_time() > self._end:
            raise Unreadable(f"takes more than {PARSING_S:.0f} s to read")
