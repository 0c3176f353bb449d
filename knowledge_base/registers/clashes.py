"""What a register's entry would take away from another one."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from core.catalogue.models import Agency
from core.catalogue.payloads import from_payload
from core.catalogue.registers import find
from core.catalogue.tables import agency
from core.catalogue.wording import Pin, question_key
from core.text.normalise import fold


def pin_clashes(connection: Connection, entry: Pin, held: Pin | None) -> dict[str, str]:
    """Questions that another fixed answer has already: a sentence by field."""
    found: dict[str, str] = {}
    asked = [("question", entry.question), *(("others", other) for other in entry.others)]
    for field, question in asked:
        if not question_key(question):
            found.setdefault(field, f"“{question}”里没有可以比对的文字。")
            continue
        other = find(connection, Pin, question_key(question))
        if other is not None and other != held:
            found.setdefault(field, f"“{question}”已有固定答复，见“{other.question}”。")
    return found


def agency_clashes(connection: Connection, entry: Agency, held: Agency | None) -> dict[str, str]:
    """Names that would be another agency's as well: a sentence by field.

    A name that it has had all along is left to it, even where another one has it too. An alias of its own
    does not become its name so: with a name go records and rights.
    """
    aliases = set(_names(held)) if held else set()
    names = set(map(fold, (held.external_id, *held.names))) if held else set()
    taken = _taken(connection, entry.external_id)
    found: dict[str, str] = {}
    for field, name in (("name", entry.name), *(("aliases", alias) for alias in entry.aliases)):
        own = names if field == "name" else aliases
        if fold(name) not in own and fold(name) in taken:
            found.setdefault(field, f"“{name}”已是“{taken[fold(name)]}”的名称、曾用名或别名。")
    return found


def _taken(connection: Connection, external_id: str) -> dict[str, str]:
    """What all other agencies are called, and whose it is."""
    others = select(agency.c.payload).where(agency.c.external_id != external_id)
    every = (from_payload(Agency, payload) for payload in connection.execute(others).scalars())
    return {name: one.name for one in every for name in _names(one)}


def _names(one: Agency) -> Iterator[str]:
    yield from map(fold, (one.external_id, *one.names, *one.aliases))
