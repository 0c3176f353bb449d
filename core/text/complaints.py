"""What is said to somebody who complains; by its beginning the transcript tells that they did. Pure."""

from __future__ import annotations

from typing import Final

_BEGINS: Final = "很抱歉给您带来不便。我不能受理投诉，"


def complaint_advice(hotline: str) -> str:
    """Where to complain."""
    return (
        f"{_BEGINS}请拨打政务服务便民热线{hotline}反映，"
        "讲清时间、地点、部门和经过，并记下工单号以便查询进度。"
    )


def is_complaint_advice(text: str) -> bool:
    """Whether a text of ours is that, with whatever hotline."""
    return text.startswith(_BEGINS)
