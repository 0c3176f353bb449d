"""Which aspect a question asks for, read from its words, and what is left without those words. Pure."""

from __future__ import annotations

import re

from core.answering import Aspect
from core.text.normalise import fold

# In order: words are read as the first aspect they fit, so the more specific stand first.
_CUES: dict[Aspect, tuple[str, ...]] = {
    Aspect.FORM: (
        r"(申请|登记)?(表格?|样表|空表|范本|模板)(在?哪里?)?(下载|领|打印|填写?)",
        r"(下载|打印|领).{0,4}(表格?|样表)",
        r"样表|空白表",
    ),
    Aspect.LEGAL_BASIS: (
        r"(法律|政策|设定)?依据(是什么)?",
        r"(根据|按照)(什么|哪条|哪部)(法律|法规|规定|文件)",
        r"哪(条|部)(法律|法规|规定)",
    ),
    Aspect.HOURS: (
        r"(上班|下班|办公|营业|工作|受理|办理|开门|关门)(的)?时间(段)?",
        r"几点(钟)?(上班|下班|开门|关门|开始|结束|到几点)?",
        r"现在(还)?(能不能|可不可以|能|可以|有人|开门|上班)+",
        r"(周末|周六|周日|星期[六天日]|礼拜[六天]|节假日|中午|午休)(还)?"
        r"(能不能|可不可以|能|可以|有人|开门|上班|办理?|办公)+",
        r"什么时候(上班|开门|有人)|(上班|开门|营业|办公)(吗|么|不|没)|有人(在)?(吗|么|不)$",
    ),
    Aspect.TIME_LIMIT: (
        r"(要|需要|得|大概)?(多久|多长时间|多少(个)?(工作)?[天日]|几(个)?(工作)?[天日])(才)?"
        r"(能|可以)?(办(好|完|下来|成|结)|拿到?手?|到手|下来|出来?|领到?|好)?",
        r"(办理|办结|承诺|法定)(时限|期限)",
        r"什么时候(能|可以)?(拿|办好|下来|出来|领)到?",
        r"时限",
    ),
    Aspect.MATERIALS: (
        r"(需要|要|得)?(准备|带|提供|提交|交|拿|备)(上|好|齐)?(些|一些)?(什么|哪些|啥|那些)"
        r"(材料|资料|证件|证明|东西|手续|文件)?",
        r"(需要|要|用)?(什么|哪些|啥|那些)(材料|资料|证件|证明|东西|手续)",
        r"(申请|申报|所需|办理)?(材料|资料)(有哪些|清单|是什么|呢)?",
        r"带(什么|啥|哪些)",
    ),
    Aspect.FEE: (
        r"(要|需要|得|用)?(交|花|付|收|出)?(多少(钱|元|块)|几(个|块|百|十)?钱)",
        r"(要|需要|得|用|花|交|付|收|出)(不要|不)?(啥|什么)?(钱|费)",
        r"(费用|手续费|工本费)(是)?(多少|怎么[收算]|怎样|贵不贵)?|收费(标准)?(吗|么|多少|是多少)?",
        r"(收不收|要不要|用不用|是不是)(交)?(钱|费|收费|免费)",
        r"免费(吗|么|不)|贵不贵",
    ),
    Aspect.PHONE: (
        r"(咨询|联系|客服|服务|办公)?电话(?!费|卡|诈骗)(号码)?(是多少|多少|是什么|号)?",
        r"(打|拨打)(哪个|什么|多少)(电话|号码)?",
        r"联系方式|怎么联系|热线",
    ),
    Aspect.ONLINE: (
        r"(能不能|可不可以|可以|能|怎么|如何|支持)?(在)?"
        r"(网上|线上|手机上|微信上|在线|网站上?|(手机|微信)(?=能|可以|办|申请)|app|小程序)(就)?"
        r"(能不能|可不可以|可以|能)?(直接)?(办理?|申请|提交|操作|申报|弄|预约)?",
        r"网办|网址",
    ),
    Aspect.PLACE: (
        r"(去|到|在|上)?(哪里|哪儿|哪个(地方|窗口|部门|单位|大厅|派出所|中心)|什么地方|啥地方|哪(?!些|几|一|种|类))"
        r"(去|能|可以)?(办理?|申请|领取?|交|受理|登记|拿|弄)?",
        r"(办理|办公|窗口)?(地址|地点|位置)(在哪里?|是)?",
        r"怎么走",
    ),
    Aspect.RESULT: (
        r"(办理)?结果(是什么|怎么(领|拿|取))",
        r"(办完|办好|办下来)了?(之?后)?(给|会|能)?我?(发|拿到?|领到?|得到)?(什么|啥)",
        r"(拿到|领到|发)(的)?(是)?(什么|啥)证",
        r"怎么(领取|取证|拿证)",
        r"(邮寄|快递)(到家|吗)",
    ),
    Aspect.CONDITIONS: (
        r"(需要|要)?(符合|满足|具备)?(什么|哪些|啥)(条件|要求|资格)",
        r"(申请|办理|受理|享受)?(条件|资格)(是什么|有哪些|呢)?",
        r"(谁|什么人|哪些人)(能|可以|有资格|才能)(办理?|申请|领|享受)",
        r"(我)?(符合不符合|符不符合|有没有资格|够不够(条件|格)|能不能(办|申请|领|享受))",
        r"(能|可以)(办|申请|领取?|享受)(吗|么|不)",
    ),
    Aspect.STEPS: (
        r"(怎么|怎样|咋|如何|咋个)(去)?(办理?|申请|申领|弄|操作|走|搞|开通)?",
        r"(办理|申请|办事)?(流程|步骤|程序|手续)(是什么|是怎样的|有哪些)?",
        r"(先|第一步).{0,4}(再|后)",
    ),
}
_PATTERNS = {aspect: re.compile("|".join(cues), re.IGNORECASE) for aspect, cues in _CUES.items()}

# Words that carry no subject of their own: what is left without them is what the question is about.
_FILLER = re.compile(
    "请问|你好|您好|麻烦|问一下|问下|我想问|想问|我想|我要|我们|咨询|一下|那么|那个?|这个?|它|的话"
    "|需要|具体|都|还|要|得|呢|吗|么|啊|呀|吧|哦|嘛|了|的|是|有|我|你|您|办理?|申请|可以|能|该|应该"
    "|去|来|到|在|和|就|再|又|另外|还有|谢谢|知道|告诉|说|帮|给|多少|什么|哪些|哪里|怎么|如何|咋|啥|几"
)
_PUNCTUATION = re.compile(r"[\s\W_]+")


# "能领多少钱", "高龄津贴多少钱": what is paid out, not what it costs, as "补办多少钱", "得花多少钱" ask.
_AMOUNT = re.compile(
    r"((领|拿|补|报销?|贷|提|返|发|给|得|退|赔|奖|涨)(取|到|款)?[^证卡照本办换花交付]{0,3}"
    r"|(津贴|补贴|补助|低保|[险老业助恤励]金|奖励|标准|额度|丧葬费).{0,4})(多少(钱|元|块)?|几(个|块|百|十)?钱)"
)
_MOST = 3
_SAYS_STEPS = re.compile("流程|步骤|程序")


def detect_aspects(text: str) -> tuple[Aspect, ...]:
    """The aspects whose words stand in the text, in the order of the text, at most three.

    "怎么办" beside another aspect only introduces it, so that steps count there where they are named.
    """
    found: list[tuple[int, Aspect]] = []
    text = fold(text)
    left = _AMOUNT.sub(_blank, text)
    for aspect, pattern in _PATTERNS.items():
        match = pattern.search(left)
        if match:
            found.append((match.start(), aspect))
            # Words that were read once are not read again as something else.
            left = pattern.sub(_blank, left)
    if len(found) > 1 and not _SAYS_STEPS.search(text):
        found = [entry for entry in found if entry[1] is not Aspect.STEPS]
    return tuple(aspect for _, aspect in sorted(found))[:_MOST]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def subject(text: str) -> str:
    """What the question is about: the text without words that only ask for an aspect."""
    text = fold(text)
    for pattern in _PATTERNS.values():
        text = pattern.sub(" ", text)
    return _PUNCTUATION.sub("", _FILLER.sub("", text))
