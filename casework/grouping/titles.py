"""A group's title: one of its own questions as it was logged, shortened where it is long. Pure."""

from __future__ import annotations

import re

LONGEST_TITLE = 40
_SHORTEST = 6
_GREETING = re.compile(
    r"^(?:(?:你们?好|您好|请问(?:一下)?|我?想(?:请)?问(?:一下|问)?|咨询一下|麻烦问下?|在吗)[，,。！!、~～\s]*)+"
)
_CLAUSE_END = re.compile(r"[。！!？?；;，,、\s]")
_MARKS = "。！!；;，,、：:·-—~～ "


def title_of(question: str) -> str:
    """A line of at most `LONGEST_TITLE` characters in the question's own words; what was left out is shown
    as …

    A cut falls between clauses where one ends late enough, and never within a placeholder.
    """
    text = " ".join("".join(char if char.isprintable() else " " for char in question).split())
    text = (_GREETING.sub("", text) or text).strip(_MARKS) or text
    if len(text) <= LONGEST_TITLE:
        return text
    room = text[: LONGEST_TITLE - 1]
    opened = room.rfind("〔")
    if opened > room.rfind("〕"):
        room = room[:opened]
    ends = [found.start() for found in _CLAUSE_END.finditer(room) if found.start() >= _SHORTEST]
    return (room[: ends[-1]] if ends and ends[-1] >= len(room) // 2 else room).rstrip(_MARKS) + "…"
