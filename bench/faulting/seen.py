"""What citizens saw: one word for each turn, how often each was met, and since when all is well again."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from apps.portal.answering import ONLY_SINGLE
from core.answering import AnswerStatus

ANSWERED: Final = "answered"
SINGLE: Final = "answered, single questions only"
NO_CONNECTION: Final = "no connection"
CUT: Final = "connection cut"
SILENT: Final = "no reply"
# What a fault may show; anything else is a defect, as a framework's page or a trace of the stack would be.
_ALLOWED: Final = frozenset(
    {ANSWERED, SINGLE, NO_CONNECTION, CUT, "503 error_unavailable", "504 error_timeout", "429 blocked_rate"}
)
IN_A_ROW = 5
CALM_S = 2.0


@dataclass(frozen=True)
class Turn:
    """One attempt of one citizen; begin and end in seconds of the monotonic clock, and what came of it."""

    citizen: int
    begun: float
    ended: float
    met: str


def met_in(status: int, body: bytes) -> tuple[str, str | None]:
    """What a reply was, in words, and the id of the answer where it acknowledges the message."""
    try:
        found = json.loads(body)
        if status != 200:
            return f"{status} {found['error']['code']}", None
        how, answer = AnswerStatus(found["status"]), str(found["answer_id"])
        texts = [message.get("text") for message in found["messages"]]
        known = bool(found["conversation"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{status} in no shape of ours", None
    if how.startswith("error"):
        return f"200 {how}", answer
    if not known:
        return "200 without a conversation", None
    return (SINGLE if ONLY_SINGLE in texts else ANSWERED), answer


def met_without(error: OSError | http.client.HTTPException) -> str:
    """What it was where there was no reply."""
    if isinstance(error, ConnectionRefusedError):
        return NO_CONNECTION
    return SILENT if isinstance(error, TimeoutError) else CUT


def seen(turns: Iterable[Turn], since: float, until: float) -> dict[str, Any]:
    """How often each was met by turns that ended in this time, and the slowest of them in seconds."""
    within = [turn for turn in turns if since <= turn.ended <= until]
    met = Counter(turn.met for turn in within)
    slowest = max((turn.ended - turn.begun for turn in within), default=0.0)
    return {"met": dict(met.most_common()), "slowest_s": round(slowest, 2)}


def unknown(met: Iterable[str]) -> list[str]:
    """What no fault may show to citizens."""
    return sorted(set(met) - _ALLOWED)


def well_again(turns: Sequence[Turn], since: float, citizens: int) -> float | None:
    """The moment at which all was well again; None while it is not.

    That is the end of the first of at least five answered turns without another between them, all begun after
    `since`, of every citizen, over at least two seconds.

    Args:
        turns: In the order in which they ended.
        since: When the fault was taken away.
        citizens: How many there are.
    """
    row: list[Turn] = []
    for turn in turns:
        if turn.ended < since:
            continue
        if turn.met != ANSWERED:
            row.clear()
        elif turn.begun >= since:
            row.append(turn)
        if _is_calm(row) and len({one.citizen for one in row}) == citizens:
            return row[0].ended
    return None


def _is_calm(row: Sequence[Turn]) -> bool:
    return len(row) >= IN_A_ROW and row[-1].ended - row[0].ended >= CALM_S
