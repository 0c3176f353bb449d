"""Rows of a table as questions with their answers or as service items."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from knowledge_base.importing.parsing.limits import HEADER_ROWS
from knowledge_base.importing.parsing.messages import Message, Parsed, Refused
from knowledge_base.importing.parsing.table_columns import Header, header_of
from knowledge_base.importing.unreadable import Unreadable

_SHOWN = 5
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
_NUMBERED = re.compile(r"^\s*(?:[（(]?\d{1,2}[）)]|\d{1,2}[.、．](?!\d)|[①-⑳]|[-•·])\s*")
_BRACKETS = re.compile(r"^(?P<name>.+?)[（(](?P<said>[^（）()]+)[）)]$")
_DATE = re.compile(r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})\s*日?(?: 00:00(?::00)?)?")
_YUAN = re.compile(r"(\d{1,9}(?:\.\d{1,2})?)\s*元?")
_FREE = re.compile(r"(?:不收费|免费|无|否|不收取费用)[。.]?")
_ORIGINALS: Final = {
    "原件": "original",
    "复印件": "copy",
    "原件及复印件": "original_and_copy",
    "电子": "electronic",
}
_PEOPLE: Final = {
    "自然人": "个人",
    "公民": "个人",
    "企业": "法人",
    "单位": "法人",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row that a reader sees, by its number from 1.

    Attributes:
        own: Whether each cell holds its text itself rather than by a merged range; all of them where empty.
    """

    number: int
    cells: Sequence[str]
    own: Sequence[bool] = field(default_factory=list)


def records_of(rows: Iterable[Row], where: str) -> Iterator[Message]:
    """The records of a table, or what is wrong with each.

    Raises:
        Unreadable: No row among the first is a header that is known.
    """
    rows = iter(rows)
    header = _found_header(rows)
    if header is None:
        raise Unreadable(
            "has no header of a known table",
            told="没有找到可识别的表头：常见问题表需要“问题”和“答案”两列，办事指南表需要“事项名称”等列。请下载模板填写。",
        )
    yield from _odd_columns(header, where)
    for row in rows:
        if _says_something(row):
            yield _record(header, row, f"{where}:{row.number}")


def _found_header(rows: Iterator[Row]) -> Header | None:
    for row, _ in zip(rows, range(HEADER_ROWS), strict=False):
        if found := header_of(row.cells):
            return found
    return None


def _odd_columns(header: Header, where: str) -> Iterator[Refused]:
    if header.unknown:
        names = "、".join(f"“{name[:30]}”" for name in list(header.unknown.values())[:_SHOWN])
        yield Refused(f"unknown columns: {names}", f"不认识的列：{names}，这些列没有读取。", where)
    if header.twice:
        names = "、".join(f"“{name[:30]}”" for name in header.twice[:_SHOWN])
        yield Refused(f"columns given twice: {names}", f"重复的列：{names}，只读取了第一列。", where)


def _says_something(row: Row) -> bool:
    own = row.own or [True] * len(row.cells)
    return any(cell and is_own for cell, is_own in zip(row.cells, own, strict=False))


def _record(header: Header, row: Row, where: str) -> Message:
    said = {
        name: row.cells[place]
        for name, place in header.fields.items()
        if place < len(row.cells) and row.cells[place]
    }
    broken = next((text for text in said.values() if text in _ERRORS), None)
    if broken:
        return Refused(f"a cell holds the error {broken}", f"单元格是错误值 {broken}，请先修正。", where)
    if header.kind == "faq":
        missing = [name for name, one in (("问题", "title"), ("答案", "text")) if one not in said]
    else:
        missing = [] if "name" in said else ["事项名称"]
    if missing:
        names = "、".join(missing)
        return Refused(f"is missing: {names}", f"缺少{names}，这一行没有读取。", where)
    values = {name: _MADE.get(name, _as_it_is)(text) for name, text in said.items()}
    if header.kind == "faq":
        return Parsed("document", {"kind": "faq"} | values, where, identity=said["title"])
    return Parsed("item", _guide(values), where, identity=said["name"])


def _guide(values: Mapping[str, Any]) -> Mapping[str, Any]:
    made = dict(values)
    online = made.pop("online", None)
    if online:
        made["online_url" if re.match(r"(?i)https?://", online) else "online_note"] = online
    if "external_id" in made:
        made["code"] = made["external_id"]
    return made


def _as_it_is(text: str) -> str:
    return text


def _entries(text: str) -> list[str]:
    found = (_NUMBERED.sub("", line).strip() for line in text.split("\n"))
    return [line for line in found if line]


def _names(text: str) -> list[str]:
    return [name.strip() for name in re.split(r"[;；、\n]", text) if name.strip()]


def _questions(text: str) -> list[str]:
    return [name.strip() for name in re.split(r"[;；\n]", text) if name.strip()]


def _day(text: str) -> str:
    """A date as it may be written; what is none is left for the check to refuse."""
    found = _DATE.fullmatch(text.strip())
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text


def _audience(text: str) -> list[str]:
    said = [one.strip() for one in re.split(r"[;；,，、/\s和及]+", text) if one.strip()]
    return list(dict.fromkeys(_PEOPLE.get(one, one) for one in said))


def _materials(text: str) -> list[dict[str, Any]]:
    return [_material(line) for line in _entries(text)]


def _material(line: str) -> dict[str, Any]:
    """身份证（原件，1份）: the brackets are read where all of them is known, else kept as they are."""
    found = _BRACKETS.match(line)
    if found is None:
        return {"name": line}
    made: dict[str, Any] = {"name": found["name"].strip()}
    for part in re.split(r"[，,；;、\s]+", found["said"].strip()):
        copies = re.fullmatch(r"(原件|复印件|原件及复印件|电子)?(\d{1,2})份", part)
        kind = copies[1] if copies else part
        if copies:
            made["copies"] = int(copies[2])
        if kind in _ORIGINALS:
            made["original"] = _ORIGINALS[kind]
        elif part in ("非必要", "可选", "选交"):
            made["required"] = False
        elif not copies:
            return {"name": line}
    return made


def _fee(text: str) -> dict[str, Any]:
    if _FREE.fullmatch(text):
        return {"text": "不收费", "amount": 0}
    amount = _YUAN.fullmatch(text)
    return {"text": text} if amount is None else {"text": f"{amount[1]}元", "amount": float(amount[1])}


def _places(text: str) -> list[dict[str, Any]]:
    return [_counter(line) for line in _entries(text)]


def _counter(line: str) -> dict[str, Any]:
    name, _, address = (part.strip() for part in re.sub(":", "：", line, count=1).partition("："))
    return {"name": name, "address": address} if name and address else {"name": "办理地点", "address": line}


def _result(text: str) -> dict[str, Any]:
    return {"name": text}


_MADE: Final[Mapping[str, Callable[[str], Any]]] = {
    "question_variants": _questions,
    "aliases": _names,
    "published_on": _day,
    "effective_from": _day,
    "effective_to": _day,
    "audience": _audience,
    "conditions": _entries,
    "materials": _materials,
    "steps": _entries,
    "fee": _fee,
    "places": _places,
    "legal_basis": _entries,
    "result": _result,
}
