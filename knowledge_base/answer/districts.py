"""Districts that a citizen names in words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.catalogue.models import Region
from core.text.normalise import fold

# "我在东区", "东区的", "住西区那边": the district and nothing else.
_AROUND = re.compile("我们?|人|家|住|就|是|在|的|那边|这边|这里|呢|吧|啊|哦|市|户口|[\\s\\W_]+")
_NOT_A_DISTRICT = "00"


@dataclass(frozen=True, slots=True)
class Named:
    """A district in a text, and the folded text without it."""

    code: str
    rest: str

    @property
    def alone(self) -> bool:
        """Whether the text says nothing else."""
        return not _AROUND.sub("", self.rest)


def is_district(code: str) -> bool:
    """Whether a region is a district or county: what holds there is not what holds in the whole city."""
    return not code.endswith(_NOT_A_DISTRICT)


def named_district(text: str, regions: Sequence[Region]) -> Named | None:
    """The one district that a text names; None where it names none, or several."""
    names = {fold(name): one.code for one in regions for name in (one.name, *one.aliases)}
    if not names:
        return None
    pattern = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    folded = fold(text)
    found = {names[name] for name in pattern.findall(folded) if is_district(names[name])}
    return Named(found.pop(), pattern.sub("", folded)) if len(found) == 1 else None
