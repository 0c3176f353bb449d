"""Conversation scripts: what a citizen says turn by turn, and what each reply must be. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from apps.portal.wire import (
    AnswerMessage,
    ChatReply,
    ChoiceButton,
    ChoicesMessage,
    Message,
    RegionCode,
    ServicesMessage,
)
from core.answering import AnswerStatus, Aspect

Region = RegionCode | Annotated[str, Field(max_length=0)]
OK = 200


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Turn(_Strict):
    """One message of a citizen, and what a right reply to it has.

    Attributes:
        say: The words typed.
        length: `say` is repeated and cut to so many characters.
        choose: The button pressed of the last reply that had any: its number, or its title.
        payload: A payload that no reply has offered.
        tell: The district sent along, by its code; an empty one forgets it.
        http: Status of the response; of an error nothing else is told.
        status: How the turn ended: one of these.
        item: Every card is of a service item of one of these names.
        aspects: Fields that the cards show; none: the overview.
        source: A cited record has this title.
        kinds: Each is the kind of one of the messages.
        contains: Each stands in what is shown; of a list one does.
        excludes: None stands in what is shown.
        offers: Each stands in the title of a button.
        region: District that the conversation is in from now on; empty: in none.
    """

    say: str | None = None
    length: Annotated[int, Field(gt=0)] | None = None
    choose: Annotated[int, Field(gt=0)] | Annotated[str, Field(min_length=1)] | None = None
    payload: str | None = None
    tell: Region | None = None
    http: int = OK
    status: AnswerStatus | list[AnswerStatus] | None = None
    item: str | list[str] | None = None
    aspects: list[Aspect] | None = None
    source: str | None = None
    kinds: list[str] = []
    contains: list[str | list[str]] = []
    excludes: list[str] = []
    offers: list[str] = []
    region: Region | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Turn:
        if sum(one is not None for one in (self.say, self.choose, self.payload)) != 1:
            raise ValueError("a turn has one of say, choose and payload")
        if self.length is not None and not self.say:
            raise ValueError("length needs something to repeat")
        if (self.http == OK) != (self.status is not None):
            raise ValueError("a turn that succeeds has a status, one that fails has none")
        return self

    @property
    def text(self) -> str | None:
        """What is typed, at its full length."""
        if self.say is None or self.length is None:
            return self.say
        return (self.say * (self.length // len(self.say) + 1))[: self.length]


class Script(_Strict):
    """A conversation from its beginning.

    Attributes:
        id: Unique name.
        why: What it is about, where that is not plain.
        private: Personal numbers as they are typed; none may be kept.
        turns: The messages in order.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    why: str | None = None
    private: list[Annotated[str, Field(min_length=6)]] = []
    turns: Annotated[list[Turn], Field(min_length=1)]

    @model_validator(mode="after")
    def _numbers_are_said(self) -> Script:
        said = "".join(turn.text or "" for turn in self.turns)
        if missing := [number for number in self.private if number not in said]:
            raise ValueError(f"never said: {missing}")
        return self


_SCRIPTS = TypeAdapter(list[Script])


def read_scripts(folder: Path) -> list[Script]:
    """The scripts of all files of a folder.

    Raises:
        ValueError: A script breaks the format, or two have one name.
    """
    scripts = [script for path in sorted(folder.glob("*.yaml")) for script in read_script_file(path)]
    names = Counter(script.id for script in scripts)
    if twice := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"used more than once: {twice}")
    return scripts


def read_script_file(path: Path) -> list[Script]:
    """The scripts of one file."""
    # Through JSON, as only there a strict model takes the name of a status for the status.
    return _SCRIPTS.validate_json(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8"))))


def message_of(turn: Turn, buttons: list[ChoiceButton]) -> dict[str, Any]:
    """The body to send.

    Args:
        buttons: Those of the last reply that had any.

    Raises:
        LookupError: There is no such button.
    """
    told = {} if turn.tell is None else {"region": turn.tell}
    if turn.choose is not None:
        return {"payload": _pressed(turn.choose, buttons).payload, **told}
    return {**({"payload": turn.payload} if turn.payload is not None else {"text": turn.text}), **told}


def _pressed(choose: int | str, buttons: list[ChoiceButton]) -> ChoiceButton:
    if isinstance(choose, int):
        return buttons[choose - 1]
    found = next((button for button in buttons if button.title == choose), None)
    if found is None:
        raise LookupError(f"no button {choose} among {[button.title for button in buttons]}")
    return found


def buttons_of(reply: ChatReply) -> list[ChoiceButton]:
    """What a reply offers to choose."""
    return [button for part in reply.messages for button in _buttons(part)]


def _buttons(part: Message) -> list[ChoiceButton]:
    if isinstance(part, ServicesMessage):
        return [ChoiceButton(title=one.name, payload=one.payload) for one in part.items]
    return part.choices if isinstance(part, ChoicesMessage) else []


def problems(turn: Turn, reply: ChatReply) -> list[str]:
    """What is wrong with a reply; nothing where it is right."""
    return [*_wrong_end(turn, reply), *_wrong_cards(turn, reply), *_wrong_words(turn, reply)]


def _wrong_end(turn: Turn, reply: ChatReply) -> Iterator[str]:
    allowed = turn.status if isinstance(turn.status, list) else [turn.status]
    if reply.status not in allowed:
        yield f"status {reply.status}, not {', '.join(map(str, allowed))}"
    if turn.region is not None and turn.region != (reply.region or ""):
        yield f"region {reply.region}, not {turn.region or 'none'}"


def _wrong_cards(turn: Turn, reply: ChatReply) -> Iterator[str]:
    cards = [part for part in reply.messages if isinstance(part, AnswerMessage)]
    if turn.item is not None:
        allowed = turn.item if isinstance(turn.item, list) else [turn.item]
        names = [card.item.name if card.item else None for card in cards]
        if not names or set(names) - set(allowed):
            yield f"items {names}, not {allowed}"
    if turn.aspects is not None:
        shown = sorted(card.aspect for card in cards if card.aspect)
        if not cards or shown != sorted(turn.aspects):
            yield f"aspects {shown}, not {sorted(turn.aspects)}"
    if turn.source is not None:
        titles = [citation.title for card in cards for citation in card.citations]
        if turn.source not in titles:
            yield f"sources {titles}, without {turn.source}"


def _wrong_words(turn: Turn, reply: ChatReply) -> Iterator[str]:
    shown, kinds = shown_words(reply), [part.kind for part in reply.messages]
    yield from (f"no {one} among {kinds}" for one in turn.kinds if one not in kinds)
    for wanted in turn.contains:
        if not any(one in shown for one in ([wanted] if isinstance(wanted, str) else wanted)):
            yield f"{wanted} is not shown"
    yield from (f"{one} is shown" for one in turn.excludes if one in shown)
    titles = [button.title for button in buttons_of(reply)]
    yield from (f"{one} is not offered" for one in turn.offers if not any(one in title for title in titles))


def shown_words(reply: ChatReply) -> str:
    """Everything of a reply that a citizen reads."""
    lines = [part.text for part in reply.messages]
    lines += [button.title for button in buttons_of(reply)]
    for part in reply.messages:
        if isinstance(part, AnswerMessage):
            lines += [words for one in part.citations for words in (one.title, one.quote)]
    return "\n".join(lines)


def kept_forms(number: str) -> set[str]:
    """How a typed number would be found where it was kept: as typed, plain or joined, also in JSON."""
    plain = unicodedata.normalize("NFKC", number)
    joined = "".join(character for character in plain if character.isalnum())
    forms = {number, plain, joined}
    return forms | {escaped(form) for form in forms}


def escaped(text: str) -> str:
    """A text as it stands in JSON that is all ASCII."""
    return json.dumps(text)[1:-1]
