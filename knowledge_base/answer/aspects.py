"""Which aspect a question asks for, read from its words, and what is left without those words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.answering import Aspect
from core.text.normalise import fold
from knowledge_base.answer.aspect_cues import ABLE, CUES

_PATTERNS = {aspect: re.compile("|".join(cues), re.IGNORECASE) for aspect, cues in CUES.items()}
_ABLE = re.compile("|".join(ABLE))

# Words that carry no subject of their own: what is left without them is what the question is about.
_FILLER = re.compile(
    "请问|大概|一共|总共|到底|究竟|现在|你好|您好|麻烦|问一下|问下|我想问|想问|我想|我要|我们|咨询|一下|那么|那个?|这个?|它|的话"
    "|需要|具体|都|还|要|得|呢|吗|么|啊|呀|吧|哦|嘛|了|的|是|有|我|你|您|办理?|申请|可以|能|该|应该"
    "|去|来|到|在|和|就|再|又|另外|还有|顺便|谢谢|知道|告诉|说|帮|给|多少|什么|哪些|哪里|怎么|如何|咋|啥|几"
)
# Of these alone nothing is a matter; within a name (交通局, 不动产, 一般纳税人) they are part of it.
_NO_MATTER = re.compile(
    "(?:大约|差不多|现在|目前|一般|通常|正常|平时|最快|最多|最少|其实|反正|真的|如果|自己|本人|全部|所有|那边|这边|这里|那里"
    "|今天|明天|最后|加急|急用|窗口|审[核批]|一个月|每个?月|赶紧|赶快|马上|快点|拖|照|打|面谈|面签|预约|先约|约|大厅|厅|直接|几趟|趟|两个人|一个人|打钱|到账|最晚|最迟|截止|家里|老婆|老公|证件|标准|这事|这个事|事情|东西|问题|链接|样|交|缴|钱|费|收|花|掏|付|出|块|元|不|没|行|成|等|办|弄|搞|整|拿|跑|下|上|打|用|会|个|些|一|份|发|好|完|找|谁|问|差|开|做|先|才|接|项|人"
    "|嘛|哈|咧|嘞|喃|噻|哒|哟|哎|唉|嗯|诶|额|呃|咯|呗|滴|子)+"
)
_PUNCTUATION = re.compile(r"[\s\W_]+")


# "能领多少钱", "高龄津贴多少钱": what is paid out, not what it costs, as "补办多少钱", "得花多少钱" ask.
_AMOUNT = re.compile(
    r"((领|拿|补|报(?!名)销?|贷|提|返|发|给|得(?!等)|退|赔|奖|涨)(取|到|款)?[^证卡照本办换花交付个张]{0,3}"
    r"|(津贴|补贴|补助|低保|[险老业助恤励]金|奖励|标准|额度|丧葬费)[^号]{0,4})(多少(?!个?(工作)?[天日])(钱|元|块)?|几(个|块|百|十)?钱)"
    r"|(?:一个|每个?)月(?:多少钱|几(?:个|块|百)?钱)|(?:给|算|放|休)(?:多少|几)天(?!能|可以|才|内|办|就|出|拿)"
)
_PAID_OUT = re.compile("(钱|补[贴助]|津贴|[险老业助恤励]金|标准|奖补).{0,6}多少(?!个?(工作)?[天日人])")
_DIALECT = tuple(
    (re.compile(spoken), common)
    for spoken, common in (
        ("好多(?=钱|块|元|个?(?:工作)?[天日]|[呢哦嘛]?$)|几多|好多少", "多少"),
        ("(?<=[要等得管用需])好久|^好久(?!不|没)|好久(?=[才能批下拿办到])|好快(?=[能才])", "多久"),
        ("啷个|咋个|咋子|点样|哪凯|咋整|么样", "怎么"),
        ("没得|莫得|冇", "没有"),
        (r"(?<=手续|流程)[^,，。?？!！\s]{1,6}(?=(?:怎么|咋)走)", ""),
    )
)
_MOST = 3
# In a longer subject words that ask for a field elsewhere may be part of what is told.
STORY = 12
_SAYS_STEPS = re.compile("流程|步骤|程序|第一步|下一步|手续(怎么|咋)?走")
_CLAUSE_END = re.compile(r"[\s\W]+|还有|另外|顺便|以及")
_HOW = re.compile("怎么|怎样|咋|如何")
_PARTICLES = "吗么呀啊呢哦嘛哈啦的吧咧"
# What may be done there, then or so is no question for the conditions.
_NOT_OF_ONESELF = frozenset({Aspect.HOURS, Aspect.ONLINE, Aspect.PLACE, Aspect.TIME_LIMIT, Aspect.RESULT})


@dataclass(frozen=True, slots=True)
class _Read:
    start: int
    end: int
    aspect: Aspect


def detect_aspects(text: str) -> tuple[Aspect, ...]:
    """The aspects whose words stand in the text, in the order of the text, at most three.

    "怎么办" beside another aspect often only introduces it: steps count there where they are named, or where
    they are asked for in a clause of their own.
    """
    text = in_common_words(text)
    read: list[_Read] = []
    left = _AMOUNT.sub(_blank, text)
    for aspect, pattern in _PATTERNS.items():
        read += [_Read(*match.span(), aspect) for match in pattern.finditer(left) if match.group().strip()]
        # Words that were read once are not read again as something else.
        left = pattern.sub(_blank, left)
    clauses = _clauses(text)
    read += [
        _Read(*match.span(), Aspect.CONDITIONS)
        for match in _ABLE.finditer(left)
        if not any(one.aspect in _NOT_OF_ONESELF for one in _beside(match.start(), clauses, read))
    ]
    if not _SAYS_STEPS.search(text) and any(one.aspect is not Aspect.STEPS for one in read):
        read = [
            one for one in read if one.aspect is not Aspect.STEPS or _stands_alone(one, clauses, read, text)
        ]
    in_order = sorted(read, key=lambda one: one.start)
    return tuple(dict.fromkeys(one.aspect for one in in_order))[:_MOST]


def _clauses(text: str) -> list[tuple[int, int]]:
    ends = [match.span() for match in _CLAUSE_END.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    return list(zip(starts, [*(start for start, _ in ends), len(text)], strict=True))


def _beside(place: int, clauses: Sequence[tuple[int, int]], read: Sequence[_Read]) -> list[_Read]:
    start, end = next(clause for clause in clauses if clause[0] <= place < clause[1])
    return [one for one in read if start <= one.start < end]


def _stands_alone(steps: _Read, clauses: Sequence[tuple[int, int]], read: Sequence[_Read], text: str) -> bool:
    """Whether "how" ends a clause in which nothing else is asked for."""
    if not _HOW.match(text, steps.start):
        return False
    end = next(end for start, end in clauses if start <= steps.start < end)
    ends_it = not text[steps.end : end].strip(_PARTICLES)
    return ends_it and all(one.aspect is Aspect.STEPS for one in _beside(steps.start, clauses, read))


def in_common_words(text: str) -> str:
    """Folded, with asking words of dialects, and what stands between others, in the standard language."""
    folded = fold(text)
    for spoken, common in _DIALECT:
        folded = spoken.sub(common, folded)
    return folded


def asks_amount(text: str) -> bool:
    """Whether it is asked how much is paid out: "一个月能领多少", "补贴有多少"."""
    folded = in_common_words(text)
    return bool(_AMOUNT.search(folded) or _PAID_OUT.search(folded))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def subject(text: str) -> str:
    """What the question is about: the text without words that only ask for an aspect."""
    text = in_common_words(text)
    for pattern in (*_PATTERNS.values(), _ABLE):
        text = pattern.sub(" ", text)
    rest = _PUNCTUATION.sub("", _FILLER.sub("", text))
    return "" if _NO_MATTER.fullmatch(rest) else rest
