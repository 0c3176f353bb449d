"""The tokens that the lexical index holds and that questions are matched by. Pure.

Chinese runs give character bigrams (better than words in every comparison made) and single characters, so
that one character alone finds something; runs of letters and digits stay whole.
"""

from __future__ import annotations

import re

from core.text.normalise import fold

_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[\u3400-\u9fff\uf900-\ufaff]+")
# Words that ask but name nothing: rare in official texts, so a match weighted by rarity would follow them.
_ASKING = re.compile(
    "请问|什么时候|什么样|为什么|是什么|有什么|什么|怎么样|怎么办|怎样|怎么|如何|哪些|哪里|哪个|哪种|哪几|哪|是多少|有多少|多少"
    "|几个|是否|是不是|能不能|可不可以|吗|呢"
)


def runs(text: str) -> list[str]:
    """Folded runs of Chinese characters, and of letters and digits."""
    return _RUN.findall(fold(text))


def grams(text: str) -> list[str]:
    """Bigrams and whole letter or digit runs in order; of a single Chinese character itself."""
    return [gram for run in runs(text) for gram in _grams_of(run)]


def grams_and_singles(folded: str) -> tuple[list[str], list[str]]:
    """What `grams` gives of a text that is folded already, and all its single Chinese characters."""
    found = _RUN.findall(folded)
    singles = [char for run in found if not _is_latin(run) for char in run]
    return [gram for run in found for gram in _grams_of(run)], singles


def content(question: str) -> str:
    """The question without the words that only ask; the question itself if nothing else is left."""
    left = _ASKING.sub(" ", question)
    return left if runs(left) else question


def _grams_of(run: str) -> list[str]:
    if _is_latin(run) or len(run) == 1:
        return [run]
    return [run[start : start + 2] for start in range(len(run) - 1)]


def _is_latin(run: str) -> bool:
    return run[0] < "\u3400"
