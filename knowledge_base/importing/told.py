"""Reasons of problems in Chinese, in one table: the readers speak the language of their developers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

FIELDS: Final[Mapping[str, str]] = {
    "external_id": "编号", "text": "正文", "kind": "类别", "title": "标题", "document_number": "文号",
    "agency": "机构", "region": "区划代码", "published_on": "发布日期", "effective_from": "生效日期",
    "effective_to": "有效期至", "source_url": "原文链接", "question_variants": "其他问法",
    "questions": "能回答的问题", "replaced_by": "被哪份文件替代", "replaces": "替代哪些文件",
    "explains": "解读哪份文件", "page_starts": "分页位置",
    "name": "名称", "code": "编码", "aliases": "别名", "audience": "服务对象", "theme": "主题",
    "life_events": "生命事件", "sensitive": "敏感事项", "summary": "概要", "eligibility": "资格规则",
    "conditions": "受理条件", "materials": "申请材料", "steps": "办理步骤", "fee": "费用",
    "statutory_limit": "法定时限", "promised_limit": "承诺时限", "places": "办理地点", "phone": "咨询电话",
    "online_url": "网上办理", "online_note": "网办说明", "legal_basis": "设定依据", "result": "结果",
    "validity": "有效期", "demo": "示例数据", "defaults": "默认值", "ask": "问法", "quote": "引文",
    "aspect": "方面", "amount": "金额", "copies": "份数", "address": "地址", "website": "网站",
    "phrases": "群众的说法", "leaves_open": "不按本人情况核对的条件", "shown_when": "提示条件",
    "item": "事项", "after": "先办的事项", "optional": "按需办理", "when": "适用条件",
    "shows": "问到这项就提示",
    "internal": "仅供内部", "hours": "开放时间", "duties": "职责", "note": "备注", "form_url": "表格链接",
}  # fmt: skip
_GENERAL: Final = "内容不符合要求，未读取。"
_UNFIT: Final = "不符合要求。"
_LOCATED: Final = re.compile(r"(?P<path>[\w.\[\]-]{1,200}): (?P<said>.+)", re.DOTALL)
_YAML_LISTS: Final = "regions、agencies、items、documents、bundles"

# In order; what a group catches is put into the sentence.
_SENTENCES: Final[tuple[tuple[str, str], ...]] = (
    (r"the file is empty", "文件是空的。"),
    (r"the file is larger than (\d+) MB", "文件超过{0}MB，请分成几份。"),
    (r"the file holds nothing but white space", "文件里只有空白，没有内容。"),
    (r"the line is longer than (\d+) MB", "这一行超过{0}MB。"),
    (r"holds a NUL (?:byte|character)", "含有不允许的空字符（NUL），可能不是文本文件。"),
    (r"holds half a surrogate pair", "含有不完整的字符。"),
    (r"is UTF-16 or UTF-32; save it as UTF-8", "文件编码是 UTF-16 或 UTF-32，请另存为 UTF-8。"),
    (r"is not valid UTF-8", "不是有效的 UTF-8 编码。"),
    (r"is neither valid UTF-8 nor valid GB18030", "文字编码无法识别，请另存为 UTF-8。"),
    (r"cannot be read: .*", "文件无法读取，请重试。"),
    (r"holds more than (\d+) (\S+) without (\S+)", "有超过{0}处“{1}”没有对应的“{2}”，未读取。"),
    (r"takes more than (\d+) s to read", "文件过于复杂，读取超过{0}秒，未读取。"),
    (r"is nested too deeply", "嵌套过深，未读取。"),
    (r"the page shows no text", "网页里没有可见的文字。"),
    (r"is not JSON: .*", "不是规范的 JSON。"),
    (r"is not JSON that can be read.*", "JSON 里有过长的数字或嵌套过深。"),
    (r"is not a JSON object", "这一行不是 JSON 对象。"),
    (r"(\S+) is not a JSON value", "{0} 不是 JSON 的值。"),
    (r"is neither a document .*", "既不是文件（要有 text）也不是办事事项（要有 name）。"),
    (r"(.{1,60}) is given twice", "“{0}”重复出现。"),
    (r"the front matter is not closed with ---", "文件开头的信息没有用 --- 结束。"),
    (r"the front matter must be a mapping of fields", "文件开头的信息应为“名称: 值”的形式。"),
    (r"the body is the text, not the front matter", "正文应写在文件开头的信息之后，而不是在其中。"),
    (r"is not YAML: .*", "不是规范的 YAML。"),
    (r"must be a mapping: one record, .*", f"内容应为一条记录，或名为 {_YAML_LISTS} 的列表。"),
    (r"is neither one record .*", f"既不是一条记录，也没有名为 {_YAML_LISTS} 的列表。"),
    (r"a field's name must be plain text", "字段名应为普通文字。"),
    (r"defaults must be a mapping", "defaults 应为“名称: 值”的形式。"),
    (r"(\w{1,60}) must be a list", "{0} 应为列表。"),
    (r"must be a mapping(?: of fields)?", "应为“名称: 值”的形式。"),
    (r"is longer than (\d+) million characters", "超过{0}百万字。"),
    (r"holds more than (\d+) values.*", "超过{0}个值，未读取。"),
    (r"an alias contains itself", "别名循环引用自己。"),
    (r"holds a value that cannot be read: .*", "含有无法读取的值。"),
    (r"of a FAQ is longer than (\d+) characters", "常见问题的答案超过{0}字。"),
    (r"a guide is answered from by aspect", "办事指南的问题应指明方面（aspect），不能用引文。"),
    (r"the guide does not publish this field", "办事指南没有公布这一项。"),
    (r"a text is answered from by quote", "文件的问题应用引文（quote）指明答案。"),
    (r"does not stand in the text", "引文在正文中找不到。"),
    (r"unknown field(?: \(did you mean (.+?)\?\))?", "不认识的字段。"),
    (r"is missing", "缺少这一项。"),
    (r"must be text .*", "应为文字（数字或日期要加引号）。"),
    (r"is empty", "是空的。"),
    (r"is shorter than (\d+) characters", "少于{0}字。"),
    (r"is longer than (\d+) characters", "超过{0}字。"),
    (r"does not look as it should \(\^\[0-9\]\{6\}\$\)", "应为六位数字。"),
    (r"does not look as it should .*", "格式不对。"),
    (r"has more than (\d+) entries", "超过{0}项。"),
    (r"must be a list", "应为列表。"),
    (r"must be true or false", "应为 true 或 false。"),
    (r"must be a whole number", "应为整数。"),
    (r"must be a number", "应为数字。"),
    (r"must be at least (\S+)", "不能小于{0}。"),
    (r"must be at most (\S+)", "不能大于{0}。"),
    (r"must be a date such as (\S+)", "应为日期，如 {0}。"),
    (r"must be (.+)", "应为 {0} 之一。"),
    (r"and (\d+) more", "另有{0}处。"),
)
_PATTERNS: Final = [(re.compile(pattern, re.DOTALL), told) for pattern, told in _SENTENCES]


def in_chinese(reason: str) -> str:
    """A reason as a clerk reads it; one that is Chinese already stays, an unknown one is told in general."""
    parts = [_part(part) for part in reason.split("; ")] if not _sentence(reason) else [_sentence(reason)]
    return "".join(dict.fromkeys(part or _GENERAL for part in parts))


def _part(part: str) -> str | None:
    located = _LOCATED.fullmatch(part)
    if located is None:
        return _sentence(part)
    said = _sentence(located["said"])
    return f"{field_name(located['path'])}：{said or _UNFIT}"


def _sentence(said: str) -> str | None:
    for pattern, told in _PATTERNS:
        if found := pattern.fullmatch(said):
            return told.format(*(group or "" for group in found.groups()))
    return f"{said.rstrip('。')}。" if re.search(r"[\u4e00-\u9fff]", said) and ": " not in said else None


def field_name(path: str) -> str:
    """`materials[2].form_url` as 申请材料第3项的表格链接."""
    said = ""
    for name, number in re.findall(r"([\w-]+)|\[(\d+)\]", path):
        if number:
            said += f"第{int(number) + 1}项"
        elif name.isdigit():
            said += f"第{int(name) + 1}项"
        else:
            said += ("的" if said else "") + FIELDS.get(name, name)
    return said
