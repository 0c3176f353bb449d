"""Life events as bundles (一件事一次办): what belongs to one, in which order. Also the import format."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator
from pydantic.dataclasses import dataclass

from core.catalogue.models import NATIONAL, ExternalId, Line, Name, RegionCode
from core.catalogue.rules import parse_rule
from core.citizens.facts import FACTS
from core.errors import BadInput
from core.text.normalise import fold

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
MOST_STEPS: Final = 40
_SHORTEST: Final = 3
_NOT_SAID: Final = re.compile(r"[\s\W_]+")


def compared(text: str) -> str:
    """A text as phrases are looked for in it: no width, case, traditional forms, blanks, punctuation."""
    return _NOT_SAID.sub("", fold(text))


def _long_enough(phrase: str) -> str:
    # Of the form that is looked for: blanks and punctuation make nothing rarer.
    if len(compared(phrase)) < _SHORTEST:
        raise ValueError(f"群众的说法“{phrase}”不足{_SHORTEST}个字")
    return phrase


Phrase = Annotated[str, StringConstraints(max_length=40), AfterValidator(_long_enough)]
Phrases = Annotated[list[Phrase], Field(max_length=100)]


def _checked_rule(rule: dict[str, object] | None) -> dict[str, object] | None:
    if rule is not None:
        try:
            parse_rule(rule)
        except BadInput:
            raise ValueError("条件不是规范的资格规则") from None
    return rule


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class BundleStep:
    """One service item of a bundle.

    Attributes:
        item: External id of the service item.
        after: External ids of items of the bundle that have to be done before. Optional ones among them hold
            nothing up where a necessary one is named too; where all are optional, one of them is enough.
        optional: It is done only by those who want it.
        when: Rule (`core.catalogue.rules`) on those whom it concerns; everybody where there is none.
        shows: Whoever is answered about the item is in this event, so that it is offered with the answer.
        note: What to know of it in this bundle.
    """

    item: ExternalId
    after: Annotated[list[ExternalId], Field(max_length=MOST_STEPS)] = field(default_factory=list)
    optional: bool = False
    when: dict[str, object] | None = None
    note: Line | None = None
    shows: bool = False

    _is_rule = field_validator("when")(_checked_rule)


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Bundle:
    """The service items of one life event.

    Attributes:
        phrases: Words that show the event wherever a citizen writes them, such as 孩子刚出生.
        life_events: Names that citizens and guides give the event; a profile with one shows it.
        shown_when: Rule on told facts that show the event in a profile.
        leaves_open: Facts (`core.citizens.facts`) that the event changes, or that count of somebody else,
            such as the dead: what the citizen told of them says nothing on the steps.
        sensitive: It is offered in reply to words alone, and never from what is known of a citizen.
        steps: In the order in which they are shown.
    """

    external_id: ExternalId
    name: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    summary: Line | None = None
    region: RegionCode = NATIONAL
    phrases: Phrases = field(default_factory=list)
    life_events: Annotated[list[Name], Field(max_length=20)] = field(default_factory=list)
    shown_when: dict[str, object] | None = None
    leaves_open: Annotated[list[Name], Field(max_length=40)] = field(default_factory=list)
    sensitive: bool = False
    steps: Annotated[list[BundleStep], Field(min_length=2, max_length=MOST_STEPS)]
    demo: bool = False

    _is_rule = field_validator("shown_when")(_checked_rule)

    @field_validator("leaves_open")
    @classmethod
    def _are_facts(cls, names: list[str]) -> list[str]:
        stranger = next((name for name in names if name not in FACTS), None)
        if stranger is not None:
            raise ValueError(f"没有名为“{stranger}”的情况")
        return names

    @field_validator("steps")
    @classmethod
    def _in_some_order(cls, steps: list[BundleStep]) -> list[BundleStep]:
        items = [step.item for step in steps]
        twice = next((item for item in items if items.count(item) > 1), None)
        if twice is not None:
            raise ValueError(f"事项“{twice}”列了两次")
        for step in steps:
            stranger = next((name for name in step.after if name not in items), None)
            if stranger is not None:
                raise ValueError(f"事项“{step.item}”要等的“{stranger}”不在这件事里")
        if circle := circle_in({step.item: step.after for step in steps}):
            raise ValueError(f"办理顺序循环：{' → '.join(circle)}")
        return steps


def circle_in(after: Mapping[str, Sequence[str]]) -> list[str]:
    """Names that wait for each other, the first once more at the end; none where there is an order."""
    settled: set[str] = set()
    for name in after:
        path: list[str] = []
        if _walk(name, after, path, settled):
            return path[path.index(path[-1]) :]
    return []


def _walk(name: str, after: Mapping[str, Sequence[str]], path: list[str], settled: set[str]) -> bool:
    """Whether a way back to a name on the path was found; the path then ends with that name."""
    if name in settled:
        return False
    if name in path:
        path.append(name)
        return True
    path.append(name)
    if any(_walk(one, after, path, settled) for one in after.get(name, ())):
        return True
    settled.add(path.pop())
    return False
