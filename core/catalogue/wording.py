"""What agencies teach the search: everyday names of official things, and fixed answers to exact questions."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Annotated, Self

from pydantic import ConfigDict, StringConstraints, model_validator
from pydantic.dataclasses import dataclass

from core.answering import Aspect
from core.catalogue.keys import Kind
from core.catalogue.models import ExternalId, Link, Name
from core.text.normalise import fold

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_NOT_SAID = re.compile(r"[\s\W_]+")
Answer = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Term:
    """An everyday name (俗称) and what is meant: official words, or a service item by its external id."""

    term: Annotated[str, StringConstraints(min_length=2, max_length=60)]
    means: Name | None = None
    item: ExternalId | None = None

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        if (self.means is None) == (self.item is None):
            raise ValueError("exactly one of means and item must be given")
        return self

    @property
    def key(self) -> str:
        """The form in which it is found in a question."""
        return fold(self.term)


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Pin:
    """What is answered to an exact question: words of its own with their source, or a record.

    Attributes:
        others: Further questions with the same answer.
        title: Name of the source as it is cited; the question where it is open.
        aspect: Field of a guide that is shown.
    """

    question: Name
    others: list[Name] = field(default_factory=list)
    answer: Answer | None = None
    title: Name | None = None
    source_url: Link | None = None
    item: ExternalId | None = None
    document: ExternalId | None = None
    aspect: Aspect | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        if sum(value is not None for value in (self.answer, self.item, self.document)) != 1:
            raise ValueError("exactly one of answer, item and document must be given")
        return self

    @property
    def target(self) -> tuple[Kind, str] | None:
        """Kind and external id of the record that answers."""
        if self.item is not None:
            return "item", self.item
        return ("document", self.document) if self.document is not None else None

    @property
    def keys(self) -> tuple[str, ...]:
        """Every question it answers, in the form in which questions are compared."""
        return tuple(dict.fromkeys(question_key(text) for text in (self.question, *self.others)))


def question_key(text: str) -> str:
    """A question without what makes no difference: width, case, traditional forms, blanks, punctuation."""
    return _NOT_SAID.sub("", fold(text))
