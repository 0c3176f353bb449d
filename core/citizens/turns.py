"""One turn kept whole: transcript, choices offered, answer log and stored reply in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Engine, insert

from core.answering import AnswerStatus, Aspect
from core.catalogue.keys import RecordKey
from core.catalogue.owners import owner_of
from core.citizens.choices import LIFETIME, OfferedChoice
from core.citizens.consents import Purpose, agreed
from core.citizens.conversations import StoredMessage, visit
from core.citizens.replies import StoredReply, store
from core.citizens.tables import answer_log, answer_source, choice_token, followup, message
from core.clock import Clock
from core.database.engine import writing
from core.database.rows import insert_all_missing

log = logging.getLogger(__name__)
# Put together once, as in `rows`.
_NEW_CHOICE = insert(choice_token)
_NEW_ANSWER = insert(answer_log)
_NEW_SOURCE = insert(answer_source)
_NEW_FOLLOWUP = insert(followup)


@dataclass(frozen=True, kw_only=True)
class LoggedAnswer:
    """A row of the answer log. The question is masked; step times are in milliseconds.

    `sources` are the records that were quoted, with their version; `versions` those of all that were named.
    """

    id: str
    question: str
    status: AnswerStatus
    item_id: int | None = None
    aspect: Aspect | None = None
    passage_ids: Sequence[int] = ()
    versions: dict[str, int] = field(default_factory=dict)
    sources: Sequence[tuple[RecordKey, int]] = ()
    step_ms: dict[str, float] = field(default_factory=dict)
    channel: str = "web"
    region: str | None = None


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What a turn leaves behind; the reply is stored only for a client that named its message.

    A message with the id of one that is kept already stays as it is. `region` is the one that the citizen
    named in the turn, if any. `address` is where it came from; it is kept nowhere.
    """

    conversation: str
    answer: LoggedAnswer
    messages: Sequence[StoredMessage] = ()
    choices: Sequence[OfferedChoice] = ()
    client_message_id: str | None = None
    reply: StoredReply | None = None
    region: str | None = None
    address: str | None = None


Also = Callable[[Connection, Turn, frozenset[Purpose]], None]


class Turns:
    """Keeps turns.

    Args:
        engine: Database.
        clock: The time.
        also: What else another room keeps of a turn, within its transaction, for the purposes agreed to; what
            fails of it is left out.
    """

    def __init__(self, engine: Engine, clock: Clock, also: Also | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._also = also

    def save(self, turn: Turn) -> None:
        """Keeps all of it, or, on an error, nothing; what goes along with it as far as possible."""
        now = self._clock.now()
        with writing(self._engine) as connection:
            visit(connection, turn.conversation, now, turn.region)
            _insert_messages(connection, turn)
            _insert_choices(connection, turn, now)
            purposes = agreed(connection, turn.conversation)
            linked = turn.conversation if Purpose.PERSONALIZE in purposes else None
            _insert_answer(connection, turn.answer, linked, now)
            if Purpose.FOLLOWUP_NOTICE in purposes:
                asker = {"answer_id": turn.answer.id, "citizen": turn.conversation, "created": now}
                connection.execute(_NEW_FOLLOWUP, asker)
            if turn.client_message_id and turn.reply:
                store(connection, turn.conversation, turn.client_message_id, turn.reply)
            if self._also is not None:
                _keep_along(self._also, connection, turn, purposes)

    def count(self, answer_id: str, status: AnswerStatus) -> None:
        """Keeps a row of the answer log without words, of nobody and of no conversation."""
        with writing(self._engine) as connection:
            answer = LoggedAnswer(id=answer_id, question="", status=status)
            _insert_answer(connection, answer, None, self._clock.now())


def _keep_along(also: Also, connection: Connection, turn: Turn, purposes: frozenset[Purpose]) -> None:
    try:
        with connection.begin_nested():
            also(connection, turn, purposes)
    except Exception as error:
        log.warning("what goes along with a turn is not kept", extra={"kind": type(error).__name__})


def _insert_messages(connection: Connection, turn: Turn) -> None:
    rows = [
        {
            "id": one.id,
            "conversation": turn.conversation,
            "answer_id": turn.answer.id,
            "role": one.role,
            "kind": one.kind,
            "payload": one.payload,
            "created": one.created,
        }
        for one in turn.messages
    ]
    insert_all_missing(connection, message, rows)


def _insert_choices(connection: Connection, turn: Turn, now: datetime) -> None:
    rows = [
        {
            "token": choice.token,
            "conversation": turn.conversation,
            "title": choice.title[:300],
            "target_kind": choice.target_kind,
            "target_id": choice.target_id,
            "aspect": choice.purpose,
            "region": choice.region,
            "created": now,
            "expires": now + LIFETIME,
        }
        for choice in turn.choices
    ]
    if rows:
        connection.execute(_NEW_CHOICE, rows)


def _insert_answer(connection: Connection, answer: LoggedAnswer, citizen: str | None, now: datetime) -> None:
    quoted = [key for key, _ in answer.sources]
    row = {
        "id": answer.id,
        "citizen": citizen,
        "question": answer.question,
        "status": answer.status,
        "item_id": answer.item_id,
        "aspect": answer.aspect,
        "passage_ids": list(answer.passage_ids),
        "versions": answer.versions,
        "step_ms": answer.step_ms,
        "channel": answer.channel,
        "region": answer.region,
        "agency": owner_of(
            connection, [RecordKey("item", answer.item_id), *quoted] if answer.item_id else quoted
        ),
        "created": now,
    }
    connection.execute(_NEW_ANSWER, row)
    sources = [
        {"answer_id": answer.id, "kind": key.kind, "record_id": key.id, "version": version, "at": now}
        for key, version in answer.sources
    ]
    if sources:
        connection.execute(_NEW_SOURCE, sources)
