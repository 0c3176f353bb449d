"""Forms as data: which fields they have, what was typed in them, and what that means. Pure.

What is typed is a tree of texts: by the name of a field its text, the list of what is ticked, or, of rows,
a list of trees. So it can be shown again as it was typed, whatever is wrong in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from apps.console.forms import Form

Tree = dict[str, Any]
How = Literal["line", "text", "lines", "date", "choice", "many", "flag"]
YES: Final = "yes"
_TIME: Final = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_SPANS: Final = (("am_opens", "am_closes"), ("pm_opens", "pm_closes"))


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing that is typed, chosen or ticked.

    Attributes:
        how: `lines` is a list with one entry a line, `many` are ticks, `flag` is yes or no.
        default: What an empty field shows; in a row it does not count as typed.
        longest: Characters that a browser takes.
    """

    name: str
    label: str
    how: How = "line"
    hint: str = ""
    longest: int = 4000
    rows: int = 3
    default: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """Fields that make one value together; nothing where all are empty."""

    name: str
    label: str
    fields: Sequence[Field]
    how: Literal["part"] = "part"


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Opening hours: days, a morning and an afternoon, and what holds on holidays; any number of rows."""

    name: str = "hours"
    label: str = "开放时间"
    one: str = "时段"
    spare: int = 1
    how: Literal["hours"] = "hours"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Entries of a list, each a row of fields; a list of plain texts has one field of no name.

    Attributes:
        one: What one entry is called.
        spare: Empty rows that are shown beyond those that say something.
    """

    name: str
    label: str
    one: str
    fields: Sequence[Field | Hours]
    hint: str = ""
    spare: int = 1
    how: Literal["rows"] = "rows"


Element = Field | Part | Rows | Hours


@dataclass(frozen=True)
class Group:
    """Fields that stand together under a heading."""

    label: str
    fields: Sequence[Element]
    hint: str = ""


def elements(groups: Sequence[Group]) -> list[Element]:
    """All fields of a form."""
    return [one for group in groups for one in group.fields]


def typed(fields: Sequence[Element], form: Form, *, keep_empty: bool = False) -> Tree:
    """What was typed.

    Args:
        keep_empty: Also rows in which nothing stands.
    """
    given: dict[str, list[str]] = {}
    for name, text in form.fields:
        given.setdefault(name, []).append(text.replace("\r\n", "\n"))
    return _typed(fields, given, "", keep_empty)


def _typed(fields: Sequence[Element], given: Mapping[str, list[str]], prefix: str, keep_empty: bool) -> Tree:
    return {one.name: _typed_one(one, given, f"{prefix}{one.name}", keep_empty) for one in fields}


def _typed_one(one: Element, given: Mapping[str, list[str]], path: str, keep_empty: bool) -> Any:
    if isinstance(one, Part):
        return _typed(one.fields, given, f"{path}.", keep_empty)
    if isinstance(one, Field):
        values = given.get(path, [])
        return values if one.how == "many" else values[-1] if values else ""
    rows = []
    for number in _numbers(given, f"{path}."):
        row = _row(one, given, f"{path}.{number}.", keep_empty)
        if keep_empty or not is_empty(one, row):
            rows.append(row)
    return rows


def _row(one: Rows | Hours, given: Mapping[str, list[str]], prefix: str, keep_empty: bool) -> Tree:
    return _typed(_HOURS if isinstance(one, Hours) else one.fields, given, prefix, keep_empty)


def _numbers(given: Mapping[str, list[str]], prefix: str) -> list[int]:
    found = {name[len(prefix) :].partition(".")[0] for name in given if name.startswith(prefix)}
    return sorted(int(one) for one in found if one.isascii() and one.isdigit() and len(one) < 5)


def is_empty(one: Rows | Hours, row: Tree) -> bool:
    """Whether nothing stands in a row but what was there from the beginning."""
    fields = _HOURS if isinstance(one, Hours) else one.fields
    return all(_is_open(each, row.get(each.name)) for each in fields)


def _is_open(one: Element, said: Any) -> bool:
    if isinstance(one, Rows | Hours):
        return all(is_empty(one, row) for row in said or [])
    is_given = isinstance(one, Field) and (one.how == "flag" or bool(one.default))
    return is_given or not said or (isinstance(said, str) and not said.strip())


def of_content(fields: Sequence[Element], content: Mapping[str, Any]) -> Tree:
    """How a content's plain values stand in the fields."""
    return {one.name: _of_value(one, content.get(one.name)) for one in fields}


def _of_value(one: Element, value: Any) -> Any:
    if isinstance(one, Part):
        return of_content(one.fields, value or {})
    if isinstance(one, Hours):
        return list(_as_rows(value or []))
    if isinstance(one, Rows):
        return [of_content(one.fields, row if isinstance(row, dict) else {"": row}) for row in value or []]
    if one.how == "many":
        return list(value or [])
    if one.how == "lines":
        return "\n".join(value or [])
    if isinstance(value, bool):
        return YES if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _as_rows(stretches: Sequence[Mapping[str, Any]]) -> Iterator[Tree]:
    """Two stretches of the same days that follow each other are a morning and an afternoon."""
    row: Tree = {}
    for one in stretches:
        days = {"days": [str(day) for day in one["weekdays"]], "holidays": one["holidays"]}
        goes_on = row and "pm_opens" not in row and row["am_closes"] <= one["opens"]
        if goes_on and {name: row[name] for name in days} == days:
            row |= {"pm_opens": one["opens"], "pm_closes": one["closes"]}
            continue
        if row:
            yield row
        row = {**days, "am_opens": one["opens"], "am_closes": one["closes"]}
    if row:
        yield row


def meant(fields: Sequence[Element], tree: Tree) -> dict[str, Any]:
    """The plain values that what was typed stands for; None where nothing does."""
    return {one.name: _meant_one(one, tree.get(one.name)) for one in fields}


def _meant_one(one: Element, said: Any) -> Any:
    if isinstance(one, Part):
        return _said(meant(one.fields, said or {})) or None
    if isinstance(one, Hours):
        return [stretch for row in said or [] for stretch in _stretches(row)]
    if isinstance(one, Rows):
        rows = [_said(meant(one.fields, row)) for row in said or []]
        return [row.get("", row) for row in rows]
    if one.how == "many":
        return list(said or [])
    if one.how == "lines":
        return [line.strip() for line in (said or "").splitlines() if line.strip()]
    if one.how == "flag":
        return (said or one.default) == YES
    return (said or "").strip() or None


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _stretches(row: Tree) -> Iterator[dict[str, Any]]:
    for opens, closes in _SPANS:
        if row.get(opens) or row.get(closes):
            yield {
                "weekdays": [int(day) for day in row.get("days") or [] if day in WEEKDAYS],
                "opens": row.get(opens, ""),
                "closes": row.get(closes, ""),
                "holidays": row.get("holidays") or "closed",
            }


def problems(fields: Sequence[Element], tree: Tree, prefix: str = "") -> dict[str, str]:
    """What is wrong in what was typed before it means anything: a Chinese sentence by the field's path."""
    found: dict[str, str] = {}
    for one in fields:
        path, said = f"{prefix}{one.name}", tree.get(one.name)
        if isinstance(one, Hours):
            wrong = ((f"{path}.{number}", _wrong(row)) for number, row in enumerate(said or []))
            found |= {place: sentence for place, sentence in wrong if sentence}
        elif isinstance(one, Rows):
            for number, row in enumerate(said or []):
                found |= problems(one.fields, row, f"{path}.{number}.")
        elif isinstance(one, Field) and one.required and not (said or "").strip():
            found[path] = "请填写这一项。"
    return found


def _wrong(row: Tree) -> str:
    if not row.get("days"):
        return "请选择星期几。"
    spans = [(row.get(opens, ""), row.get(closes, "")) for opens, closes in _SPANS]
    if not any(one for span in spans for one in span):
        return "请填写开始和结束时间。"
    for opens, closes in spans:
        if (opens or closes) and not (_TIME.fullmatch(opens) and _TIME.fullmatch(closes)):
            return "请填全开始和结束时间，如 09:00。"
        if opens and closes <= opens:
            return "结束时间要晚于开始时间。"
    return ""


def laid_out(fields: Sequence[Element], tree: Tree) -> Tree:
    """The tree with empty rows to type in, where its last row says something."""
    return {one.name: _laid_out_one(one, tree.get(one.name)) for one in fields}


def _laid_out_one(one: Element, said: Any) -> Any:
    if isinstance(one, Part):
        return laid_out(one.fields, said or {})
    if isinstance(one, Field):
        return said if said else [] if one.how == "many" else one.default
    rows = list(said or [])
    if not rows or not is_empty(one, rows[-1]):
        rows += [{} for _ in range(one.spare)]
    return [laid_out(_HOURS if isinstance(one, Hours) else one.fields, row) for row in rows]


def changed_rows(fields: Sequence[Element], tree: Tree, act: str) -> Tree:
    """The tree after a button beside a row: `add:places`, `remove:places.1`, `up:places.0.hours.2`.

    What names no row of the form changes nothing.
    """
    how, _, path = act.partition(":")
    steps = path.split(".")
    if how == "add":
        rows = _rows_at(fields, tree, steps)
        if rows is not None:
            rows.append({})
        return tree
    rows = _rows_at(fields, tree, steps[:-1])
    if rows is not None and steps[-1].isascii() and steps[-1].isdigit() and int(steps[-1]) < len(rows):
        row = rows.pop(number := int(steps[-1]))
        if how != "remove":
            rows.insert(max(0, number - 1), row)
    return tree


def _rows_at(fields: Sequence[Element], tree: Tree, steps: Sequence[str]) -> list[Tree] | None:
    one = next((each for each in fields if steps and each.name == steps[0]), None)
    if not isinstance(one, Rows | Hours):
        return None
    rows: list[Tree] = tree.setdefault(one.name, [])
    if len(steps) == 1:
        return rows
    known = steps[1].isascii() and steps[1].isdigit() and int(steps[1]) < len(rows)
    return _rows_at(one.fields, rows[int(steps[1])], steps[2:]) if known and isinstance(one, Rows) else None


WEEKDAYS: Final[Mapping[str, str]] = {
    str(number): f"周{name}" for number, name in enumerate("一二三四五六日", 1)
}
HOLIDAYS: Final[Mapping[str, str]] = {"closed": "法定节假日休息", "open": "法定节假日照常"}
_HOURS: Final[Sequence[Field]] = (
    Field(name="days", label="星期", how="many", choices=WEEKDAYS),
    *(Field(name=name, label=name) for span in _SPANS for name in span),
    Field(name="holidays", label="节假日", how="choice", choices=HOLIDAYS, default="closed"),
)
