"""The registers that pages show: what each is called, its columns, its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from apps.console.fields import Field, Group, Hours, Rows
from core.answering import Aspect
from core.catalogue.bundles import Bundle
from core.catalogue.models import NATIONAL, Agency, Region
from core.catalogue.registers import Entry
from core.catalogue.wording import Pin, Term, question_key
from core.text.normalise import fold
from knowledge_base.passages.guide_fields import hours_text
from knowledge_base.registers.commands import OWN_FIELDS

Column = tuple[str, Callable[[Any], str]]
Values = dict[str, Any]


@dataclass(frozen=True)
class Register:
    """One of them.

    Attributes:
        path: Address of its list.
        one: What an entry is called.
        command: Beginning of the names of its commands.
        known_by: The field by which an entry is told from others; the first column shows it.
        key: What an entry is looked up by, from what it is known by.
        form: Its groups, given names of regions by code.
        may_go: Entries can be deleted.
        completed: What was typed with what stands in no field of it, given the values held.
        notes: What a reader of the list should know.
    """

    path: str
    title: str
    one: str
    command: str
    kind: type[Entry]
    known_by: str
    columns: Sequence[Column]
    form: Callable[[Mapping[str, str]], Sequence[Group]]
    key: Callable[[str], str] = str
    may_go: bool = False
    completed: Callable[[Values, Values], Values] = lambda held, said: {**held, **said}
    notes: str = ""


def for_own(groups: Sequence[Group]) -> Sequence[Group]:
    """What an agency says of itself, for those who look after that one only."""
    kept = (Group(one.label, [f for f in one.fields if f.name in OWN_FIELDS], one.hint) for one in groups)
    return [one for one in kept if one.fields]


def _agency(regions: Mapping[str, str]) -> Sequence[Group]:
    where = Field(name="region", label="区划", how="choice", choices=regions, default=NATIONAL)
    return (
        Group(
            "名称",
            (
                _line("external_id", "编号", 200, "账号和导入文件按它认部门，定下后不改。", required=True),
                _line("name", "名称", 300, "改名后原名称留作曾用名，内容仍归本部门。", required=True),
                _lines("aliases", "别名", "群众常用的叫法，每行一个，不能与其他部门的相同。"),
                where,
            ),
        ),
        Group(
            "联系方式",
            (
                _line("phone", "电话", 100, "带区号，如 0990-5550301。"),
                _line("address", "地址", 1000),
                _line("website", "网站", 2000),
                Field(name="duties", label="职责", how="text", rows=4),
            ),
        ),
        Group("对外办公时间", (Hours(),)),
    )


def _region(_: Mapping[str, str]) -> Sequence[Group]:
    return (
        Group(
            "区划",
            (
                _line("code", "代码", 6, "六位区划代码，定下后不能改动。", required=True),
                _line("name", "名称", 300, required=True),
                _lines("aliases", "别名", "每行一个。"),
            ),
        ),
    )


def _term(_: Mapping[str, str]) -> Sequence[Group]:
    return (
        Group(
            "俗称",
            (
                _line("term", "俗称", 60, "群众的说法，至少两个字。", required=True),
                _line("means", "规范说法", 300),
                _line("item", "办事指南的编号", 200, "规范说法和办事指南只填一项。"),
            ),
        ),
    )


def _pin(_: Mapping[str, str]) -> Sequence[Group]:
    aspects = {"": "整个指南", **{aspect.value: aspect.label for aspect in Aspect}}
    return (
        Group(
            "问题",
            (
                _line("question", "问题", 300, "标点、空格、繁简不同的算同一个问题。", required=True),
                _lines("others", "其他问法", "每行一个，答复相同。"),
            ),
        ),
        Group(
            "答复",
            (
                Field(name="answer", label="答复", how="text", rows=5),
                _line("title", "来源名称", 300, "不填时以问题为名。"),
                _line("source_url", "来源链接", 2000),
                _line("item", "办事指南的编号", 200, "由指南答复时填。"),
                Field(name="aspect", label="指南的哪一项", how="choice", choices=aspects),
                _line("document", "文件的编号", 200, "由文件答复时填。"),
            ),
            "答复、办事指南、文件三项中填一项，且只填一项。",
        ),
    )


def _bundle(regions: Mapping[str, str]) -> Sequence[Group]:
    where = Field(name="region", label="区划", how="choice", choices=regions, default=NATIONAL)
    words = "每行一个，至少三个字，如“孩子出生了”；只按原话认，不要写得太宽。"
    events = "群众在“我的情况”里选到其中一个，这件事就排在前面；每行一个，写法同办事指南的“生命事件”。"
    return (
        Group(
            "一件事",
            (
                _line("external_id", "编号", 200, "定下后不能改动。", required=True),
                _line("name", "名称", 40, "如出生、退休。", required=True),
                _line("summary", "说明", 1000),
                where,
            ),
        ),
        Group(
            "什么时候提示",
            (
                _lines("phrases", "群众的说法", words),
                _lines("life_events", "生命事件", events),
                Field(
                    name="sensitive", label="敏感", how="flag", default="no",
                    hint="如亲人离世：只在群众自己说到时提示。",
                ),
            ),
        ),
        Group(
            "步骤",
            (
                Rows(
                    name="steps", label="步骤", one="步骤", spare=2,
                    fields=(
                        Field(name="item", label="办事指南的编号", longest=200),
                        Field(name="after", label="先办（编号，每行一个）", how="lines", rows=2),
                        Field(name="optional", label="按需办理", how="flag", default="no"),
                        Field(name="shows", label="问到这项就提示", how="flag", default="no"),
                        Field(name="note", label="提示", longest=1000),
                    ),
                ),
            ),
            "按办理的先后填写，至少两项。只对部分人的步骤，条件写在导入文件里，在这里改动步骤时会保留。",
        ),
    )  # fmt: skip


def _with_conditions(held: Values, said: Values) -> Values:
    """Conditions of steps, and what else stands in no field, stay with the step's item."""
    steps = {one["item"]: one for one in held.get("steps", ())}
    kept = [{**steps.get(one.get("item"), {}), **_emptied(one)} for one in said.get("steps") or ()]
    return {**held, **said, "steps": kept}


def _emptied(step: Values) -> Values:
    return {"after": [], "note": None, **step}


def _line(name: str, label: str, longest: int, hint: str = "", *, required: bool = False) -> Field:
    return Field(name=name, label=label, longest=longest, hint=hint, required=required)


def _lines(name: str, label: str, hint: str) -> Field:
    return Field(name=name, label=label, how="lines", rows=4, hint=hint)


def _answered_by(one: Pin) -> str:
    if one.target is None:
        return one.answer or ""
    kind, external_id = one.target
    return f"{'办事指南' if kind == 'item' else '文件'} {external_id}"


AGENCIES: Final = Register(
    "/agencies", "机构", "机构", "agency", Agency, "external_id",
    (
        ("编号", lambda one: one.external_id),
        ("名称", lambda one: one.name),
        ("别名", lambda one: "、".join(one.aliases)),
        ("曾用名", lambda one: "、".join(one.former_names)),
        ("电话", lambda one: one.phone or ""),
        ("地址", lambda one: one.address or ""),
        ("办公时间", lambda one: hours_text(one.hours)),
    ),
    _agency,
    notes="名称、别名和区划由全市管理员登记；各部门的管理员可以修改本部门的联系方式。",
)  # fmt: skip
REGIONS: Final = Register(
    "/regions", "区划", "区划", "region", Region, "code",
    (
        ("代码", lambda one: one.code),
        ("名称", lambda one: one.name),
        ("别名", lambda one: "、".join(one.aliases)),
    ),
    _region,
)  # fmt: skip
TERMS: Final = Register(
    "/terms", "术语表", "俗称", "term", Term, "term",
    (
        ("俗称", lambda one: one.term),
        ("规范说法", lambda one: one.means or ""),
        ("办事指南", lambda one: one.item or ""),
    ),
    _term,
    key=lambda name: fold(name.strip()),
    may_go=True,
    notes="群众的说法和规范说法的对照，保存后立即用于检索。",
)  # fmt: skip
PINS: Final = Register(
    "/pins", "固定答复", "固定答复", "pin", Pin, "question",
    (
        ("问题", lambda one: one.question),
        ("其他问法", lambda one: "、".join(one.others)),
        ("答复", _answered_by),
    ),
    _pin,
    key=question_key,
    may_go=True,
    notes="问到所列问题时，一律照此答复，保存后立即生效。",
)  # fmt: skip
BUNDLES: Final = Register(
    "/bundles", "一件事", "一件事", "bundle", Bundle, "external_id",
    (
        ("编号", lambda one: one.external_id),
        ("名称", lambda one: one.name),
        ("说明", lambda one: one.summary or ""),
        ("群众的说法", lambda one: "、".join(one.phrases)),
        ("步骤", lambda one: " → ".join(step.item for step in one.steps)),
    ),
    _bundle,
    may_go=True,
    notes="一件事一次办：要办的事项、先后和合并的材料清单；保存后立即生效，没有公布的事项不会显示。",
    completed=_with_conditions,
)  # fmt: skip
REGISTERS: Final = (AGENCIES, REGIONS, TERMS, PINS, BUNDLES)
