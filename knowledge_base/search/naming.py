"""Whether a question names a record: by its title, an alias, or another way to ask. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from knowledge_base.index.tokens import content, grams

# Words of every guide's questions: they say what is wanted of a matter, not which matter.
_COMMON = re.compile(
    "需要|准备|提供|提交|材料|资料|证件|手续|流程|步骤|条件|要求|费用|收费|多少钱|要钱|时间|期限|多久|几天|地点|地址|地方"
    "|电话|热线|网上|线上|手机|依据|结果|表格|样表|下载|办理|申请|申办|办|带|去|在|我|想|要|能|可以|的|了|吗|呢|啊"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: its bigrams, and what each is worth."""

    worth: Mapping[str, float]
    total: float


def subject_of(words: str, weight: Callable[[str], float]) -> Subject:
    """The subject of a question that is given without asking words."""
    worth = {gram: weight(gram) for gram in subject_grams(words)}
    return Subject(worth, sum(worth.values()))


def name_match(asked: Subject, holding: Mapping[str, Sequence[int]], worths: Sequence[float]) -> float:
    """Best agreement of the question with one of the names, by bigrams and what these are worth; 0 to 1.

    Harmonic mean of the share of the name that is asked and the share of the question that is the name, by
    rarity; words that every guide's questions have count for neither.

    Args:
        holding: In which names which bigram stands.
        worths: What the bigrams of each name are worth.
    """
    shared: dict[int, float] = {}
    for gram, worth in asked.worth.items():
        for name in holding.get(gram, ()):
            shared[name] = shared.get(name, 0.0) + worth
    return max((2 * worth / (worths[name] + asked.total) for name, worth in shared.items()), default=0.0)


def subject_grams(text: str) -> frozenset[str]:
    """Bigrams of what a name or a question is about; all of them where only common words are left."""
    words = content(text)
    return frozenset(grams(_COMMON.sub(" ", words))) or frozenset(grams(words))
