"""Reads of words: the list that every process holds, and pages of it for staff."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, or_, select

from core.catalogue.models import Agency
from core.catalogue.payloads import from_payload
from core.catalogue.tables import agency
from core.database.engine import reading
from core.words.folding import word_key
from core.words.models import Found, InAction, OutAction, Scope, Word, WordIndex
from core.words.tables import word, word_state


@dataclass(frozen=True)
class WordList:
    """The words in force.

    Attributes:
        names: Names, also former ones, of the agencies that have words, by external id: answers name
            agencies so.
    """

    index: WordIndex
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def said(self, text: str) -> list[Found]:
        """Words in what a citizen says."""
        return [one for one in self.index.find(text) if one.word.scope.covers(Scope.IN)]

    def answered(self, text: str, agencies: Collection[str]) -> list[Found]:
        """Words in an answer; those of an agency only where it is quoted, which its name tells."""
        return [
            one
            for one in self.index.find(text, written_around=False)
            if one.word.scope.covers(Scope.OUT) and self._applies(one.word, agencies)
        ]

    def _applies(self, one: Word, agencies: Collection[str]) -> bool:
        return one.agency is None or not self.names.get(one.agency, frozenset()).isdisjoint(agencies)


class WordLists:
    """Reads the list again only where it has changed; blocks, and is for one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mark: str | None = None
        self._list = WordList(WordIndex(()))
        self._owners: list[str] = []

    def read(self) -> WordList:
        """The words in force now.

        Raises:
            Unavailable: The database does not answer.
        """
        with reading(self._engine) as connection:
            mark = connection.execute(select(word_state.c.mark)).scalar()
            words = None
            if mark != self._mark:
                words = [_word(row) for row in connection.execute(select(word).where(word.c.active))]
            owners = self._owners if words is None else sorted({one.agency for one in words if one.agency})
            names = _names(connection, owners)
        if words is not None:
            # An agency may get another name without a change of its words.
            self._list, self._owners = WordList(WordIndex(words), names), owners
            self._mark = mark
        elif names != self._list.names:
            self._list = WordList(self._list.index, names)
        return self._list


def listed_words(
    connection: Connection,
    *,
    q: str = "",
    agency: str | None = None,
    scope: Scope | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[list[Word], int]:
    """Words, those changed last first, and how many there are in all.

    Args:
        q: Part of the word, in whatever form, or of the note.
        agency: Only those of this agency; None is all.
        scope: Only those that are looked for there.
    """
    wanted: list[ColumnElement[bool]] = []
    if q.strip():
        parts = [
            word.c.text.contains(q.strip(), autoescape=True),
            word.c.note.contains(q.strip(), autoescape=True),
        ]
        if key := word_key(q):
            parts.append(word.c.key.contains(key, autoescape=True))
        wanted.append(or_(*parts))
    if agency is not None:
        wanted.append(word.c.agency == agency)
    if scope is not None:
        wanted.append(word.c.scope.in_([one.value for one in Scope if one.covers(scope)]))
    total = connection.execute(select(func.count()).select_from(word).where(*wanted)).scalar_one()
    order = (word.c.updated_at.desc(), word.c.id.desc())
    rows = connection.execute(select(word).where(*wanted).order_by(*order).limit(limit).offset(offset))
    return [_word(row) for row in rows], total


def word_of(connection: Connection, number: int) -> Word | None:
    """The word of this number."""
    row = connection.execute(select(word).where(word.c.id == number)).first()
    return _word(row) if row is not None else None


def _names(connection: Connection, owners: list[str]) -> dict[str, frozenset[str]]:
    if not owners:
        return {}
    found = select(agency.c.external_id, agency.c.payload).where(agency.c.external_id.in_(owners))
    rows = connection.execute(found)
    return {row.external_id: frozenset(from_payload(Agency, row.payload).names) for row in rows}


def _word(row: Row[*tuple[Any, ...]]) -> Word:
    told = row._asdict()
    return Word(**{**told, "scope": Scope(row.scope), **_actions(row)})


def _actions(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {"in_action": InAction(row.in_action), "out_action": OutAction(row.out_action)}
