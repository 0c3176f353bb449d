"""What a citizen may tell of themselves: the words of the guides' rules, and how each is asked in Chinese.

A guide's eligibility (`core.catalogue.rules`) compares these and no others, so that whatever a rule needs
can be asked in a plain sentence. Sensitive ones are asked for one act, used for it, and never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.catalogue.rules import Scalar
from core.errors import BadInput

EDUCATION: Final = {
    "junior": "初中及以下", "senior": "高中或中专", "skilled": "技工院校", "college": "大专",
    "bachelor": "本科", "master": "硕士", "doctor": "博士",
}  # fmt: skip


class FactKind(StrEnum):
    """What sort of value a fact has: yes or no, a whole number, one of some words, a district's code."""

    FLAG = "flag"
    NUMBER = "number"
    CHOICE = "choice"
    DISTRICT = "district"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact.

    Attributes:
        label: As it stands in a sentence on what is not known yet, such as 是否本市户籍.
        question: As the citizen is asked for it.
        unit: Of a number.
        most: The largest number that is believed.
        choices: Words with their labels.
        sensitive: Never stored, never inferred; asked for one act alone.
    """

    name: str
    label: str
    question: str
    kind: FactKind = FactKind.FLAG
    unit: str = ""
    most: int = 1
    choices: Mapping[str, str] = field(default_factory=dict)
    sensitive: bool = False


_ALL = (
    Fact("age", "年龄", "您今年多大年纪？", FactKind.NUMBER, "周岁", 120),
    Fact("hukou_city", "是否本市户籍", "您的户口在本市吗？"),
    Fact("resident", "是否在本市居住", "您现在住在本市吗？"),
    Fact("district", "住在哪个区", "您住在哪个区？", FactKind.DISTRICT),
    Fact("work_district", "在哪个区工作", "您在哪个区工作？", FactKind.DISTRICT),
    Fact("married", "是否已婚", "您结婚了吗？"),
    Fact("children", "有几个孩子", "您有几个孩子？", FactKind.NUMBER, "个", 20),
    Fact("employed", "是否在职", "您现在有单位、在上班吗？"),
    Fact("unemployed", "是否失业", "您现在是失业状态吗？"),
    Fact("retired", "是否已退休", "您退休了吗？"),
    Fact("business_owner", "是否经营企业或个体户", "您自己开公司或者做个体户吗？"),
    Fact("enterprise_size", "单位有多少职工", "单位有多少职工？", FactKind.NUMBER, "人", 1_000_000),
    Fact("insured", "是否在本市参加社会保险", "您在本市参加社会保险了吗？"),
    Fact("insured_months", "社会保险缴费月数", "您的社保一共缴了多少个月？", FactKind.NUMBER, "个月", 800),
    Fact("owns_home", "本市有没有自有住房", "您或者配偶在本市有自己的住房吗？"),
    Fact("car_owner", "有没有机动车", "您有机动车吗？"),
    Fact("education", "学历", "您的最高学历是什么？", FactKind.CHOICE, choices=EDUCATION),
    Fact("disabled", "是否持有残疾人证", "您持有残疾人证吗？", sensitive=True),
    Fact("hardship", "生活是否有困难", "您家里现在有生活困难吗？", sensitive=True),
)  # fmt: skip
FACTS: Final[Mapping[str, Fact]] = MappingProxyType({fact.name: fact for fact in _ALL})


def checked(name: str, value: object) -> Scalar:
    """The value as it is compared.

    Raises:
        BadInput: There is no such fact, or it has no such value.
    """
    fact = FACTS.get(name)
    if fact is None:
        raise BadInput("facts: there is no such fact")
    if isinstance(value, bool | int | str) and _fits(fact, value):
        return value
    raise BadInput(f"facts.{name}: not a value of this fact")


def _fits(fact: Fact, value: bool | int | str) -> bool:
    if isinstance(value, bool):
        return fact.kind is FactKind.FLAG
    if isinstance(value, int):
        return fact.kind is FactKind.NUMBER and 0 <= value <= fact.most
    if fact.kind is FactKind.CHOICE:
        return value in fact.choices
    return fact.kind is FactKind.DISTRICT and len(value) == 6 and value.isascii() and value.isdigit()
