"""Who may say what, and when it may have been. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from core.errors import BadInput
from recommender.models import Interaction, InteractionType, Origin

T = InteractionType
MAY_SEND: Final[Mapping[Origin, frozenset[InteractionType]]] = {
    Origin.CLIENT: frozenset({T.VIEW, T.CLICK, T.OPEN_LINK, T.DISMISS, T.RATE, T.APPLY, T.FINISH}),
    Origin.SERVER: frozenset({T.ASK, T.PUSH_OPEN}),
    Origin.AGENCY: frozenset({T.APPLY, T.FINISH}),
}
# What an agency's program reports may have been in its files for a while.
OLDEST: Final[Mapping[Origin, timedelta]] = {
    Origin.CLIENT: timedelta(days=30),
    Origin.SERVER: timedelta(days=30),
    Origin.AGENCY: timedelta(days=365),
}
_EVENT_ID: Final = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_LEAST, _MOST = 1, 5


def checked(one: Interaction, now: datetime) -> Interaction:
    """The interaction as it is kept: a time in the future is taken for now, whoever's clock is wrong.

    Raises:
        BadInput: The type is not of this origin, the value not of this type, or it is too old.
    """
    if not _EVENT_ID.fullmatch(one.event_id):
        raise BadInput("event_id", public_message="event_id 须为 1 到 64 个字母、数字或 . : _ -。")
    if one.type not in MAY_SEND[one.origin]:
        raise BadInput("type", public_message="这种行为不能由您这一方提交。")
    _check_value(one)
    if one.occurred_at < now - OLDEST[one.origin]:
        days = OLDEST[one.origin].days
        raise BadInput("occurred_at", public_message=f"发生时间不能早于{days}天以前。")
    return replace(one, occurred_at=min(one.occurred_at, now))


def _check_value(one: Interaction) -> None:
    if one.type is not T.RATE:
        if one.value is not None:
            raise BadInput("value", public_message="只有评分（rate）才有 value。")
        return
    if one.value is None or not math.isfinite(one.value) or not _LEAST <= one.value <= _MOST:
        raise BadInput("value", public_message="评分（rate）的 value 须是 1 到 5。")
