"""The card of a service item: one field when an aspect was asked, else an overview. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from core.answering import Aspect
from core.calendar import DayKind
from core.catalogue.models import Agency, ServiceItem
from core.catalogue.regions import holds_for
from knowledge_base.answer.document import no_longer
from knowledge_base.answer.opening import state_now
from knowledge_base.answer.reading import shortened
from knowledge_base.contract import AnswerPart, Citation, ItemRef, Target
from knowledge_base.passages.guide_fields import field_text

_OVERVIEW = (Aspect.CONDITIONS, Aspect.MATERIALS, Aspect.PLACE, Aspect.TIME_LIMIT, Aspect.FEE)
_OVERVIEW_FIELD = 120


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment a question about "now" is about, and what the calendar says of its day."""

    now: datetime
    kind: DayKind | None


def guide_part(
    item: ServiceItem,
    target: Target,
    aspect: Aspect | None,
    *,
    agency: Agency | None,
    region: str | None,
    related: Sequence[ItemRef] = (),
    moment: Moment | None = None,
    today: date | None = None,
    introduced: bool = False,
) -> AnswerPart:
    """The message for one service item; a field that is not published is said to be so, never guessed.

    `introduced` puts the summary before a field that nobody asked for by name.
    """
    local = _with_places_of(item, region)
    quote = field_text(local, aspect) if aspect else None
    if aspect is None:
        text = _overview(local)
    elif quote:
        heading = f"【{item.name}】{aspect.label}"
        if introduced and item.summary:
            heading = f"【{item.name}】{item.summary}\n{aspect.label}："
        text = "\n".join((heading, *_open_now(local, aspect, moment), quote))
    else:
        text = _unpublished(item, aspect, agency)
    note = no_longer(item.effective_to, today, "这项服务", "办理")
    return AnswerPart(
        text="\n".join(line for line in (text, note) if line),
        citations=[_citation(item, quote or item.summary or "")],
        item=ItemRef(item_id=target.id, name=item.name, agency=item.agency),
        aspect=aspect,
        related=list(related),
    )


def line_part(item: ServiceItem, target: Target, aspect: Aspect, line: str) -> AnswerPart:
    """The message for a single sentence of a field."""
    return AnswerPart(
        text=f"【{item.name}】{aspect.label}中还写明：\n{line}",
        citations=[_citation(item, line)],
        item=ItemRef(item_id=target.id, name=item.name, agency=item.agency),
        aspect=aspect,
    )


def _with_places_of(item: ServiceItem, region: str | None) -> ServiceItem:
    near = [place for place in item.places if region and holds_for(place.region, region)]
    return replace(item, places=near) if near else item


def _open_now(item: ServiceItem, aspect: Aspect, moment: Moment | None) -> list[str]:
    """For a question about now, a line for each counter that says whether it is open."""
    if moment is None or aspect not in (Aspect.HOURS, Aspect.PLACE):
        return []
    return [
        f"{place.name}：{state_now(place.hours, moment.now, moment.kind)}"
        for place in item.places
        if place.hours
    ]


def _overview(item: ServiceItem) -> str:
    lines = [f"【{item.name}】" + (f"（{item.agency}）" if item.agency else "")]
    if item.summary:
        lines.append(item.summary)
    known = [(aspect, text) for aspect in _OVERVIEW if (text := field_text(item, aspect))]
    lines += [f"{aspect.label}：{shortened(text, _OVERVIEW_FIELD)}" for aspect, text in known]
    if not known and not item.summary:
        lines.append("该事项的受理条件、材料、时限、收费等内容未公布。" + _where_to_look(item))
    else:
        lines.append("您可以接着问：需要什么材料、怎么办、在哪里办、要多久、多少钱。")
    return "\n".join(lines)


def _unpublished(item: ServiceItem, aspect: Aspect, agency: Agency | None) -> str:
    text = f"【{item.name}】该事项未公布{aspect.label}。{_where_to_look(item)}"
    if agency and agency.phone:
        text += f"也可以咨询{agency.name}：{agency.phone}。"
    return text


def _where_to_look(item: ServiceItem) -> str:
    url = item.source_url or item.online_url
    return f"请到办事页面查看：{url} " if url else "请向承办部门咨询。"


def _citation(item: ServiceItem, quote: str) -> Citation:
    return Citation(
        external_id=item.external_id,
        title=f"{item.name}（办事指南）",
        agency=item.agency,
        url=item.source_url or item.online_url,
        quote=quote,
    )
