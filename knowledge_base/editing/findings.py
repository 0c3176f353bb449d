"""What a content leaves open or contradicts: a warning to whoever writes and reviews. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.catalogue.models import Document, DocumentKind, ServiceItem
from core.text.normalise import fold
from knowledge_base.editing.amounts import days_of, fees_in, is_free, named_fees
from knowledge_base.editing.drafts import Content
from knowledge_base.importing.rule_facts import doubts

_SHORT_TEXT = 20
# A deadline that has just passed may still be told on purpose.
_LONG_PAST = timedelta(days=30)
_DEADLINE = re.compile(
    r"(?:截止|截至|止于)[^。；\n]{0,12}?(\d{4})年(\d{1,2})月(\d{1,2})日"
    r"|(\d{4})年(\d{1,2})月(\d{1,2})日(?:[^。；，,\n]{0,6})(?:截止|前截止|止)"
)
_ONLINE = re.compile("网上|线上|在线|网办|网站|小程序|公众号")
_NOT_ONLINE = re.compile(
    "(?:不|未|没有|暂)[^，。；]{0,6}(?:网上|线上|在线|网办)|(?:网上|线上|在线)[^，。；]{0,4}(?:不|未|暂)"
)
_NUMBER = re.compile(r"\+?\d[\d\-－—–() （）]{5,}\d")
# With area code, a hotline behind one, of a mobile, or for all of the country; an extension may follow.
_WITH_AREA = re.compile(
    r"(?:0\d{2,3}|\+86\d{2,3})\d{7,8}\d{0,6}|0\d{2,3}1\d{4}|(?:\+?86)?1[3-9]\d{9}|[48]00\d{7}\d{0,6}"
)
_FORM = re.compile("《([^》]{2,40}(?:申请表|登记表|审批表|审核表|备案表|承诺书|申请书|委托书))》")


class Severity(StrEnum):
    """How much it matters."""

    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """One of them: the field that it is about, and a Chinese sentence."""

    severity: Severity
    field: str
    sentence: str


def findings(content: Content, today: date) -> list[Finding]:
    """What is worth a second look, warnings first.

    Args:
        today: The citizens' day.
    """
    found = [*_dates(content, today), *_deadlines(content, today)]
    found += _of_guide(content) if isinstance(content, ServiceItem) else _of_text(content, today)
    return sorted(found, key=lambda one: one.severity is Severity.HINT)


def _warning(field: str, sentence: str) -> Finding:
    return Finding(Severity.WARNING, field, sentence)


def _hint(field: str, sentence: str) -> Finding:
    return Finding(Severity.HINT, field, sentence)


def _dates(content: Content, today: date) -> Iterator[Finding]:
    begins, ends = content.effective_from, content.effective_to
    if begins and ends and ends < begins:
        yield _warning("effective_to", "失效日期早于生效日期。")
    elif ends and ends < today:
        yield _warning("effective_to", f"失效日期 {ends} 已过，发布后也不会用于答复。")


def _deadlines(content: Content, today: date) -> Iterator[Finding]:
    for field, text in _texts(content):
        for found in _DEADLINE.finditer(text):
            day = _day(*(int(part) for part in found.groups() if part))
            if day is not None and today - day > _LONG_PAST:
                yield _warning(field, f"所写的截止日期 {day} 早已过去。")
                break


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _texts(content: Content) -> Iterator[tuple[str, str]]:
    """What is told in sentences, by field."""
    if isinstance(content, Document):
        yield "text", content.text
        return
    yield "summary", content.summary or ""
    yield "conditions", "\n".join(content.conditions)
    yield "steps", "\n".join(content.steps)
    yield "online_note", content.online_note or ""


def _of_text(content: Document, today: date) -> Iterator[Finding]:
    if content.published_on and content.published_on > today:
        yield _warning("published_on", f"发布日期 {content.published_on} 还没有到，到期前不会用于答复。")
    length = len("".join(content.text.split()))
    if length < _SHORT_TEXT and content.kind is not DocumentKind.FAQ:
        yield _warning("text", f"正文只有 {length} 个字，是否完整？")


def _of_guide(item: ServiceItem) -> Iterator[Finding]:
    yield from _missing(item)
    yield from _fee(item)
    yield from _limit(item)
    yield from _phones(item)
    yield from _online(item)
    yield from _materials(item)
    yield from (_warning("eligibility", sentence) for sentence in doubts(item.eligibility or {}))


def _missing(item: ServiceItem) -> Iterator[Finding]:
    told = {
        "materials": (bool(item.materials), "没有填申请材料；不需要材料的，请在概要中说明。"),
        "fee": (item.fee is not None, "没有填收费；不收费的请填“不收费”。"),
        "promised_limit": (bool(item.promised_limit or item.statutory_limit), "没有填办理时限。"),
        "places": (bool(item.places or item.online_url), "没有填办理地点，也没有填网上办理地址。"),
    }
    yield from (_warning(field, sentence) for field, (is_told, sentence) in told.items() if not is_told)
    if item.places and not any(place.hours for place in item.places):
        yield _hint("places", "办理地点没有填开放时间。")
    if not item.phone and not any(place.phone for place in item.places):
        yield _hint("phone", "没有填咨询电话。")


def _fee(item: ServiceItem) -> Iterator[Finding]:
    if item.fee is None:
        return
    told, free = fees_in(item.fee.text), is_free(item.fee.text)
    amount = item.fee.amount
    claimed = told | ({0.0} if free else set())
    if amount is not None and claimed and amount not in claimed:
        said = "、".join(f"{one:g} 元" for one in sorted(claimed))
        yield _warning("fee", f"金额填的是 {amount:g} 元，收费说明里写的是{said}。")
    for name, sums in named_fees(item.fee.text).items():
        if len(sums) > 1:
            said = "、".join(f"{one:g} 元" for one in sorted(sums))
            yield _hint("fee", f"收费说明里的{name}有不同的金额（{said}），请确认写清了各自的情形。")
    for field, text in _texts(item):
        others = {one for one in fees_in(text, only_fees=True) if claimed and one not in claimed}
        if others:
            said = "、".join(f"{one:g} 元" for one in sorted(others))
            yield _warning(field, f"这里写的收费{said}与收费说明不一致。")


def _limit(item: ServiceItem) -> Iterator[Finding]:
    promised, statutory = days_of(item.promised_limit or ""), days_of(item.statutory_limit or "")
    # Working days and days by the calendar cannot be compared without knowing when it begins.
    if promised and statutory and promised.working == statutory.working and promised.days > statutory.days:
        yield _warning("promised_limit", "承诺时限长于法定时限。")


def _phones(item: ServiceItem) -> Iterator[Finding]:
    numbers = [("phone", item.phone), *(("places", place.phone) for place in item.places)]
    for field, text in numbers:
        for number in _NUMBER.findall(text or ""):
            digits = re.sub(r"[^\d+]", "", number)
            if not _WITH_AREA.fullmatch(digits):
                yield _warning(field, f"电话 {number} 没有区号或位数不对。")


def _online(item: ServiceItem) -> Iterator[Finding]:
    note = item.online_note or ""
    if _ONLINE.search(note) and not _NOT_ONLINE.search(note) and not item.online_url:
        yield _warning("online_url", "网办说明里说可以网上办理，但没有填网上办理地址。")


def _materials(item: ServiceItem) -> Iterator[Finding]:
    names = [fold("".join(one.name.split())) for one in item.materials]
    for name, count in Counter(names).items():
        if count > 1:
            yield _warning("materials", f"材料“{item.materials[names.index(name)].name}”列了 {count} 次。")
    if not names:
        return
    # Only forms in title marks: anything else that a step names need not be brought.
    mentioned = dict.fromkeys(_FORM.findall("\n".join(item.steps)))
    for form in mentioned:
        wanted = fold("".join(form.split()))
        if not any(wanted in name or name.strip("《》") in wanted for name in names):
            yield _warning("steps", f"步骤里提到《{form}》，申请材料里没有。")
