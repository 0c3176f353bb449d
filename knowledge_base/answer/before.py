"""What is answered before anything is searched for: danger, and questions with a fixed answer."""

from __future__ import annotations

from core.answering import AnswerStatus
from core.text.urgent import Urgent, urgent_advice, urgent_need
from knowledge_base.answer.ports import Catalogue, Pinned
from knowledge_base.answer.turn import Draft, Turn
from knowledge_base.contract import AnswerPart, Citation, Target, TextPart


class Screen:
    """Sends somebody in danger to those who help, whatever else the message says."""

    name = "screen"

    def run(self, turn: Turn) -> None:
        """Sets the draft of an urgent message."""
        need = urgent_need(turn.request.question)
        if need is not None and turn.request.chosen is None:
            turn.draft = referred(need)


def referred(need: Urgent) -> Draft:
    """Whom to call, by the kind of danger."""
    return Draft(AnswerStatus.REFERRED_URGENT, [TextPart(text=urgent_advice(need))])


class UsePin:
    """Takes the fixed answer to an exact question, as it stands in the catalogue now."""

    name = "pin"

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def run(self, turn: Turn) -> None:
        """Sets the draft, or the target of a pin that leads to a record."""
        if turn.draft is not None or turn.request.chosen is not None:
            return
        pin = self._catalogue.pinned(turn.question)
        if pin is None:
            return
        if pin.target is None:
            turn.draft = _draft(pin)
        elif pin.target not in turn.hidden and self._is_shown(pin.target, turn):
            turn.target = pin.target
            turn.aspects = (pin.aspect,) if pin.aspect else turn.aspects

    def _is_shown(self, target: Target, turn: Turn) -> bool:
        return target in self._catalogue.shown({target}, turn.region, turn.today)


def _draft(pin: Pinned) -> Draft:
    source = Citation(external_id=pin.external_id, title=pin.title, url=pin.url, quote=pin.answer)
    return Draft(AnswerStatus.ANSWERED_CANNED, [AnswerPart(text=pin.answer, citations=[source])])
