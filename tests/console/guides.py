"""A guide in which every field says something."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Engine

from core.catalogue.models import ServiceItem
from core.database.engine import reading
from knowledge_base.editing.drafts import drafts, find_draft

YBJ = "示例市医保局"
NAME = "医保卡补办"
FULL = TypeAdapter(ServiceItem).validate_python(
    {
        "external_id": "guide",
        "name": NAME,
        "code": "1199",
        "aliases": ["补医保卡", "医保卡丢了"],
        "question_variants": ["医保卡丢了怎么办"],
        "questions": [{"ask": "补卡多少钱", "aspect": "fee"}],
        "agency": YBJ,
        "region": "990100",
        "audience": ["个人"],
        "theme": "医疗",
        "life_events": ["就业"],
        "sensitive": True,
        "summary": "医保卡遗失的，可以补办。",
        "eligibility": {"fact": "age", "op": "ge", "value": 16},
        "conditions": ["在本市参保；", "卡已挂失。"],
        "materials": [
            {"name": "身份证", "copies": 1, "original": "original_and_copy"},
            {"name": "委托书", "required": False, "note": "代办时", "form_url": "https://a.example/f.doc"},
        ],
        "steps": ["填表", "领卡"],
        "fee": {"text": "每张20元。", "amount": 20, "basis": "示价〔2020〕1号"},
        "statutory_limit": "20个工作日",
        "promised_limit": "5个工作日",
        "places": [
            {
                "name": "东区大厅",
                "address": "明德大道1号",
                "region": "990102",
                "phone": "0990-5550301",
                "hours": [
                    {"weekdays": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "12:00"},
                    {"weekdays": [1, 2, 3, 4, 5], "opens": "13:00", "closes": "17:00"},
                    {"weekdays": [6], "opens": "09:00", "closes": "11:30", "holidays": "open"},
                ],
            }
        ],
        "phone": "0990-5550300",
        "online_url": "https://ybj.example/card",
        "online_note": "可在网上申请。",
        "legal_basis": ["《示例市医保条例》第三条"],
        "result": {"name": "医保卡", "delivery": "邮寄"},
        "validity": "10年",
        "effective_from": "2025-01-01",
        "source_url": "https://ybj.example/1",
        "demo": True,
    }
)


def drafted(engine: Engine, external_id: str = "guide") -> Any:
    """What the draft of a guide says."""
    with reading(engine) as connection:
        held = find_draft(connection, "item", external_id)
    assert held is not None
    return held.content


def the_new_one(engine: Engine) -> Any:
    """What the only draft says."""
    with reading(engine) as connection:
        (one,) = drafts(connection)[0]
        held = find_draft(connection, one.kind, one.external_id)
    assert held is not None
    return held.content
