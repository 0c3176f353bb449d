"""What a turn is about that names nothing itself. Pure."""

from __future__ import annotations

from typing import Final

from actions.turn import DialogueTurn
from knowledge_base.contract import Target

MOST: Final = 3


def spoken_of(turn: DialogueTurn) -> list[Target]:
    """What was asked back about, else what the conversation is about, or may be where that was asked last."""
    if turn.subjects:
        return list(turn.subjects)
    if turn.current is not None:
        return [turn.current]
    return list(dict.fromkeys(choice.target for choice in turn.offered))[:MOST]
