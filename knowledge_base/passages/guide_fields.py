"""The published fields of a service item as plain Chinese text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.answering import Aspect
from core.catalogue.models import Material, OpeningHours, Place, ServiceItem

_WEEKDAYS = "一二三四五六日"
_ORIGINAL = {
    "original": "原件",
    "copy": "复印件",
    "original_and_copy": "原件及复印件",
    "electronic": "电子件",
}


@dataclass(frozen=True, slots=True)
class FieldSpan:
    """Where one aspect's block stands in the full text of a guide, heading included."""

    aspect: Aspect
    start: int
    end: int


def field_text(item: ServiceItem, aspect: Aspect) -> str | None:
    """One field as it is quoted to a citizen, or None where the agency has not published it."""
    return _WRITERS[aspect](item) or None


def full_text(item: ServiceItem) -> str:
    """The whole guide: name, summary and every published field under its heading."""
    return guide_layout(item)[0]


def guide_layout(item: ServiceItem) -> tuple[str, tuple[FieldSpan, ...]]:
    """The whole guide and where each published aspect stands in it."""
    text = "\n".join(line for line in (item.name, item.summary) if line)
    spans = []
    for aspect in Aspect:
        if content := field_text(item, aspect):
            start = len(text) + 1
            text += f"\n{aspect.label}：{content}"
            spans.append(FieldSpan(aspect, start, len(text)))
    return text, tuple(spans)


def hours_text(hours: Sequence[OpeningHours]) -> str:
    """Opening hours in one line: days, times with a noon break, and what holds on public holidays."""
    days: dict[tuple[int, ...], list[OpeningHours]] = {}
    for stretch in hours:
        days.setdefault(tuple(sorted(set(stretch.weekdays))), []).append(stretch)
    lines = [f"{_days_text(key)} {_times_text(stretches)}" for key, stretches in days.items()]
    if not lines:
        return ""
    closed = {stretch.holidays == "closed" for stretch in hours}
    note = {frozenset({True}): "，节假日休息", frozenset({False}): "，节假日照常办理"}.get(
        frozenset(closed), ""
    )
    return "；".join(lines) + note


def _times_text(stretches: Sequence[OpeningHours]) -> str:
    ordered = sorted(stretches, key=lambda stretch: stretch.opens)
    return "、".join(f"{_clock(stretch.opens)}–{_clock(stretch.closes)}" for stretch in ordered)


def _clock(time: str) -> str:
    return time.removeprefix("0")


def _days_text(days: tuple[int, ...]) -> str:
    if days == tuple(range(1, 8)):
        return "每天"
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(_run_text(run) for run in runs)


def _run_text(run: list[int]) -> str:
    names = [f"周{_WEEKDAYS[day - 1]}" for day in run]
    return f"{names[0]}至{names[-1]}" if len(run) > 2 else "、".join(names)


def _numbered(lines: Sequence[str]) -> str:
    if len(lines) == 1:
        return lines[0]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _materials(item: ServiceItem) -> str:
    return _numbered([_material(material) for material in item.materials])


def _material(material: Material) -> str:
    form = _ORIGINAL[material.original] if material.original else ""
    copies = f"{material.copies} 份" if material.copies and material.original != "electronic" else ""
    kind = " ".join(part for part in (form, copies) if part)
    parts = [f"{material.name}（{kind}）" if kind else material.name]
    if not material.required:
        parts.append("非必需")
    if material.note:
        parts.append(material.note.rstrip("。"))
    if material.source:
        parts.append(f"获取方式：{material.source.rstrip('。')}")
    if material.form_url:
        parts.append(f"表格下载：{material.form_url} ")
    return "，".join(parts).rstrip()


def _time_limit(item: ServiceItem) -> str:
    lines = []
    if item.promised_limit:
        lines.append(f"承诺办结时限：{item.promised_limit}")
    if item.statutory_limit:
        lines.append(f"法定办结时限：{item.statutory_limit}")
    return "；".join(lines)


def _fee(item: ServiceItem) -> str:
    if item.fee is None:
        return ""
    return item.fee.text + (f"\n收费依据：{item.fee.basis}" if item.fee.basis else "")


def _places(item: ServiceItem) -> str:
    return _numbered([_place(place) for place in item.places])


def _place(place: Place) -> str:
    parts = [f"{place.name}，{place.address}"]
    if place.phone:
        parts.append(f"电话 {place.phone}")
    if place.hours:
        parts.append(hours_text(place.hours))
    if place.note:
        parts.append(place.note)
    return "；".join(parts)


def _hours(item: ServiceItem) -> str:
    known = [(place.name, hours_text(place.hours)) for place in item.places if place.hours]
    if len(known) == len(item.places) and len({text for _, text in known}) == 1:
        return known[0][1]
    return _numbered([f"{name}：{text}" for name, text in known])


def _phone(item: ServiceItem) -> str:
    lines = [f"咨询电话 {item.phone}"] if item.phone else []
    lines += [
        f"{place.name} {place.phone}" for place in item.places if place.phone and place.phone != item.phone
    ]
    return "；".join(lines)


def _online(item: ServiceItem) -> str:
    lines = [item.online_note] if item.online_note else []
    if item.online_url:
        lines.append(f"网上办理入口：{item.online_url}")
    return "\n".join(lines)


def _result(item: ServiceItem) -> str:
    if item.result is None:
        return ""
    parts = [item.result.name]
    if item.result.delivery:
        parts.append(f"送达方式：{item.result.delivery}")
    if item.validity:
        parts.append(f"有效期：{item.validity}")
    return "；".join(parts)


def _forms(item: ServiceItem) -> str:
    lines = []
    for material in item.materials:
        links = [("空白表格", material.form_url), ("填写样表", material.sample_url)]
        lines += [f"{material.name}{label}：{url}" for label, url in links if url]
    return "\n".join(lines)


_WRITERS: dict[Aspect, Callable[[ServiceItem], str]] = {
    Aspect.CONDITIONS: lambda item: _numbered(item.conditions),
    Aspect.MATERIALS: _materials,
    Aspect.STEPS: lambda item: _numbered(item.steps),
    Aspect.FEE: _fee,
    Aspect.TIME_LIMIT: _time_limit,
    Aspect.PLACE: _places,
    Aspect.HOURS: _hours,
    Aspect.PHONE: _phone,
    Aspect.ONLINE: _online,
    Aspect.LEGAL_BASIS: lambda item: _numbered(item.legal_basis),
    Aspect.RESULT: _result,
    Aspect.FORM: _forms,
}
