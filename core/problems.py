"""What is wrong with fields, as a Chinese sentence for each: from pydantic's errors. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from core.errors import BadInput

_OTHERWISE: Final = "这一项填写有误。"


class BadFields(BadInput):
    """Fields that cannot be used.

    Attributes:
        fields: A Chinese sentence by the field's path, such as `materials.0.name`.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        names = sorted(fields)
        super().__init__(", ".join(names), public_message=f"这些内容有误：{'、'.join(names)}")
        self.fields = dict(fields)


def problems_of(error: ValidationError) -> dict[str, str]:
    """A sentence for each field that an error names; a value never stands in one."""
    found: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        tell = _SENTENCES.get(one["type"])
        sentence = tell(one.get("ctx") or {}) if tell else _OTHERWISE
        found.setdefault(".".join(map(str, one["loc"])), sentence)
    return found


def _own(ctx: Mapping[str, Any]) -> str:
    """What a check of ours says, where it says it in Chinese."""
    said = str(ctx.get("error", ""))
    return _OTHERWISE if said.isascii() else f"{said}。"


_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "请填写这一项。",
    "string_too_short": lambda ctx: (
        "请填写这一项。" if ctx["min_length"] == 1 else f"至少 {ctx['min_length']} 个字。"
    ),
    "string_too_long": lambda ctx: f"不能超过 {ctx['max_length']} 个字。",
    "too_long": lambda ctx: f"不能超过 {ctx['max_length']} 条。",
    "value_error": _own,
    "string_pattern_mismatch": lambda _: "格式不对。",
    "float_parsing": lambda _: "请填数字，如 20 或 12.5；不收费填 0。",
    "finite_number": lambda _: "请填数字，如 20 或 12.5；不收费填 0。",
    "int_parsing": lambda _: "请填整数。",
    "int_from_float": lambda _: "请填整数。",
    "greater_than_equal": lambda ctx: f"不能小于 {ctx['ge']:g}。",
    "less_than_equal": lambda ctx: f"不能大于 {ctx['le']:g}。",
    "date_from_datetime_parsing": lambda _: "请填日期，如 2024-05-31。",
    "date_parsing": lambda _: "请填日期，如 2024-05-31。",
    "literal_error": lambda _: "请从列出的选项中选择。",
    "enum": lambda _: "请从列出的选项中选择。",
}
