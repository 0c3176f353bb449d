"""Which life events a conversation or a profile shows. Pure; in doubt none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from core.catalogue.bundles import Bundle, compared
from core.catalogue.rules import evaluate, parse_rule
from core.text.normalise import fold
from recommender.serving.life_events import names_of

_SENTENCE_ENDS: Final = re.compile(r"[。！？!?;；\n\r]+")
_CLAUSE_ENDS: Final = re.compile(r"[，,、：:.…]+")
# What is thought of, feared or to be kept away has not happened: so far as the sentence goes on.
_THOUGHT_OF: Final = re.compile(
    "如果|假如|假设|假使|假若|要是|倘若|若是|若(?!干)|万一|一旦|除非|只有|只要|怕|担心|担忧|将来|今后|有一天|"
    "哪天|(?:^|[我们])以后|避免|防止|预防(?!接种|针)|什么情况|哪些情况|哪种情况"
)
# Right before the words. 特别 and its like deny nothing.
_DENIED: Final = re.compile(
    "(?:没有?|不(?:是|会|想|要|能|用|打算|准备|可能)?|未|非|无|甭|勿|等.{0,2}|可能|也许|或许|会|将|是否|"
    "(?:需|须|必)(?:须|需)?要?|(?:一定|非)[要得]|(?:会不会|是不是|要不要|该不该)|"
    "(?<![特区分级个性类差告识鉴辨派送离])别)$"
)
# Right behind the words: 老人去世前, 失业了吗, 被裁员的话; and what makes another thing of them, as 结婚证.
_UNDONE: Final = re.compile(
    "了?(?:(?:之|以)?前(?![天年几些段两不])|[吗嘛]|么(?!办)|没有?$|的话|证|金|人员|账户|发票)"
)


def shown_by(bundles: Sequence[Bundle], texts: Iterable[str] = (), items: Iterable[str] = ()) -> list[Bundle]:
    """The bundles whose event a conversation shows, those shown by words first.

    Args:
        texts: What the citizen wrote.
        items: External ids of the service items that were answered from, the latest first; they show nothing
            where the words speak of what may come.
    """
    said = [clause for text in texts for clause in _clauses(text)]
    found = [one for one in bundles if any(_stands(_words(phrase), said) for phrase in one.phrases)]
    if not any(_THOUGHT_OF.search(before + clause) for before, clause in said):
        found += [one for item in items if (one := _of_item(bundles, item)) is not None]
    return list({one.external_id: one for one in found}.values())


def in_profile(bundle: Bundle, life_events: Iterable[str], facts: Mapping[str, object]) -> bool:
    """Whether what a citizen told of themselves shows the event; never a sensitive one.

    Args:
        life_events: Under any of their names.
    """
    if bundle.sensitive:
        return False
    told = {name for event in life_events for name in names_of(event)}
    if told & {bundle.name, *bundle.life_events}:
        return True
    rule = bundle.shown_when
    return rule is not None and evaluate(parse_rule(rule), facts).verdict == "eligible"


@lru_cache(maxsize=4096)
def _words(phrase: str) -> str:
    # Folded once: every turn looks for all phrases of all bundles.
    return compared(phrase)


def _clauses(text: str) -> list[tuple[str, str]]:
    """Each clause as phrases are looked for in it, and what stands before it in its sentence."""
    found: list[tuple[str, str]] = []
    for sentence in _SENTENCE_ENDS.split(fold(text)):
        before = ""
        for clause in _CLAUSE_ENDS.split(sentence):
            words = compared(clause)
            found.append((before, words))
            before += words
    return found


def _stands(words: str, clauses: Sequence[tuple[str, str]]) -> bool:
    return any(_is_meant(before, clause, words) for before, clause in clauses if words in clause)


def _is_meant(before: str, clause: str, words: str) -> bool:
    """Whether one of the places where the words stand says that it has happened, or is to."""
    for found in re.finditer(re.escape(words), clause):
        earlier, later = clause[: found.start()], clause[found.end() :]
        if _DENIED.search(earlier) or _UNDONE.match(later) or _THOUGHT_OF.search(before + earlier):
            continue
        return True
    return False


def _of_item(bundles: Sequence[Bundle], item: str) -> Bundle | None:
    """The bundle that the item shows; none where it shows several."""
    found = [one for one in bundles if any(step.item == item and step.shows for step in one.steps)]
    return found[0] if len(found) == 1 else None
