"""The commands on questions that a publication must not spoil."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints, model_validator

from core.catalogue.keys import Kind
from core.commands import Act, Command, Done, Payload, Permission, Subject
from core.errors import BadInput, NotFound
from knowledge_base.editing.payloads import ExternalId
from knowledge_base.editing.question_sets import (
    Expected,
    count_of,
    drop_question,
    find_question,
    put_question,
)

MOST_QUESTIONS: Final = 100
_KIND: Final = "regression_question"
Asked = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=300)]


class SaveQuestion(Payload):
    """A question and what the answer has to be; the same one of the same agency and region is replaced.

    Attributes:
        agency: External id; None is no single agency.
        region: Six digits, or empty.
        refused: It is not to be answered; then nothing else is expected.
        external_id: Record that answers.
        words: What the answer says.
    """

    agency: ExternalId | None = None
    question: Asked
    region: Annotated[str, StringConstraints(pattern=r"^([0-9]{6})?$")] = ""
    refused: bool = False
    kind: Kind | None = None
    external_id: ExternalId | None = None
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.refused and (self.external_id or self.words):
            raise ValueError("what is refused has no source")
        if (self.kind is None) != (self.external_id is None):
            raise ValueError("a record is named by kind and id")
        return self


class DropQuestion(Payload):
    """A question by its number."""

    id: Annotated[int, Field(ge=1, lt=2**31)]


def _own(_: Act, given: SaveQuestion) -> tuple[Subject, ...]:
    return (Subject(_KIND, given.question[:100], given.agency),)


def _save(act: Act, given: SaveQuestion) -> Done:
    one = Expected(**given.model_dump())
    number = put_question(act.connection, one, act.actor.login, act.now)
    if count_of(act.connection, given.agency) > MOST_QUESTIONS:
        raise BadInput("too many", public_message=f"每个部门最多 {MOST_QUESTIONS} 个回归问题。")
    return Done({"id": number}, value=number)


def _found(act: Act, given: DropQuestion) -> tuple[Subject, ...]:
    one = find_question(act.connection, given.id)
    if one is None:
        raise NotFound("no such question", public_message="没有这个问题。")
    return (Subject(_KIND, one.question[:100], one.agency),)


def _drop(act: Act, given: DropQuestion) -> Done:
    drop_question(act.connection, given.id)
    return Done({"id": given.id})


QUESTION_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("question.save", Permission.EDIT, SaveQuestion, _own, _save),
    Command("question.delete", Permission.EDIT, DropQuestion, _found, _drop),
)
