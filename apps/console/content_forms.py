"""The forms of a document, of a FAQ and of a guide."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from apps.console.fields import Field, Group, Hours, Part, Rows, elements, meant, of_content
from apps.console.labels import KINDS, LABELS
from core.catalogue.keys import Kind
from core.catalogue.models import NATIONAL, Agency, Document, DocumentKind
from core.catalogue.payloads import to_payload
from knowledge_base.editing.drafts import Content
from knowledge_base.editing.paging import pages_of_edited

FormKind = Literal["document", "faq", "item"]
TITLES: Final[Mapping[FormKind, str]] = {"document": "新建文件", "faq": "新建问答", "item": "新建指南"}
_ORIGINAL: Final = {
    "": "不限",
    "original": "原件",
    "copy": "复印件",
    "original_and_copy": "原件及复印件",
    "electronic": "电子件",
}


@dataclass(frozen=True)
class Choices:
    """What a form lets its visitor choose from: agencies by name, regions by code.

    Attributes:
        region: Where the content holds.
        none: The content may belong to no single agency.
    """

    agencies: Sequence[str]
    regions: Mapping[str, str]
    region: str = NATIONAL
    none: bool = False


def form_kind(content: Content | None, kind: Kind, asked: str) -> FormKind:
    """Which form a content has; of a new document the one that is asked for."""
    if kind == "item":
        return "item"
    if isinstance(content, Document):
        return "faq" if content.kind is DocumentKind.FAQ else "document"
    return "faq" if asked == "faq" else "document"


def form_of(kind: FormKind, choices: Choices) -> Sequence[Group]:
    """The fields of a form, in groups."""
    return {"document": _document, "faq": _faq, "item": _guide}[kind](choices)


def plain(content: Content) -> dict[str, Any]:
    """A content as plain values."""
    values: dict[str, Any] = json.loads(to_payload(content))
    return values


def empty(kind: FormKind, agency: Agency | None) -> dict[str, Any]:
    """A new content: it holds where its agency works."""
    where = {"agency": agency.name if agency else None, "region": agency.region if agency else NATIONAL}
    return where if kind == "item" else {**where, "kind": "faq" if kind == "faq" else "policy"}


def said(groups: Sequence[Group], tree: Mapping[str, Any], held: Content | None, kind: FormKind) -> Any:
    """The content that was typed, as plain values; what stands in no field of the form stays as it is."""
    values: dict[str, Any] = plain(held) if held else {"kind": "faq"} if kind == "faq" else {}
    values |= meant(elements(groups), dict(tree))
    if isinstance(held, Document):
        values["page_starts"] = pages_of_edited(held, values.get("text") or "")
    return {name: value for name, value in values.items() if value is not None}


def shown(groups: Sequence[Group], values: Mapping[str, Any]) -> dict[str, Any]:
    """How a content stands in its form."""
    return of_content(elements(groups), values)


def _document(choices: Choices) -> Sequence[Group]:
    kinds = {kind.value: label for kind, label in KINDS.items()}
    return (
        Group(
            "内容",
            (
                _line("title", longest=500),
                Field(name="kind", label=LABELS["kind"], how="choice", choices=kinds, default="policy"),
                _agency(choices),
                _region(choices),
                Field(
                    name="text", label=LABELS["text"], how="text", rows=18, longest=2_000_000, required=True
                ),
                _line("document_number", longest=100),
                _line("source_url", longest=2000),
                _INTERNAL,
            ),
        ),
        Group(
            "日期与替代",
            (*_days("published_on", "effective_from", "effective_to"), _REPLACES, _EXPLAINS, _REPLACED),
        ),
        Group("检索", (_OTHER_WAYS,)),
    )


def _faq(choices: Choices) -> Sequence[Group]:
    return (
        Group(
            "问答",
            (
                Field(name="title", label="问题", longest=500, required=True, hint="按群众的说法写。"),
                Field(name="text", label="回答", how="text", rows=8, required=True),
                _OTHER_WAYS,
            ),
        ),
        Group("归属", (_agency(choices), _region(choices), _line("source_url", longest=2000), _INTERNAL)),
        Group("日期", tuple(_days("published_on", "effective_from", "effective_to"))),
    )


def _guide(choices: Choices) -> Sequence[Group]:
    return (*_who(choices), *_what(), *_where(choices), *_rest())


def _who(choices: Choices) -> Sequence[Group]:
    audience = {"个人": "个人", "法人": "法人和其他组织"}
    return (
        Group(
            "名称与别名",
            (
                Field(name="name", label=LABELS["name"], longest=300, required=True),
                _line("code", longest=200),
                _lines("aliases", "群众常用的叫法，每行一个。"),
                _OTHER_WAYS,
                Field(name="summary", label=LABELS["summary"], how="text", rows=3),
                _agency(choices),
                _region(choices),
                _INTERNAL,
            ),
        ),
        Group(
            "适用对象",
            (
                Field(name="audience", label=LABELS["audience"], how="many", choices=audience),
                _line("theme", longest=200),
                _lines("life_events", "如出生、入学、就业、退休，每行一个。"),
                Field(
                    name="sensitive", label=LABELS["sensitive"], how="flag", default="no",
                    hint="涉及健康、残疾、困难救助等的，不做主动推荐。",
                ),
            ),
        ),
    )  # fmt: skip


def _what() -> Sequence[Group]:
    return (
        Group("受理条件", (_texts("conditions", "条件"),)),
        Group("申请材料", (Rows(name="materials", label="材料", one="材料", fields=_MATERIAL, spare=2),)),
        Group("办理步骤", (_texts("steps", "步骤"),)),
        Group("费用", (Part(name="fee", label=LABELS["fee"], fields=_FEE),)),
        Group(
            "时限",
            (
                _line("statutory_limit", longest=300, hint="如：20个工作日。"),
                _line("promised_limit", longest=300, hint="不应长于法定时限。"),
            ),
        ),
    )


def _where(choices: Choices) -> Sequence[Group]:
    place: Sequence[Field | Hours] = (
        Field(name="name", label="地点名称", longest=300),
        Field(name="address", label="地址"),
        Field(
            name="region", label="所在区划", how="choice", choices=choices.regions, default=choices.region
        ),
        Field(name="phone", label="窗口电话", longest=100, hint="带区号。"),
        Field(name="note", label="说明", longest=1000),
        Hours(),
    )  # fmt: skip
    return (
        Group(
            "地点与时间",
            (
                Field(name="phone", label=LABELS["phone"], longest=100, hint="带区号，如 0990-5550110。"),
                Rows(name="places", label="地点", one="地点", fields=place),
            ),
        ),
        Group(
            "网上办理",
            (
                Field(name="online_url", label="网上办理地址", longest=2000),
                Field(name="online_note", label=LABELS["online_note"], how="text", rows=2),
            ),
        ),
    )


def _rest() -> Sequence[Group]:
    result = (Field(name="name", label="结果名称", longest=300), Field(name="delivery", label="送达方式"))
    return (
        Group("依据", (_texts("legal_basis", "依据"),)),
        Group(
            "结果",
            (
                Part(name="result", label=LABELS["result"], fields=result),
                _line("validity", longest=300, hint="办理结果多久有效，如：10年。"),
            ),
        ),
        Group("生效与来源", (*_days("effective_from", "effective_to"), _line("source_url", longest=2000))),
    )


def _line(name: str, *, longest: int, hint: str = "") -> Field:
    return Field(name=name, label=LABELS[name], longest=longest, hint=hint)


def _lines(name: str, hint: str) -> Field:
    return Field(name=name, label=LABELS[name], how="lines", rows=4, hint=hint, longest=20_000)


def _texts(name: str, one: str) -> Rows:
    text = Field(name="", label="内容", how="text", rows=2)
    return Rows(name=name, label=LABELS[name], one=one, fields=(text,), spare=2)


def _days(*names: str) -> list[Field]:
    return [Field(name=name, label=LABELS[name], how="date") for name in names]


def _agency(choices: Choices) -> Field:
    names = {"": "不属于单个部门" if choices.none else "请选择", **{name: name for name in choices.agencies}}
    required = not choices.none
    return Field(name="agency", label=LABELS["agency"], how="choice", choices=names, required=required)


def _region(choices: Choices) -> Field:
    return Field(
        name="region", label=LABELS["region"], how="choice", choices=choices.regions, default=choices.region
    )


_INTERNAL: Final = Field(
    name="internal", label=LABELS["internal"], how="flag", default="no",
    hint="各部门工作人员在“内部问答”里能查到，市民在任何地方都看不到。",
)  # fmt: skip
_OTHER_WAYS: Final = Field(
    name="question_variants", label=LABELS["question_variants"], how="lines", rows=4, longest=20_000,
    hint="群众还会怎么问，每行一个，最多 50 个。",
)  # fmt: skip
_REPLACES: Final = Field(
    name="replaces", label=LABELS["replaces"], how="lines", rows=2, longest=5_000,
    hint="填编号，每行一个；发布后这些文件在新文件生效前一天失效。",
)  # fmt: skip
_EXPLAINS: Final = Field(
    name="explains",
    label=LABELS["explains"],
    longest=200,
    hint="政策解读填原文的编号，答复时一并给出原文。",
)
_REPLACED: Final = Field(
    name="replaced_by", label=LABELS["replaced_by"], longest=300, hint="填替代文件的文号或编号。"
)
_MATERIAL: Final[Sequence[Field]] = (
    Field(name="name", label="材料名称", longest=300),
    Field(name="original", label="形式", how="choice", choices=_ORIGINAL),
    Field(name="copies", label="份数", longest=2),
    Field(name="required", label="是否必需", how="flag", default="yes"),
    Field(name="source", label="获取方式", longest=1000),
    Field(name="note", label="填写说明", longest=1000),
    Field(name="form_url", label="空白表格链接", longest=2000),
    Field(name="sample_url", label="样表链接", longest=2000),
)
_FEE: Final[Sequence[Field]] = (
    Field(name="text", label="收费说明", how="text", rows=2, hint="不收费的填“不收费”。"),
    Field(name="amount", label="金额（元）", longest=20, hint="只有一个金额时填数字，不收费填 0。"),
    Field(name="basis", label="收费依据", longest=1000),
)
