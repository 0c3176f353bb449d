"""Which of the things that were shown a citizen speaks of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from core.text.ordinals import ordinal
from knowledge_base.contract import ServiceRef

_Thing = TypeVar("_Thing")
_PAIR: Final = 2
_NUMERALS: Final = "一二三四五六七八九十"
_NUMBERED: Final = re.compile(rf"第([{_NUMERALS}]|\d{{1,2}})(?=个|项|条|种|款|张|类|件|$)")
_THAT_ONE: Final = re.compile(
    r"我?(?:想|就|要|选|看|办|问)*(?P<name>.{2,12}?)的?[那这][个项](?:吧|呢|谢谢)*[。.!！]?"
)
# Not of 不动产, which is a matter.
_NO_PICK: Final = re.compile("推荐|投诉|举报|为什么|为啥|不(?!动产)|别")
_LAST: Final = re.compile("最后[那这一]*[个项条件]")
_THIS: Final = re.compile("[这那此本该]一?[个项件类种]|它(?!们)")
# What stands around the name of a thing where recommendations are spoken of; longer words first.
_AROUND: Final = re.compile(
    "为什么|为什麼|为啥|为何|怎么|干嘛|凭什么|凭啥|什么|点解|原因|理由|依据|根据|标准|信息|情况|记录|关系|无关|"
    "麻烦|请问|谢谢|以后|今后|刚才|刚刚|上面|事项|业务|服务|方面|相关|有关|关于|类似|同类|内容|东西|全部|所有|"
    "告诉|解释|说明|说说|讲讲|感兴趣|没兴趣|兴趣|推荐|推送|显示|出现|屏蔽|去掉|删掉|需要|用不着|唔好|一下|现在|"
    "知道|算出来|问过|"
    r"[这那此该本第哪呢][一二三四五六七八九十几\d]?(?:[类条些样]|个(?!税|体)|种(?!植|子|养)|项(?!目))?|"
    # Not where they begin the name of a matter, such as 就业 or 看病.
    "就(?![业医学餐])|用(?![电水地工人])|看(?!病)|办(?!税)|个(?![税体])|会(?!计)|种(?![植子养])|项(?!目)|有(?![偿机])|"
    "推(?!拿)|过(?![户期境])|事(?![业故假])|(?<!养)老(?![人年旧家龄])|不(?![动孕])|"
    r"[我您你们给按跟和与把被让向对在是的了吧啊呀吗嘛么啥咋能可以请别勿甭莫再要想少都也还又没很太才来到得好一几类些样"
    r"\s，。！？、,.!?“”\"'~～…]"
)


def may_pick(text: str) -> bool:
    """Whether a message may pick one of what was shown."""
    return ordinal(text) is not None or (bool(_THAT_ONE.fullmatch(text)) and not _NO_PICK.search(text))


def picked(text: str, things: Sequence[tuple[str, _Thing]]) -> _Thing | None:
    """The thing that a message picks by its number or its name, as "第二个" or "居住证那个" does.

    Args:
        things: Each with its name, in the order in which they were shown.
    """
    at = ordinal(text)
    if at is not None:
        return things[at - 1][1] if at <= len(things) else None
    that_one = _THAT_ONE.fullmatch(text) if may_pick(text) else None
    found = [thing for name, thing in things if _is_of(that_one["name"], name)] if that_one else []
    return found[0] if len(found) == 1 else None


def meant(text: str, shown: Sequence[ServiceRef], latest: int | None = None) -> list[ServiceRef]:
    """Which of the shown items a message speaks of.

    Args:
        latest: Id of the one that was talked of since they were shown, which "这个" is.

    Returns: All of them where it names none; none where it names something that was not shown.
    """
    bare = ordinal(text)
    numbers = [bare] if bare is not None else [_number(found) for found in _NUMBERED.findall(text)]
    if _LAST.search(text):
        numbers.append(len(shown))
    if numbers:
        return [one for at, one in enumerate(shown, 1) if at in numbers]
    named = _AROUND.sub("", text)
    if len(named) < _PAIR:
        this = [one for one in shown if one.item_id == latest] if _THIS.search(text) else []
        return this or list(shown)
    return [one for one in shown if _is_of(named, one.name) or _is_of(named, one.theme or "")]


def _number(found: str) -> int:
    return int(found) if found.isdecimal() else _NUMERALS.index(found) + 1


def _is_of(said: str, name: str) -> bool:
    """Whether all that is said stands in the name, at least two characters of it in one run."""
    pairs = (said[at : at + _PAIR] for at in range(len(said) - 1))
    return set(said) <= set(name) and any(pair in name for pair in pairs)
