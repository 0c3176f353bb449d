"""Aspect cues: what a question asks for, and what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from core.answering import Aspect
from knowledge_base.answer.aspects import detect_aspects, subject
from tests.effort import loops


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("要带什么材料", Aspect.MATERIALS),
        ("居住证需要准备哪些证件", Aspect.MATERIALS),
        ("多少钱啊", Aspect.FEE),
        ("几天能下来", Aspect.TIME_LIMIT),
        ("在哪办", Aspect.PLACE),
        ("周末能办吗", Aspect.HOURS),
        ("网上能办吗", Aspect.ONLINE),
        ("申请表在哪下载", Aspect.FORM),
        ("需要符合什么条件", Aspect.CONDITIONS),
        ("电话多少", Aspect.PHONE),
        ("依据是什么", Aspect.LEGAL_BASIS),
        ("身份证丢了怎么办", Aspect.STEPS),
        ("办好了给发什么", Aspect.RESULT),
        ("轮到要排几年", Aspect.TIME_LIMIT),
        ("这个租金怎么收", Aspect.FEE),
        ("老车上哪检", Aspect.PLACE),
        ("这套手续一五一十怎么走", Aspect.STEPS),
        ("那身份证呢", None),
        ("现在办身份证要什么", Aspect.MATERIALS),
        ("现在能办吗", Aspect.HOURS),
        ("手机丢了身份证也丢了怎么补办", Aspect.STEPS),
        ("手机能办吗", Aspect.ONLINE),
        ("电话费补贴怎么申请", Aspect.STEPS),
        ("失业了能领多少钱", None),
        ("高龄津贴多少钱", None),
        ("公积金能贷多少", None),
        ("拖欠工资要不到钱", None),
        ("办护照多少钱", Aspect.FEE),
        ("要交钱吗", Aspect.FEE),
        ("补办身份证收费吗", Aspect.FEE),
        ("车管所今天上班吗", Aspect.HOURS),
        ("得花几个钱", Aspect.FEE),
        ("得花多少钱", Aspect.FEE),
        ("社保卡补办多少钱", Aspect.FEE),
        ("每月能领几个钱", None),
        ("能补多少钱", None),
        ("駕駛證換證要多少錢", Aspect.FEE),
        ("多久能辦好", Aspect.TIME_LIMIT),
        ("掏多少钱", Aspect.FEE),
        ("收要不要钱", Aspect.FEE),
        ("要多少工本费", Aspect.FEE),
        ("过户费用大概多少", Aspect.FEE),
        ("打哪个号", Aspect.PHONE),
        ("身份证号码多少", None),
        ("啥时候下来", Aspect.TIME_LIMIT),
        ("得等多少天", Aspect.TIME_LIMIT),
        ("失业保险交多久能领", Aspect.CONDITIONS),
        ("去哪登", Aspect.PLACE),
        ("打人拘留几级", None),
        ("这是哪年的规定", Aspect.LEGAL_BASIS),
        ("根据啥", Aspect.LEGAL_BASIS),
        ("用在哪些方面", None),
        ("咋个办", Aspect.STEPS),
        ("备些啥", Aspect.MATERIALS),
        ("补身份证要带户口本不", Aspect.MATERIALS),
        ("网上搞得成吗", Aspect.ONLINE),
        ("中午有没有人", Aspect.HOURS),
        ("今天上班累死我了", None),
        ("我这种情况行不行", Aspect.CONDITIONS),
        ("办下来给个啥", Aspect.RESULT),
        ("公司简易注销办完会给什么证明", Aspect.RESULT),
        ("居住证有效期几年", Aspect.RESULT),
        ("保护令的有效期内他搬来了", None),
        ("补办社保卡的申请表在哪下载", Aspect.FORM),
        ("水表坏了怎么办", Aspect.STEPS),
    ],
)
def test_aspect_is_read_from_its_words(text: str, aspect: Aspect | None) -> None:
    assert detect_aspects(text) == ((aspect,) if aspect else ())


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("要什么材料，多少钱", (Aspect.MATERIALS, Aspect.FEE)),
        ("居住证去哪办要带什么", (Aspect.PLACE, Aspect.MATERIALS)),
        ("网上能办吗要多少钱几天能好", (Aspect.ONLINE, Aspect.FEE, Aspect.TIME_LIMIT)),
        ("身份证丢了怎么办需要什么材料", (Aspect.MATERIALS,)),
        ("办理流程和材料有哪些", (Aspect.STEPS, Aspect.MATERIALS)),
        ("低保的条件和要交的材料", (Aspect.CONDITIONS, Aspect.MATERIALS)),
        ("怎么弄呀，要收钱不", (Aspect.STEPS, Aspect.FEE)),
        ("居住证怎么办 要什么材料", (Aspect.STEPS, Aspect.MATERIALS)),
        ("居住证咋弄还有多少钱", (Aspect.STEPS, Aspect.FEE)),
        ("怎么办要什么材料", (Aspect.MATERIALS,)),
        ("网上怎么申请", (Aspect.ONLINE,)),
        ("补一个多少钱 当天能拿不", (Aspect.FEE, Aspect.TIME_LIMIT)),
        ("低保一个人一个月多少钱", ()),
        ("双胞胎的生育津贴给算多少天", ()),
        ("交给你们几天能拿到", (Aspect.TIME_LIMIT,)),
        ("钱什么时候打，放几天才到", (Aspect.TIME_LIMIT,)),
    ],
)
def test_several_aspects_come_in_the_order_of_the_text(text: str, aspects: tuple[Aspect, ...]) -> None:
    assert detect_aspects(text) == aspects


def examples() -> Iterator[tuple[str, list[str]]]:
    for path in sorted((Path(__file__).parents[2] / "bot/data/nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                yield block["intent"], [line.removeprefix("- ") for line in block["examples"].splitlines()]


@pytest.mark.parametrize("aspect", Aspect)
def test_nine_of_ten_ways_to_ask_for_an_aspect_are_read(aspect: Aspect) -> None:
    asked = [text for intent, texts in examples() for text in texts if intent == f"ask_{aspect}"]
    missed = [text for text in asked if aspect not in detect_aspects(text)]
    assert len(missed) <= len(asked) / 10, missed


@pytest.mark.parametrize(
    ("intent", "most"), [("ask", 0.17), ("recommend", 0), ("small_talk", 0.06), ("out_of_scope", 0.26)]
)
def test_few_of_the_other_messages_seem_to_name_an_aspect(intent: str, most: float) -> None:
    said = [text for one, texts in examples() for text in texts if one == intent]
    assert sum(bool(detect_aspects(text)) for text in said) <= len(said) * most


@pytest.mark.parametrize(
    "unit", ["要", "能办", "今天", "表", "什么", "怎么", "有没有", "带", "要多少", "办好", "a1"]
)
def test_long_text_is_read_at_once(unit: str) -> None:
    assert loops(lambda: detect_aspects(unit * (500 // len(unit)))) < 1000


def test_no_more_than_three_aspects_are_read() -> None:
    assert len(detect_aspects("要什么条件，什么材料，多少钱，多久，在哪办，电话多少")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "要带什么材料",
        "多少钱啊",
        "那要多久",
        "在哪办理呢",
        "网上可以办吗",
        "得花几个钱啊",
        "多久能辦好",
        "几天能拿到手",
        "要交钱不",
        "那收费呢",
        "大概多少钱呀",
        "得等几天",
        "一共要掏多少钱哈",
        "到底几天能批下来嘛",
        "怎么弄呀，要收钱不",
        "现在一般要等多久咧",
        "窗口几点上班",
        "号码给我一个",
    ],
)
def test_bare_follow_up_has_no_subject(text: str) -> None:
    assert subject(text) == ""


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("居住证要什么材料", "居住证"),
        ("那身份证呢", "身份证"),
        ("养狗证要多少钱", "养狗证"),
        ("过户费多少", "过户"),
        ("不动产登记中心在哪", "不动产登记中心"),
        ("交通局在哪", "交通局"),
        ("公司注销完会给通知书吗", "公司注销"),
    ],
)
def test_subject_is_what_remains(text: str, left: str) -> None:
    assert subject(text) == left
