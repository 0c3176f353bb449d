"""What citizens are told about recommendations in the conversation. Pure."""

from __future__ import annotations

from typing import Final

from core.citizens.facts import Fact
from core.citizens.notice import Section

ALSO_NEEDED: Final = "您可能还需要"
FOR_YOU: Final = "按您的情况和关心的事，您可能用得上下面这些。每项都写了推荐的理由，最终以受理部门审核为准。"
FOR_ALL: Final = (
    "下面是常见或新上线的事项，没有用到您的个人情况。想按您的情况推荐，请点本页面上方的“隐私”，"
    "同意“根据我的提问推荐”。"
)
FOR_ALL_SO_FAR: Final = "下面是常见或新上线的事项，目前还没有用到您的个人情况。"
NOT_BY_YOURS: Final = "好的，这次不按您的个人情况。下面是常见或新上线的事项："
ON_WHAT_IT_RESTS: Final = (
    "按个人情况推荐须先征得您同意。用到哪些情况，可以在本页面上方的“隐私”里的“我的情况”查看、删除；"
    "不想要哪一类，对我说“不再推荐此类”。"
)
ON_NOBODY: Final = "这些推荐没有用到您的个人情况。"
WHICH_NOT: Final = "不再推荐哪一项所属的一类？"
NOT_SHOWN: Final = "刚才推荐的里面没有找到您说的这一项。"
THE_SHOWN: Final = "刚才推荐的是："
CONSENT_TO_REMEMBER: Final = (
    "还没有记下：要记住不再推荐哪一类，需要您同意“根据我的提问推荐”，请点本页面上方的“隐私”。"
    "没有同意时，我不会按您的个人情况推荐。"
)
CONSENT_TO_KEEP: Final = "没有记下：保存您的情况需要您先同意“记住我告诉的情况”，请点本页面上方的“隐私”。"
RESTORED: Final = "好的，已恢复，以后合适的时候会再推荐。"
NOTHING_TO_RESTORE: Final = "没有需要恢复的：现在并没有设为不再推荐。可以在“隐私”里的“我的情况”查看。"
UNDO: Final = "撤销"
YES: Final = "是"
NO: Final = "否"
RATHER_NOT: Final = "不想说"
NOT_ASKED_AGAIN: Final = "好的，不问了。条件是否符合，以受理部门审核为准。"
NOTED: Final = "谢谢，记下了。在“隐私”里的“我的情况”可以查看、修改、删除。"
AND_AGREE: Final = "，同意保存"
GONE: Final = "这一项现在已经不提供了。"

_SOURCES: Final = {
    "lightfm": "与您情况和需求相近的人也常看",
    "similar": "常和您问过、看过的事项一起办",
    "life_event": "是您正在经历的人生大事里要办的一件",
}


def why(name: str, reason: str, source: str) -> str:
    """Why one item was recommended."""
    told = _SOURCES.get(source)
    return f"“{name}”：{reason}" + (f"（{told}）" if told and told not in reason else "")


def dismissed(title: str, *, theme: bool) -> str:
    """No more of it is recommended."""
    what = f"“{title}”这一类" if theme else f"“{title}”"
    return f"好的，不再推荐{what}。以后想看，可以在“隐私”里的“我的情况”恢复。"


def asking(fact: Fact, name: str) -> str:
    """The question for a fact that one item's conditions need."""
    return f"{fact.question}知道了这一点，就能核对“{name}”的条件。"


def with_consent(question: str, purpose: Section, version: str) -> str:
    """The question, with what is agreed to by answering it."""
    return (
        f"{question}保存这个回答需要您同意“{purpose.title}”：{purpose.text}"
        f"（隐私说明版本{version}，随时可以撤回。）"
    )
