"""Aspect cues: what a question asks for, and what it is about."""

from __future__ import annotations

import pytest

from core.answering import Aspect
from knowledge_base.answer.aspects import detect_aspects, subject


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
        ("那身份证呢", None),
        ("现在办身份证要什么", None),
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
    ],
)
def test_several_aspects_come_in_the_order_of_the_text(text: str, aspects: tuple[Aspect, ...]) -> None:
    assert detect_aspects(text) == aspects


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
    ],
)
def test_bare_follow_up_has_no_subject(text: str) -> None:
    assert subject(text) == ""


@pytest.mark.parametrize(("text", "left"), [("居住证要什么材料", "居住证"), ("那身份证呢", "身份证")])
def test_subject_is_what_remains(text: str, left: str) -> None:
    assert subject(text) == left
