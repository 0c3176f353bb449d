"""A bare name that several guides share: "驾照怎么办" may mean any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.catalogue.models import ServiceItem
from core.text.normalise import fold
from knowledge_base.answer.aspects import subject
from knowledge_base.answer.decide import LEAST_CHOICES, MAX_CHOICES, Decision
from knowledge_base.answer.ports import Candidate, Catalogue
from knowledge_base.answer.turn import Turn
from knowledge_base.answer.which_district import matter_of

_LONGEST = 4
_LOOKED_AT = 8
# Of 370 first questions for a guide none so short has a second one so likely, of 19 ambiguous ones 4 more do.
_SHORT = 12
_LIKELY = 0.05
_SURE = 0.98


def asked_which(turn: Turn, decision: Decision, catalogue: Catalogue) -> Decision:
    """Asks back where only a name is said that several guides have in theirs, the first not as its own.

    What is asked back for anyway is asked between these guides.
    """
    about = fold(subject(turn.question))
    if decision.act == "refuse" or not about:
        return decision
    first = decision.candidates[0]
    if not 1 < len(about) <= _LONGEST:
        return _in_few_words(turn, decision, about, catalogue)
    sharing: list[Candidate] = []
    for candidate, names in _named(turn.found.candidates, catalogue):
        # "办居住证" is the guide's own name for 居住证.
        if candidate == first and about in {fold(subject(name)) for name in names}:
            return decision
        if any(about in name for name in names):
            sharing.append(candidate)
    if len(sharing) < LEAST_CHOICES or (decision.act == "answer" and first not in sharing):
        return _in_few_words(turn, decision, about, catalogue)
    return Decision("clarify", sharing[:MAX_CHOICES])


def _in_few_words(turn: Turn, decision: Decision, about: str, catalogue: Catalogue) -> Decision:
    """Asks back where a short first message fits two guides: "身份证要重新弄一张"."""
    sure = decision.act != "answer" or decision.candidates[0].confidence >= _SURE
    if sure or turn.request.current or len(turn.question) > _SHORT:
        return decision
    guides = list(_named([one for one in turn.found.candidates if one.confidence >= _LIKELY], catalogue))
    # Of one matter in several districts it is asked for the district.
    matters = {matter_of(guide.title, turn.regions) for guide, _ in guides}
    if len(matters) < LEAST_CHOICES or guides[0][0] != decision.candidates[0]:
        return decision
    if about in {fold(subject(name)) for name in guides[0][1]}:
        return decision
    return Decision("clarify", [guide for guide, _ in guides[:MAX_CHOICES]])


def _named(candidates: Sequence[Candidate], catalogue: Catalogue) -> Iterator[tuple[Candidate, list[str]]]:
    guides = [candidate for candidate in candidates if candidate.target.kind == "item"]
    for guide in guides[:_LOOKED_AT]:
        stored = catalogue.published(guide.target)
        if stored is not None and isinstance(stored.record, ServiceItem):
            yield guide, [fold(name) for name in (stored.record.name, *stored.record.aliases)]
