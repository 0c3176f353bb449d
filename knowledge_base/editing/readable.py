"""A content's fields as a reader of its page sees them: nothing left out, nothing as it is stored. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from core.answering import Aspect
from core.catalogue.models import AnsweredQuestion, Fee, Material, OpeningHours, Outcome, Place
from knowledge_base.editing.drafts import Content
from knowledge_base.passages.guide_fields import hours_text

_ORIGINAL: Final[Mapping[str | None, str]] = {
    "original": "原件",
    "copy": "复印件",
    "original_and_copy": "原件及复印件",
    "electronic": "电子件",
}


def readable_fields(content: Content, words: Mapping[str, str]) -> dict[str, Any]:
    """Fields by name, what it is called first; entries of lists are lines.

    Args:
        words: What is shown for values that nobody reads as they are, such as codes of regions.
    """
    plain = asdict(content)
    # What it is called here stays, and says nothing to a reader; what it is called elsewhere comes first.
    del plain["external_id"]
    plain.pop("page_starts", None)
    said = {name: plain[name] for name in ("title", "name") if name in plain} | plain
    for name in said:
        value = getattr(content, name)
        if isinstance(value, list):
            said[name] = [_line(one, words) for one in value]
        elif isinstance(value, Fee | Outcome):
            said[name] = _line(value, words)
    return said


def _line(value: Any, words: Mapping[str, str]) -> Any:
    tell = _WRITERS.get(type(value))
    return tell(value, words) if tell else words.get(value, value)


def _joined(first: str, **more: Any) -> str:
    """Parts with their names; those that say nothing are left out, and a name that ends in `_` too."""
    parts = (str(one) if name.endswith("_") else f"{name}：{one}" for name, one in more.items() if one)
    return "；".join(part for part in (first, *parts) if part)


def _material(one: Material, _: Mapping[str, str]) -> str:
    copies = f"{one.copies} 份" if one.copies is not None else ""
    return _joined(
        one.name,
        form_=" ".join(part for part in (_ORIGINAL.get(one.original, ""), copies) if part),
        required_="" if one.required else "非必需",
        获取方式=one.source,
        说明=one.note,
        空白表格=one.form_url,
        样表=one.sample_url,
    )


def _place(one: Place, words: Mapping[str, str]) -> str:
    hours = [_hours(stretch) for stretch in one.hours]
    # The short form is read by people; where it does not tell all, each stretch is told.
    short = hours_text(one.hours)
    mixed = len({stretch.holidays for stretch in one.hours}) > 1
    return _joined(
        one.name,
        地址=one.address,
        区划=words.get(one.region, one.region),
        电话=one.phone,
        时间="、".join(hours) if mixed else short,
        说明=one.note,
    )


def _hours(one: OpeningHours) -> str:
    return hours_text([one])


def _fee(one: Fee, _: Mapping[str, str]) -> str:
    amount = f"{one.amount:g} 元" if one.amount is not None else ""
    return _joined(one.text, 金额=amount, 依据=one.basis)


def _outcome(one: Outcome, _: Mapping[str, str]) -> str:
    return _joined(one.name, 送达方式=one.delivery)


def _question(one: AnsweredQuestion, _: Mapping[str, str]) -> str:
    return _joined(one.ask, 由此项回答=Aspect(one.aspect).label if one.aspect else "", 所引原文=one.quote)


_WRITERS: Final[Mapping[type, Callable[[Any, Mapping[str, str]], str]]] = {
    Material: _material,
    Place: _place,
    OpeningHours: lambda one, _: _hours(one),
    Fee: _fee,
    Outcome: _outcome,
    AnsweredQuestion: _question,
}
