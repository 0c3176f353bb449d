"""Reads what a citizen wants to hear of, or no more, from the words. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from core.citizens.wishes import SubscriptionKind

Act = Literal["subscribe", "unsubscribe", "unsubscribe_all", "list", "explain"]

_ALL = re.compile(r"全部|所有|全都|统统|一概|通通|全退|都(给我)?(退|取消|不要)|都.{0,4}(退|取消)")
_LIST = re.compile(r"(订阅|订|关注)(了|过)(些|什么|啥|哪|多少|几)|(看|查).{0,5}(订阅|订了)|我的订阅|订阅列表")
# What is pointed at: “都不要了” is said of that alone.
_ONE = re.compile(r"[这那][个项件类些]|刚")
_END = re.compile(r"退|取消|解除|不要|关")
_HOW = re.compile(r"怎么|怎样|如何|咋|是什么|能看到什么")
# Dates of one's own papers and the progress of a case are not known to anybody here; letters go nowhere.
_BEYOND = re.compile(
    r"到期|过期|续期|预约|进度|办件|办好|办结|审批|有结果|短信|微信|邮件|打电话|每天|每周|每月|定期"
)
_SCOPES: Final = (
    (SubscriptionKind.ITEM, re.compile(r"事项|这件?事|这项|这个业务|材料|地点|收费|要求")),
    (SubscriptionKind.AGENCY, re.compile(r"部门|单位|机构|这个?局")),
    (SubscriptionKind.THEME, re.compile(r"主题|这一?类|这方面|这些事|同类")),
)
_OPEN = re.compile(r"政策|规定")

# Words of the wish itself; what is left of a message when they are gone is the matter.
_OF_THE_WISH: Final = (
    "退订 订阅 取消 解除 关注 取关 通知 提醒 告诉 告知 推送 推给 发送 发给 发个 消息 信息 短信 微信 "
    "动态 变化 变动 变更 变了 改了 调整 更新 新政策 新规定 政策 规定 新消息 新的 出了 出来 下来 "
    "开始 报名 以后 今后 往后 如果 要是 的时候 时候 到时候 什么时候 第一时间 及时 什么 随时 一下 一声 "
    "一个 信儿 说声 跟我说 和我说 喊我 喊俺 叫我 给我 帮我 替我 麻烦 记得 可以 能不能 能否 是否 请问 "
    "我想 我要 想要 不想 不要 不用 不再 别再 再也 收到 接收 事项 这件事 这事 这项 这个 那个 这些 那些 "
    "这类 这一类 一类 这方面 方面 这边 主题 部门 单位 机构 业务 事情 全部 所有 全都 统统 之前 刚才 "
    "刚刚 刚订 订错 订的 不订 我的 你们 咱们 他们 开通 开启 打开 关闭 关掉 停止 持续 盯着 留意 材料 "
    "地点 收费 标准 流程 时限 要求 办理 有关 相关 关于 怎么 怎样 如何 哪些 为什么 老是 天天 "
    "烦死了 打扰 骚扰 一直 还有 就是 其他"
    " 的话 快到期 到期 过期 续期 预约 进度 办件 办好 定期 每周 每天 每月 明年 今年 下个月 快到"
)
_WORDS = re.compile("|".join(sorted(_OF_THE_WISH.split(), key=len, reverse=True)))
_EDGE: Final = (
    "的了吧呢吗呀啊哦嘛么我你您俺请把给就也都要想再别不用有个会能得着过发收出跟和对被"
    "让在是将退订掉完那这哈呗哟勿td"
)
_RUN = re.compile(r"[\w\u4e00-\u9fff]+")
_SHORTEST: Final = 2
_LONGEST: Final = 30


@dataclass(frozen=True)
class Wish:
    """A message read.

    Attributes:
        beyond: It asks for what nobody here can do: a reminder of a date of one's own, a text message.
        scope: Kind of subject that is named.
        named: The matter in the citizen's words; empty where it is what was talked of.
        is_open: It speaks of policies at large: the item may be meant, or the agency, or the theme.
    """

    act: Act
    beyond: bool
    scope: SubscriptionKind | None
    named: str
    is_open: bool


def read_wish(text: str, *, ends: bool) -> Wish:
    """What a message wants that was recognised as a wish for notices, or for an end of them.

    Args:
        ends: For an end.
    """
    scope = next((kind for kind, words in _SCOPES if words.search(text)), None)
    beyond = not ends and bool(_BEYOND.search(text))
    is_open = scope is None and bool(_OPEN.search(text))
    named = _matter(text)
    everything = scope is None and not named and not _ONE.search(text)
    return Wish(_act(text, ends=ends, beyond=beyond, everything=everything), beyond, scope, named, is_open)


def _act(text: str, *, ends: bool, beyond: bool, everything: bool) -> Act:
    if _LIST.search(text) and not (ends and _END.search(text)):
        return "list"
    if ends:
        # Whoever asks how to end one is shown what there is to end.
        if _HOW.search(text):
            return "list"
        return "unsubscribe_all" if everything and _ALL.search(text) else "unsubscribe"
    return "explain" if beyond or _HOW.search(text) else "subscribe"


def _matter(text: str) -> str:
    runs = (run.strip(_EDGE) for run in _RUN.findall(_WORDS.sub(" ", text)))
    longest = max(runs, key=len, default="")
    return longest[:_LONGEST] if len(longest) >= _SHORTEST else ""
