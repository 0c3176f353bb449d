"""Files of sensitive words: TXT with one on a line, or CSV with a head; all of it or nothing. Pure."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from core.errors import BadInput
from core.words.folding import word_key
from core.words.models import InAction, OutAction, Scope

MOST_WORDS: Final = 20_000
LONGEST_WORD: Final = 50
LONGEST_TEXT: Final = 500
_MOST_SHOWN = 10
_HEADS: Final[Mapping[str, str]] = {
    "词": "text", "敏感词": "text", "word": "text",
    "范围": "scope", "scope": "scope",
    "提问处理": "in_action", "in_action": "in_action",
    "答复处理": "out_action", "out_action": "out_action",
    "回复": "reply", "reply": "reply",
    "备注": "note", "note": "note",
}  # fmt: skip
_Choice = TypeVar("_Choice", Scope, InAction, OutAction)


@dataclass(frozen=True)
class Line:
    """What a line says of a word; where it says nothing the import's own choice holds."""

    text: str
    key: str
    scope: Scope
    in_action: InAction
    out_action: OutAction
    reply: str
    note: str


_MOST_PROBLEMS: Final = 200


@dataclass
class _Reading:
    usual: Line
    lines: dict[str, Line] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    repeated: int = 0

    def is_enough(self) -> bool:
        """Whether the rest need not be read, as the file is refused already."""
        return len(self.lines) > MOST_WORDS or len(self.problems) >= _MOST_PROBLEMS

    def take(self, number: int, told: Mapping[str, str]) -> None:
        try:
            line = _line(told, self.usual)
        except BadInput as error:
            self.problems.append(f"第{number}行：{error.public_message}")
            return
        held = self.lines.setdefault(line.key, line)
        if held is line:
            return
        if _same(held, line):
            self.repeated += 1
        else:
            self.problems.append(f"第{number}行：与前面的“{held.text}”是同一个词，处理方式却不同")


def read_words(text: str, usual: Line) -> tuple[list[Line], int]:
    """The words of a file, and how many lines repeat one.

    Args:
        usual: What holds where a line says nothing; its word is not looked at.

    Raises:
        BadInput: A line cannot be used; the public message names the first ones.
    """
    reading = _Reading(usual)
    rows = text.removeprefix("\ufeff").splitlines()
    heads = _heads(rows)
    if heads is None:
        for number, row in enumerate(rows, 1):
            if row.strip() and not row.lstrip().startswith("#"):
                reading.take(number, {"text": row})
            if reading.is_enough():
                break
    else:
        _read_table(rows, heads, reading)
    if len(reading.lines) > MOST_WORDS:
        raise _bad(f"一次最多导入 {MOST_WORDS} 个词，文件里更多。")
    if reading.problems:
        raise _bad(_told(reading.problems))
    if not reading.lines:
        raise _bad("文件里没有词。")
    return list(reading.lines.values()), reading.repeated


def _heads(rows: Sequence[str]) -> list[str] | None:
    """The fields of a table's columns; None of a file with a word on each line."""
    first = next((row for row in rows if row.strip()), "")
    names = [name.strip().lower() for name in next(csv.reader([first]), [])]
    if not names or "text" not in [_HEADS.get(name) for name in names]:
        return None
    unknown = [name for name in names if name not in _HEADS]
    if unknown:
        raise _bad(
            f"表头里有不认识的列：{'、'.join(unknown)}；可以用：词、范围、提问处理、答复处理、回复、备注。"
        )
    return [_HEADS[name] for name in names]


def _read_table(rows: Sequence[str], heads: list[str], reading: _Reading) -> None:
    table = csv.reader(rows, strict=True)
    is_head = True
    try:
        for cells in table:
            if not any(cell.strip() for cell in cells):
                continue
            if is_head:
                is_head = False
            elif len(cells) > len(heads):
                reading.problems.append(f"第{table.line_num}行：比表头多一列")
            else:
                reading.take(table.line_num, dict(zip(heads, cells, strict=False)))
            if reading.is_enough():
                break
    except csv.Error:
        reading.problems.append(f"第{table.line_num}行：引号没有配对")


def _line(told: Mapping[str, str], usual: Line) -> Line:
    text = checked_word(told.get("text", ""))
    scope = _choice(Scope, told.get("scope", ""), usual.scope)
    reply, note = (told.get(name, "").strip() or getattr(usual, name) for name in ("reply", "note"))
    if max(len(reply), len(note)) > LONGEST_TEXT:
        raise _bad(f"回复和备注不能超过 {LONGEST_TEXT} 个字")
    return Line(
        text=text,
        key=word_key(text),
        scope=scope,
        in_action=_choice(InAction, told.get("in_action", ""), usual.in_action),
        out_action=_choice(OutAction, told.get("out_action", ""), usual.out_action),
        reply=reply,
        note=note,
    )


def checked_word(given: str) -> str:
    """A word that can be looked for, trimmed.

    Raises:
        BadInput: It cannot; the public message says why.
    """
    text = given.strip()
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _bad("含有不能保存的字符")
    if len(text) > LONGEST_WORD:
        raise _bad(f"一个词不能超过 {LONGEST_WORD} 个字")
    if "," in text or "，" in text:
        raise _bad("含有逗号；一行只写一个词，或者使用带表头的 CSV")
    # One character alone stands in too many harmless words.
    if len(word_key(text)) < 2:
        raise _bad(f"“{text}”太短：至少要有两个字、字母或数字")
    return text


def _choice(kind: type[_Choice], given: str, usual: _Choice) -> _Choice:
    said = given.strip().lower()
    if not said:
        return usual
    for one in kind:
        if said in (one.value, one.label):
            return one
    allowed = "、".join(one.label for one in kind)
    raise _bad(f"“{given.strip()[:20]}”不是可用的选项；可以用：{allowed}")


def _same(one: Line, other: Line) -> bool:
    return (one.scope, one.in_action, one.out_action, one.reply) == (
        other.scope, other.in_action, other.out_action, other.reply,
    )  # fmt: skip


def _told(problems: Sequence[str]) -> str:
    more = f"；另有 {len(problems) - _MOST_SHOWN} 处" if len(problems) > _MOST_SHOWN else ""
    return f"没有导入，请先改正：{'；'.join(problems[:_MOST_SHOWN])}{more}。"


def _bad(message: str) -> BadInput:
    return BadInput("words", public_message=message)
