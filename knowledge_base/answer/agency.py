"""The card of an agency: where it is, when it is open, how to call it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.answering import Aspect
from core.catalogue.models import Agency
from knowledge_base.answer.guide import Moment
from knowledge_base.answer.opening import state_now
from knowledge_base.contract import AnswerPart, Citation
from knowledge_base.passages.guide_fields import hours_text

ABOUT_AN_AGENCY = frozenset({Aspect.PLACE, Aspect.HOURS, Aspect.PHONE})


def agency_part(agency: Agency, aspects: Sequence[Aspect], moment: Moment | None) -> AnswerPart:
    """What the agency has published of itself; a field that it has not is said to be so."""
    lines = [f"【{agency.name}】"]
    if moment is not None and agency.hours:
        lines.append(state_now(agency.hours, moment.now, moment.kind))
    lines += [_line(agency, aspect) for aspect in aspects]
    quote = "\n".join(lines[1:])
    source = Citation(external_id=agency.external_id, title=agency.name, url=agency.website, quote=quote)
    return AnswerPart(text="\n".join(lines), citations=[source], aspect=aspects[0])


def _line(agency: Agency, aspect: Aspect) -> str:
    label, value = {
        Aspect.PLACE: ("地址", agency.address),
        Aspect.HOURS: ("办公时间", hours_text(agency.hours)),
        Aspect.PHONE: ("电话", agency.phone),
    }[aspect]
    return f"{label}：{value}" if value else f"该部门未公布{label}。"
