"""What a question is about: its words without those that only ask. Pure."""

from __future__ import annotations

import hashlib
import re

from core.text.masking import without_placeholders
from core.text.normalise import fold

# A question is grouped by how it begins: whoever writes a page has said by then what it is about. One sign
# may fold to eighteen.
LONGEST = 200
_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[\u3400-\u9fff\uf900-\ufaff]+")
# What is wanted of a matter, and how people talk; which matter it is no such word says.
_ASKING = re.compile(
    "请问|麻烦|谢谢|你好|您好|什么时候|什么样|为什么|是什么|有什么|什么|怎么样|怎么办理|怎么办|怎样|怎么|如何"
    "|哪些|哪里|哪个|哪种|哪几|哪儿|哪|是多少|有多少|多少钱|多少|几个|几块|几多|几天|是否|是不是|能不能|可不可以"
    "|行不行|要不要|有没有|得行|管用|咋个|咋整|咋办|咋弄|咋|啥子|啥|好多|需要|准备|提供|提交|材料|资料|证件|手续"
    "|流程|步骤|条件|要求|费用|收费|要钱|时间|期限|多久|地点|地址|地方|电话|热线|网上|线上|手机|依据|结果|表格|样表"
    "|下载|办理|申请|申办|我们|我妈|我爸|我|俺|咱|办|弄|带|去|在|想|要|能|可以|的|了|请|不$|吗|呢|啊|嘛|呀|吧|呐"
)


def subject_of(question: str) -> str:
    """The words of a masked question that say what it is about; empty where it has no words at all.

    Of a question that only asks ("怎么办理？") all words are left.
    """
    folded = fold(without_placeholders(question[:LONGEST]))[:LONGEST]
    left = _runs(_ASKING.sub(" ", folded)) or _runs(folded)
    return " ".join(left)


def key_of(subject: str) -> str:
    """Names a subject: questions that differ only in asking words and marks have the same."""
    return hashlib.sha256(subject.encode()).hexdigest()[:32]


def _runs(folded: str) -> list[str]:
    return _RUN.findall(folded)
