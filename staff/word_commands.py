"""The commands that change sensitive words; each is in force within a second in every process."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from core.commands import Act, Actor, Command, Done, Payload, Permission, Subject
from core.database.rows import put
from core.errors import BadInput, NotFound
from core.words.folding import word_key
from core.words.models import InAction, OutAction, Scope, Word
from core.words.reads import word_of
from core.words.tables import word, word_state
from staff.account_commands import AgencyId, Number, require_agency
from staff.word_files import LONGEST_TEXT, Line, checked_word, read_words

# More would still be found as fast, but not loaded within a second.
MOST_AT_ALL: Final = 50_000
_LONGEST_FILE = 4_000_000
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEXT)]


class _Treatment(Payload):
    agency: AgencyId | None = None
    scope: Scope = Scope.BOTH
    in_action: InAction = InAction.REFUSE
    out_action: OutAction = OutAction.WITHHOLD
    reply: Words = ""
    note: Words = ""


class SaveWord(_Treatment):
    """What a word is from now on; a new one where no number is given."""

    id: Number | None = None
    text: Annotated[str, Field(max_length=200)]
    active: bool = True


class DeleteWord(Payload):
    """A word that is not looked for any more; the log of its hits stays."""

    id: Number


class ImportWords(_Treatment):
    """A file of words; those that are there already are treated as it says."""

    file: Annotated[str, Field(min_length=1, max_length=_LONGEST_FILE)]


def _old_and_new(act: Act, given: SaveWord) -> tuple[Subject, ...]:
    new = Subject("word", str(given.id or ""), given.agency)
    return (_subject(_known(act, given.id)), new) if given.id is not None else (new,)


def _save(act: Act, given: SaveWord) -> Done:
    text = checked_word(given.text)
    _check_owner(act, given.agency, {given.scope})
    row = given.model_dump(mode="json", exclude={"id", "text"}) | {"text": text, "key": word_key(text)}
    same = select(word.c.id).where(word.c.key == row["key"], word.c.agency.is_not_distinct_from(given.agency))
    if act.connection.execute(same.where(word.c.id != (given.id or 0))).first():
        raise BadInput("there already", public_message="这个词已经有了（写法不同也算同一个词）。")
    row["updated_at"] = act.now
    if given.id is None:
        _check_room(act, 1)
        number = int(act.connection.execute(insert(word).values(row).returning(word.c.id)).scalar_one())
    else:
        number = given.id
        act.connection.execute(update(word).where(word.c.id == number).values(row))
    _touch(act.connection)
    told = {name: row[name] for name in ("text", "scope", "in_action", "out_action", "active")}
    return Done(told, Subject("word", str(number), given.agency), number)


def _of_word(act: Act, given: DeleteWord) -> tuple[Subject, ...]:
    return (_subject(_known(act, given.id)),)


def _delete(act: Act, given: DeleteWord) -> Done:
    held = _known(act, given.id)
    act.connection.execute(delete(word).where(word.c.id == given.id))
    _touch(act.connection)
    return Done({"text": held.text})


def _of_agency(_: Act, given: ImportWords) -> tuple[Subject, ...]:
    return (Subject("word", "", given.agency),)


def _read(_: Actor, given: ImportWords) -> tuple[list[Line], int]:
    usual = Line("", "", given.scope, given.in_action, given.out_action, given.reply, given.note)
    return read_words(given.file, usual)


def _import(act: Act, given: ImportWords) -> Done:
    lines: list[Line]
    lines, repeated = act.prepared
    _check_owner(act, given.agency, {line.scope for line in lines})
    held = {
        row.key: row
        for row in act.connection.execute(
            select(word).where(word.c.agency.is_not_distinct_from(given.agency))
        )
    }
    new = [_row(act, given, line) for line in lines if line.key not in held]
    changed = [
        {**_row(act, given, line), "of": held[line.key].id}
        for line in lines
        if line.key in held and not _says(held[line.key], line)
    ]
    _check_room(act, len(new))
    if new:
        act.connection.execute(insert(word), new)
    _write_over(act.connection, changed)
    if new or changed:
        _touch(act.connection)
    told = {"created": len(new), "changed": len(changed), "repeated": repeated}
    told["unchanged"] = len(lines) - len(new) - len(changed)
    return Done(told, value=told)


def _row(act: Act, given: ImportWords, line: Line) -> dict[str, Any]:
    return {**vars(line), "agency": given.agency, "active": True, "updated_at": act.now}


def _says(row: Any, line: Line) -> bool:
    return row.active and all(getattr(row, name) == value for name, value in vars(line).items())


def _write_over(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        # Many at once: meanwhile everybody else's changes wait.
        values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "of"}
        connection.execute(update(word).where(word.c.id == bindparam("of")).values(values), rows)


def _check_owner(act: Act, agency: str | None, scopes: set[Scope]) -> None:
    require_agency(act, agency)
    if agency is not None and scopes != {Scope.OUT}:
        # What a citizen says is no agency's.
        raise BadInput("scope", public_message="部门的词只能用于该部门内容的答复，请把范围选为“答复”。")


def _check_room(act: Act, more: int) -> None:
    held = act.connection.execute(select(func.count()).select_from(word)).scalar_one()
    if held + more > MOST_AT_ALL:
        raise BadInput("too many", public_message=f"词库最多 {MOST_AT_ALL} 个词，现有 {held} 个。")


def _known(act: Act, number: int) -> Word:
    held = word_of(act.connection, number)
    if held is None:
        raise NotFound("no such word", public_message="没有这个词。")
    return held


def _subject(held: Word) -> Subject:
    return Subject("word", str(held.id), held.agency)


def _touch(connection: Connection) -> None:
    put(connection, word_state, "id", id=1, mark=secrets.token_hex(8))


WORD_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("word.save", Permission.WORDS, SaveWord, _old_and_new, _save),
    Command("word.delete", Permission.WORDS, DeleteWord, _of_word, _delete),
    Command("word.import", Permission.WORDS, ImportWords, _of_agency, _import, _read),
)
