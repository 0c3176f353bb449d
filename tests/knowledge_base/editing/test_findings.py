"""What a content leaves open or contradicts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from core.catalogue.models import Document, ServiceItem
from knowledge_base.editing.amounts import Length, days_of, number
from knowledge_base.editing.findings import Severity, findings
from knowledge_base.importing.found import Found, Problem
from knowledge_base.importing.reading import read
from knowledge_base.importing.records import Builder
from knowledge_base.importing.walk import files

TODAY = date(2026, 3, 2)
GOOD: dict[str, Any] = {
    "external_id": "guide",
    "name": "医保卡补办",
    "materials": [{"name": "身份证"}, {"name": "《医保卡补办申请表》"}],
    "steps": ["填写《医保卡补办申请表》。", "领取新卡。"],
    "fee": {"text": "工本费每张20元。", "amount": 20},
    "statutory_limit": "20个工作日",
    "promised_limit": "5个工作日",
    "places": [
        {
            "name": "东区大厅",
            "address": "明德大道1号",
            "hours": [{"weekdays": [1], "opens": "09:00", "closes": "17:00"}],
        }
    ],
    "phone": "0990-5550301",
    "online_url": "https://ybj.example/card",
    "online_note": "可在网上申请。",
}
TEXT = {"external_id": "card", "text": "医保卡遗失的，可以在任一窗口补办，工本费二十元。"}


def rule(fact: str, op: str, value: Any) -> dict[str, Any]:
    return {"fact": fact, "op": op, "value": value}


def guide(**changed: Any) -> list[tuple[str, str]]:
    item = TypeAdapter(ServiceItem).validate_python({**GOOD, **changed})
    return [(one.field, one.sentence) for one in findings(item, TODAY)]


def text(**changed: Any) -> list[tuple[str, str]]:
    document = TypeAdapter(Document).validate_python({**TEXT, **changed})
    return [(one.field, one.sentence) for one in findings(document, TODAY)]


def test_nothing_is_said_of_what_is_whole() -> None:
    assert guide() == []
    assert text() == []


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"materials": []}, "materials", "没有填申请材料"),
        ({"fee": None}, "fee", "没有填收费"),
        ({"promised_limit": None, "statutory_limit": None}, "promised_limit", "没有填办理时限"),
        ({"places": [], "online_url": None, "online_note": None}, "places", "没有填办理地点"),
        ({"places": [{"name": "大厅", "address": "路1号"}]}, "places", "开放时间"),
        ({"phone": None}, "phone", "没有填咨询电话"),
        ({"fee": {"text": "每张二十元。", "amount": 10}}, "fee", "10 元，收费说明里写的是20 元"),
        ({"fee": {"text": "不收费。", "amount": 20}}, "fee", "写的是0 元"),
        ({"fee": {"text": "工本费20元。领取时交工本费每张三十元。"}}, "fee", "（20 元、30 元）"),
        ({"summary": "补办工本费10元。"}, "summary", "收费10 元与收费说明不一致"),
        ({"promised_limit": "30个工作日"}, "promised_limit", "承诺时限长于法定时限"),
        ({"promised_limit": "三个月", "statutory_limit": "60日"}, "promised_limit", "承诺时限长于法定时限"),
        ({"statutory_limit": "当场办结"}, "promised_limit", "承诺时限长于法定时限"),
        ({"effective_to": "2025-12-31"}, "effective_to", "已过"),
        ({"effective_from": "2026-05-01", "effective_to": "2026-04-01"}, "effective_to", "早于生效日期"),
        ({"phone": "5550301"}, "phone", "5550301 没有区号"),
        ({"phone": "0990-5550301、85550301"}, "phone", "85550301 没有区号"),
        ({"places": [{**GOOD["places"][0], "phone": "555-0301"}]}, "places", "555-0301"),
        ({"online_url": None}, "online_url", "没有填网上办理地址"),
        ({"materials": [*GOOD["materials"], {"name": "身份 证"}]}, "materials", "“身份证”列了 2 次"),
        ({"steps": ["提交《授权委托书》。"]}, "steps", "《授权委托书》"),
        ({"conditions": ["2024年6月30日截止申报"]}, "conditions", "2024-06-30 早已过去"),
        ({"eligibility": rule("height", "ge", 2)}, "eligibility", "“height”不是可以询问群众的情况"),
        ({"eligibility": {"not": rule("age", "eq", "80")}}, "eligibility", "“年龄”没有“80”这个取值"),
        ({"eligibility": rule("married", "ge", 1)}, "eligibility", "“是否已婚”不是数量"),
        ({"eligibility": rule("education", "in", ["本科"])}, "eligibility", "“学历”没有“本科”这个取值"),
        ({"eligibility": rule("district", "eq", "东区")}, "eligibility", "“住在哪个区”没有“东区”这个取值"),
    ],
)
def test_what_a_guide_leaves_open_or_contradicts(changed: dict[str, Any], field: str, words: str) -> None:
    ((found, sentence),) = guide(**changed)
    assert found == field
    assert words in sentence


@pytest.mark.parametrize(
    "changed",
    [
        {"fee": {"text": "按国家标准收取。", "amount": 20}},
        {"fee": {"text": "20元/张。", "amount": 20}},
        {"fee": {"text": "一千二百元整。", "amount": 1200}},
        {"promised_limit": "30日"},
        {"promised_limit": "受理5个工作日，办结30个工作日"},
        {"promised_limit": "即时办结"},
        {"statutory_limit": "材料齐全的当场办结，需要核实的另计"},
        {"fee": {"text": "首次免费，补办20元。"}},
        {"fee": {"text": "成人1,200元，儿童600元。"}},
        {"fee": {"text": "不收手续费；补助最高1400元。", "amount": 0}},
        {"phone": "12333"},
        {"phone": "0990-12345、12345"},
        {"phone": "13800000000"},
        {"phone": "400-123-4567"},
        {"phone": "(0990) 5550301 转 8"},
        {"phone": "+86-990-5550301、0990-5550302-801"},
        {"online_note": "暂不支持网上办理。", "online_url": None},
        {"online_note": "补办可在网上申请，首次申领不能网上办理。"},
        {"steps": ["按《社会保险法》审核。", "带好身份证。"]},
        {"steps": ["填写《补办申请表》。"]},
        {"conditions": ["在2024年6月30日前参保"]},
        {"conditions": ["截止2026年2月20日"]},
        {"conditions": ["截止2024年13月40日"]},
        {"summary": "住院报销起付线为800元。"},
        {"effective_to": "2026-03-02"},
        {"eligibility": {"all": [rule("age", "ge", 80), rule("education", "in", ["bachelor"])]}},
    ],
)
def test_what_is_right_or_cannot_be_told_is_let_be(changed: dict[str, Any]) -> None:
    assert guide(**changed) == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"published_on": "2026-03-03"}, "published_on"),
        ({"effective_from": "2026-05-01", "effective_to": "2026-04-01"}, "effective_to"),
        ({"text": "短。"}, "text"),
        ({"text": f"{TEXT['text']}截止时间为2023年5月1日。"}, "text"),
    ],
)
def test_what_a_text_leaves_open(changed: dict[str, Any], field: str) -> None:
    assert [found for found, _ in text(**changed)] == [field]


def test_a_short_answer_of_a_faq_is_an_answer() -> None:
    assert text(kind="faq", text="可以。") == []


def test_warnings_come_first() -> None:
    item = TypeAdapter(ServiceItem).validate_python({**GOOD, "phone": None, "materials": []})
    assert [one.severity for one in findings(item, TODAY)] == [Severity.WARNING, Severity.HINT]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("20", 20),
        ("1,200.5", 1200.5),
        ("十", 10),
        ("二十", 20),
        ("一百零五", 105),
        ("一万二千", 12000),
        ("x", None),
    ],
)
def test_numbers_are_read_in_digits_and_numerals(said: str, value: float | None) -> None:
    assert number(said) == value


def test_lengths_of_time_are_read_in_days() -> None:
    assert days_of("二十个工作日") == Length(20, working=True)
    assert days_of("2个月") == Length(60, working=False)
    assert days_of("依法办理") is None


def test_the_guides_of_the_example_city_give_little_to_say() -> None:
    """Warnings that are wrong are soon read by nobody; the one that is given is right."""
    guides = [
        found.record
        for file in files([Path("examples/shili/guides")])
        if not isinstance(file, Problem)
        for found in read(file, Builder())
        if isinstance(found, Found) and isinstance(found.record, ServiceItem)
    ]
    warned = [
        (one.external_id, each.field, each.sentence)
        for one in guides
        for each in findings(one, TODAY)
        if each.severity is Severity.WARNING
    ]
    assert len(guides) > 50
    assert [(name, field) for name, field, _ in warned] == [("gxq-zufang-2025", "effective_to")]
