"""Every action of the domain that is ours."""

from __future__ import annotations

from typing import Protocol

from rasa_sdk.interfaces import Action

from actions.asking import AffirmAction, AskAction, ChooseAction
from actions.base import Answers, Patience
from actions.recommending import RecommendAction, Searches, ShownAction
from actions.referring import ReferAction, UrgentAction
from actions.subscribing import SubscriptionAction
from core.text.complaints import complaint_advice


class Knowledge(Answers, Searches, Protocol):
    """The knowledge service, as far as the actions need it."""


def all_actions(knowledge: Knowledge, patience: Patience, hotline: str) -> tuple[Action, ...]:
    """The actions around one knowledge service; `hotline` is the city's telephone number."""
    return (
        AskAction(knowledge, patience),
        ChooseAction(knowledge, patience),
        AffirmAction(knowledge, patience),
        RecommendAction(knowledge, patience),
        ShownAction("action_why_recommended", "explain"),
        ShownAction("action_no_more_such", "dismiss"),
        ReferAction("human", _human(hotline), knowledge, patience),
        ReferAction("complain", complaint_advice(hotline), knowledge, patience),
        UrgentAction(knowledge, patience),
        SubscriptionAction("subscribe", knowledge, patience),
        SubscriptionAction("unsubscribe", knowledge, patience),
    )


def _human(hotline: str) -> str:
    return (
        f"这里暂时没有人工坐席。需要人工帮助，请拨打政务服务便民热线{hotline}，由话务员为您解答或转接部门。"
    )
