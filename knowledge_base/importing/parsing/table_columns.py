"""The columns of the two tables that agencies fill in, whatever way their headers are written. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

TableKind = Literal["faq", "guide"]

_FAQ: Final[Mapping[str, Sequence[str]]] = {
    "title": ("问题", "问", "标准问题", "常见问题", "咨询问题"),
    "text": ("答案", "答", "答复", "回答", "标准答案", "解答", "答复内容"),
    "question_variants": ("其他问法", "相似问法", "相似问题", "别的问法", "扩展问法"),
    "published_on": ("发布日期", "发布时间"),
    "effective_from": ("生效日期", "有效期自"),
    "effective_to": ("有效期至", "失效日期", "截止日期"),
    "agency": ("机构", "部门", "单位", "责任单位", "发布机构", "发布部门"),
    "region": ("区划代码", "行政区划代码", "区划"),
    "external_id": ("编号", "编码"),
    "document_number": ("文号",),
    "source_url": ("来源", "原文链接", "来源链接", "网址"),
    "": ("序号",),
}
_GUIDE: Final[Mapping[str, Sequence[str]]] = {
    "name": ("事项名称", "事项", "服务事项", "事项名"),
    "external_id": ("编号", "事项编码", "编码", "事项编号", "实施编码"),
    "aliases": ("别名", "俗称", "简称"),
    "question_variants": ("其他问法", "相似问法"),
    "agency": ("机构", "部门", "实施机构", "实施主体", "责任单位", "办理机构"),
    "region": ("区划代码", "行政区划代码", "区划"),
    "audience": ("服务对象", "办理对象"),
    "theme": ("主题", "主题分类"),
    "summary": ("概要", "简介", "事项简介"),
    "conditions": ("受理条件", "申请条件", "办理条件"),
    "materials": ("申请材料", "所需材料", "办理材料", "材料清单"),
    "steps": ("办理步骤", "办理流程", "流程", "步骤"),
    "fee": ("费用", "收费", "收费标准", "是否收费"),
    "statutory_limit": ("法定时限", "法定办结时限"),
    "promised_limit": ("承诺时限", "承诺办结时限", "办理时限"),
    "places": ("办理地点", "办理地址", "办公地址", "受理地点"),
    "phone": ("咨询电话", "电话", "联系电话"),
    "online": ("网上办理", "网办地址", "在线办理", "网上办理地址"),
    "legal_basis": ("设定依据", "法律依据", "办理依据", "依据"),
    "result": ("结果", "办理结果", "结果名称"),
    "validity": ("有效期", "结果有效期"),
    "effective_from": ("生效日期",),
    "effective_to": ("有效期至", "失效日期"),
    "source_url": ("来源", "原文链接", "来源链接"),
    "": ("序号",),
}
COLUMNS_OF: Final[Mapping[TableKind, Mapping[str, Sequence[str]]]] = {"faq": _FAQ, "guide": _GUIDE}
_NEEDED: Final[Mapping[TableKind, frozenset[str]]] = {
    "faq": frozenset({"title", "text"}),
    "guide": frozenset({"name"}),
}
_KNOWN: Final[Mapping[TableKind, Mapping[str, str]]] = {
    kind: {name: target for target, names in columns.items() for name in names}
    for kind, columns in COLUMNS_OF.items()
}
_REMARK = re.compile(r"[(（\[【].*?[)）\]】]")
_NO_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Header:
    """What a table's columns mean.

    Attributes:
        fields: Places of the known columns by field.
        unknown: Places of columns whose names are not known, with the names.
        twice: Names of columns that mean what an earlier one means.
    """

    kind: TableKind
    fields: Mapping[str, int]
    unknown: Mapping[int, str]
    twice: Sequence[str]


def header_of(cells: Sequence[str]) -> Header | None:
    """What a row says as a header; None where it is none."""
    names = [_plain(cell) for cell in cells]
    kinds: Sequence[TableKind] = ("faq", "guide")
    for kind in kinds:
        known = _KNOWN[kind]
        targets = [known.get(name) for name in names]
        if _NEEDED[kind] <= set(targets) and (kind == "faq" or sum(map(bool, targets)) >= 2):
            return _header(kind, cells, targets)
    return None


def _header(kind: TableKind, cells: Sequence[str], targets: Sequence[str | None]) -> Header:
    fields: dict[str, int] = {}
    twice: list[str] = []
    for place, target in enumerate(targets):
        if target and target in fields:
            twice.append(cells[place])
        elif target:
            fields[target] = place
    named = zip(cells, targets, strict=True)
    unknown = {place: cell for place, (cell, target) in enumerate(named) if target is None and cell.strip()}
    return Header(kind, fields, unknown, twice)


def _plain(name: str) -> str:
    """Without width, blanks, stars and remarks in brackets: `答 案（必填）*` is 答案."""
    return _NO_LETTER.sub("", _REMARK.sub("", unicodedata.normalize("NFKC", name)))
