"""Reads and writes of the term list and the fixed answers; each change takes a revision."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, delete, insert, select

from core.catalogue.payloads import from_payload, to_payload
from core.catalogue.records import Outcome
from core.catalogue.revision import changing, next_revision
from core.catalogue.tables import pin, term
from core.catalogue.wording import Pin, Term, question_key
from core.database.engine import reading
from core.errors import NotFound
from core.text.normalise import fold


class Wordings:
    """The agencies' words in one database; safe to use from several processes at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def terms(self) -> list[Term]:
        """The whole term list."""
        with reading(self._engine) as connection:
            payloads = connection.execute(select(term.c.payload).order_by(term.c.key)).scalars().all()
        return [from_payload(Term, payload) for payload in payloads]

    def pins(self) -> list[Pin]:
        """Every fixed answer once."""
        with reading(self._engine) as connection:
            payloads = connection.execute(select(pin.c.payload).order_by(pin.c.key)).scalars().all()
        return [from_payload(Pin, payload) for payload in dict.fromkeys(payloads)]

    def pinned(self, question: str) -> Pin | None:
        """The fixed answer to a question, as it stands at this moment."""
        with reading(self._engine) as connection:
            payload = connection.execute(
                select(pin.c.payload).where(pin.c.key == question_key(question))
            ).scalar()
        return from_payload(Pin, payload) if payload is not None else None

    def put_terms(self, entries: Sequence[Term]) -> list[Outcome]:
        """Writes entries of the term list, each in place of one with the same name."""
        with changing(self._engine) as connection:
            return [put_term(connection, entry) for entry in entries]

    def put_pins(self, entries: Sequence[Pin]) -> list[Outcome]:
        """Writes fixed answers, each in place of what answered one of its questions."""
        with changing(self._engine) as connection:
            return [put_pin(connection, entry) for entry in entries]

    def remove_term(self, name: str) -> None:
        """Takes an entry off the term list.

        Raises:
            NotFound: There is none of this name.
        """
        with changing(self._engine) as connection:
            if not drop_term(connection, fold(name.strip())):
                raise NotFound(f"no term {name}. 没有这个俗称。")

    def remove_pin(self, question: str) -> None:
        """Takes a fixed answer away, with all of its questions.

        Raises:
            NotFound: There is none to this question.
        """
        with changing(self._engine) as connection:
            if not drop_pin(connection, question_key(question)):
                raise NotFound(f"no fixed answer to {question}. 没有这个置顶答案。")


def put_term(connection: Connection, entry: Term) -> Outcome:
    """Writes an entry of the term list in place of one with the same name."""
    payload = to_payload(entry)
    old = connection.execute(select(term.c.payload).where(term.c.key == entry.key)).scalar()
    if old == payload:
        return "unchanged"
    next_revision(connection)
    connection.execute(delete(term).where(term.c.key == entry.key))
    connection.execute(insert(term).values(key=entry.key, payload=payload))
    return "created" if old is None else "changed"


def drop_term(connection: Connection, key: str) -> bool:
    """Takes an entry off the term list; False where there is none."""
    gone = bool(connection.execute(delete(term).where(term.c.key == key)).rowcount)
    if gone:
        next_revision(connection)
    return gone


def drop_pin(connection: Connection, key: str) -> bool:
    """Takes away the fixed answer to a question, with all of its questions; False where there is none."""
    asked = connection.execute(select(pin.c.question).where(pin.c.key == key)).scalar()
    if asked is not None:
        connection.execute(delete(pin).where(pin.c.question == asked))
        next_revision(connection)
    return asked is not None


def put_pin(connection: Connection, entry: Pin) -> Outcome:
    """Writes a fixed answer in place of what answered one of its questions."""
    payload = to_payload(entry)
    held = connection.execute(select(pin.c.question, pin.c.payload).where(pin.c.key.in_(entry.keys))).all()
    if {row.payload for row in held} == {payload}:
        return "unchanged"
    next_revision(connection)
    replaced = {entry.question, *(row.question for row in held)}
    connection.execute(delete(pin).where(pin.c.question.in_(replaced)))
    connection.execute(
        insert(pin), [{"key": key, "question": entry.question, "payload": payload} for key in entry.keys]
    )
    return "changed" if held else "created"
