"""What is said when the base holds no answer: whom to ask, and the nearest titles. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.catalogue.models import Agency
from knowledge_base.passages.guide_fields import hours_text


def refusal_text(hotline: str, agency: Agency | None, nearest: Sequence[str]) -> str:
    """Quotes nothing as an answer.

    Args:
        agency: The agency of what came nearest, if it is known.
        nearest: Titles of what came nearest, best first.
    """
    lines = [
        "没有查到能直接回答这个问题的公开内容，为免误导，不作推测。",
        f"您可以拨打政务服务便民热线{hotline}咨询。",
    ]
    if agency:
        lines.append(_contact(agency))
    if nearest:
        lines.append("内容相近的有：" + "；".join(f"《{title}》" for title in nearest))
    return "\n".join(lines)


def _contact(agency: Agency) -> str:
    text = f"可能相关的部门：{agency.name}"
    if agency.phone:
        text += f"，电话{agency.phone}"
    if agency.hours:
        text += f"，办公时间{hours_text(agency.hours)}"
    return text + "。"
