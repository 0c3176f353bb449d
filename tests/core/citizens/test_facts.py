"""What citizens may tell of themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.citizens.facts import FACTS, checked
from core.errors import BadInput

GUIDES = Path(__file__).resolve().parents[3] / "examples" / "shili" / "guides"
GOOD = {
    "age": 35, "children": 0, "married": False, "education": "doctor", "district": "990101", "insured": True,
    "enterprise_size": 300,
}  # fmt: skip


def test_every_fact_of_the_example_city_s_rules_can_be_asked() -> None:
    used = {name for path in GUIDES.glob("*.yaml") for name in re.findall(r"\{fact: (\w+)", path.read_text())}
    assert used <= set(FACTS)
    assert all(fact.question.endswith("？") and fact.label for fact in FACTS.values())


def test_a_value_of_its_fact_is_taken_as_it_is() -> None:
    assert {name: checked(name, value) for name, value in GOOD.items()} == GOOD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", True), ("age", -1), ("age", 121), ("age", 35.0), ("age", "35"), ("married", 1),
        ("married", "true"), ("education", "本科"), ("district", "9901"), ("district", "九九〇一〇一"),
        ("district", 990101), ("salary", 5), ("insured", None), ("children", [1]),
    ],
)  # fmt: skip
def test_anything_else_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadInput):
        checked(name, value)
