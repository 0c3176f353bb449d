"""The commands that change registers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import StringConstraints, ValidationError

from core.catalogue.bundle_register import drop_bundle, put_bundle
from core.catalogue.bundles import Bundle
from core.catalogue.keys import Kind
from core.catalogue.models import Agency, Region
from core.catalogue.reads import stored_record
from core.catalogue.registers import Entry, find, mark_of, put_agency, put_region
from core.catalogue.wording import Pin, Term, question_key
from core.catalogue.wordings import drop_pin, drop_term, put_pin, put_term
from core.commands import Act, Actor, Command, Done, Payload, Permission, Subject
from core.errors import Conflict, NotFound
from core.problems import BadFields, problems_of
from core.text.normalise import fold
from knowledge_base.importing.checks import check_characters
from knowledge_base.importing.unreadable import Unreadable
from knowledge_base.registers.clashes import agency_clashes, pin_clashes

Key = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
_E = TypeVar("_E", bound=Entry)
# What an agency says of itself; what it is called, and where it works, touches all the others.
OWN_FIELDS: Final = ("phone", "address", "website", "hours", "duties")
_ONE_ANSWER: Final = "答复、办事指南、文件三项中填一项，且只填一项。"
_ONE_MEANING: Final = "规范说法、办事指南两项中填一项，且只填一项。"


class SaveEntry(Payload):
    """What an entry says from now on.

    Attributes:
        was: What the entry is known by so far; none of a new one.
        mark: Of the entry as the actor has seen it; none of a new one.
        entry: Its fields.
    """

    was: Key | None = None
    mark: Mark | None = None
    entry: dict[str, Any]


class DropEntry(Payload):
    """An entry as the actor has seen it."""

    was: Key
    mark: Mark


def _checked(kind: type[_E], given: Mapping[str, Any]) -> _E:
    try:
        check_characters(given)
        return kind(**given)
    except ValidationError as error:
        raise BadFields(_at_fields(kind, problems_of(error))) from None
    except TypeError:
        raise BadFields(dict.fromkeys(map(str, given), "没有这一项。")) from None
    except (Unreadable, RecursionError):
        raise BadFields({kind.__name__.lower(): "含有不能保存的字符。"}) from None


def _at_fields(kind: type, found: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with an entry as a whole is told beside the first field that it is about."""
    whole = {Term: ("means", _ONE_MEANING), Pin: ("answer", _ONE_ANSWER)}
    return dict(whole[kind] if not name and kind in whole else (name, said) for name, said in found.items())


def _held(act: Act, kind: type[_E], given: SaveEntry | DropEntry) -> _E | None:
    """The entry as it is, where that is how the actor has seen it.

    Raises:
        Conflict: It is another one by now, or gone.
    """
    held = find(act.connection, kind, _key(kind, given.was)) if given.was is not None else None
    if (mark_of(held) if held else None) != given.mark:
        raise Conflict("another entry", public_message="这一条在此期间有改动或已删除，请查看最新内容后再改。")
    return held


def _key(kind: type, name: str) -> str:
    return fold(name.strip()) if kind is Term else question_key(name) if kind is Pin else name


def _new_key(act: Act, kind: type[_E], entry: _E, key: str, held: _E | None, field: str) -> None:
    """Refuses what another entry is known by already."""
    other = find(act.connection, kind, key)
    if other is not None and other != held:
        raise BadFields({field: f"已有“{_name(other)}”这一条。"})


def _name(entry: Entry) -> str:
    return entry.term if isinstance(entry, Term) else entry.question if isinstance(entry, Pin) else entry.name


def _require_record(act: Act, kind: Kind, external_id: str | None) -> None:
    if external_id is not None and stored_record(act.connection, kind, external_id) is None:
        raise BadFields({kind: "没有这个编号的内容。"})


def _save_term(act: Act, given: SaveEntry) -> Done:
    entry, held = act.prepared, _held(act, Term, given)
    _new_key(act, Term, entry, entry.key, held, "term")
    _require_record(act, "item", entry.item)
    if held is not None and held.key != entry.key:
        drop_term(act.connection, held.key)
    put_term(act.connection, entry)
    return Done({"term": entry.term, "means": entry.means, "item": entry.item})


def _drop_term(act: Act, given: DropEntry) -> Done:
    held = _there(_held(act, Term, given))
    drop_term(act.connection, held.key)
    return Done({"term": held.term, "means": held.means, "item": held.item})


def _save_pin(act: Act, given: SaveEntry) -> Done:
    entry, held = act.prepared, _held(act, Pin, given)
    if clashes := pin_clashes(act.connection, entry, held):
        raise BadFields(clashes)
    _require_record(act, "item", entry.item)
    _require_record(act, "document", entry.document)
    if held is not None and held != entry:
        drop_pin(act.connection, question_key(held.question))
    put_pin(act.connection, entry)
    return Done({"question": entry.question, "answers": entry.answer or entry.item or entry.document})


def _drop_pin(act: Act, given: DropEntry) -> Done:
    held = _there(_held(act, Pin, given))
    drop_pin(act.connection, question_key(held.question))
    return Done({"question": held.question, "answers": held.answer or held.item or held.document})


def _save_region(act: Act, given: SaveEntry) -> Done:
    entry, held = act.prepared, _held(act, Region, given)
    _new_key(act, Region, entry, entry.code, held, "code")
    _keeps(held is None or held.code == entry.code, "code")
    put_region(act.connection, entry)
    return Done({"name": entry.name})


def _save_bundle(act: Act, given: SaveEntry) -> Done:
    entry, held = act.prepared, _held(act, Bundle, given)
    _new_key(act, Bundle, entry, entry.external_id, held, "external_id")
    _keeps(held is None or held.external_id == entry.external_id, "external_id")
    for number, step in enumerate(entry.steps):
        if stored_record(act.connection, "item", step.item) is None:
            raise BadFields({f"steps.{number}.item": "没有这个编号的办事指南。"})
    put_bundle(act.connection, entry)
    return Done({"name": entry.name, "steps": len(entry.steps)})


def _drop_bundle(act: Act, given: DropEntry) -> Done:
    held = _there(_held(act, Bundle, given))
    drop_bundle(act.connection, held.external_id)
    return Done({"name": held.name, "steps": len(held.steps)})


def _save_agency(act: Act, given: SaveEntry) -> Done:
    entry, held = act.prepared, _held(act, Agency, given)
    _new_key(act, Agency, entry, entry.external_id, held, "external_id")
    _keeps(held is None or held.external_id == entry.external_id, "external_id")
    _keeps(entry.former_names == (held.former_names if held else []), "former_names")
    if clashes := agency_clashes(act.connection, entry, held):
        raise BadFields(clashes)
    put_agency(act.connection, entry)
    renamed = {"was_named": held.name} if held and held.name != entry.name else {}
    return Done({"name": entry.name, **renamed})


def _keeps(same: bool, field: str) -> None:
    if not same:
        raise BadFields({field: "这一项不能改动。"})


def _there(held: _E | None) -> _E:
    if held is None:
        raise NotFound("no such entry", public_message="没有这一条。")
    return held


def _agency(act: Act, given: SaveEntry) -> tuple[Subject, ...]:
    """The agency; also all of them where more is changed than what it says of itself."""
    entry: Agency = act.prepared
    own = Subject("agency", entry.external_id, entry.external_id)
    held = find(act.connection, Agency, given.was) if given.was is not None else None
    if held is not None and _by_others(held) == _by_others(entry):
        return (own,)
    return (own, Subject("agency", entry.external_id))


def _by_others(entry: Agency) -> dict[str, Any]:
    """What an agency does not decide alone."""
    names = (name for name in Agency.__dataclass_fields__ if name not in OWN_FIELDS)
    return {name: getattr(entry, name) for name in names}


def _of_all(kind: type[_E]) -> Any:
    """What belongs to no single agency, by what it is known by."""

    def touched(act: Act, given: SaveEntry | DropEntry) -> tuple[Subject, ...]:
        name = given.was or (_known_by(act.prepared) if act.prepared else "")
        return (Subject(kind.__name__.lower(), name),)

    return touched


def _known_by(entry: Entry) -> str:
    if isinstance(entry, Bundle):
        return entry.external_id
    return entry.code if isinstance(entry, Region) else _name(entry)


def _read(kind: type[_E]) -> Any:
    def prepare(_: Actor, given: SaveEntry) -> _E:
        return _checked(kind, given.entry)

    return prepare


_REGISTER: Final = Permission.REGISTER
REGISTER_COMMANDS: Final[tuple[Command[Any], ...]] = (
    Command("term.save", _REGISTER, SaveEntry, _of_all(Term), _save_term, _read(Term)),
    Command("term.delete", _REGISTER, DropEntry, _of_all(Term), _drop_term),
    Command("pin.save", _REGISTER, SaveEntry, _of_all(Pin), _save_pin, _read(Pin)),
    Command("pin.delete", _REGISTER, DropEntry, _of_all(Pin), _drop_pin),
    Command("bundle.save", _REGISTER, SaveEntry, _of_all(Bundle), _save_bundle, _read(Bundle)),
    Command("bundle.delete", _REGISTER, DropEntry, _of_all(Bundle), _drop_bundle),
    Command("region.save", _REGISTER, SaveEntry, _of_all(Region), _save_region, _read(Region)),
    Command("agency.save", _REGISTER, SaveEntry, _agency, _save_agency, _read(Agency)),
)
