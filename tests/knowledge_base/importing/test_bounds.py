"""Files made to be slow are refused before they cost anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.importing import bounds, yaml_nodes
from tests.effort import loops

Put = Callable[[str, str | bytes], Path]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.html", "<a " * 20_000, "more than 500 < without >"),
        ("a.html", "<a b='" * 20_000, "more than 500 < without >"),
        ("a.html", "<!--" * 40_000 + " >", "more than 500 <!-- without -->"),
        ("a.html", "<![CDATA[" * 40_000 + " >", "more than 500 <![ without ]"),
        ("a.md", "<!--a" * 40_000, "more than 500 < without >"),
        ("a.md", "<!--a" * 40_000 + ">\n \n-->", "more than 500 <!-- without -->"),
        (
            "a.jsonl",
            "{" + ",".join(f'"k{n}": 1' for n in range(60_000)) + ',"x": 1, "x": 2}',
            "x is given twice",
        ),
    ],
)
def test_what_would_take_minutes_is_refused_at_once(
    shop: Any, put: Put, name: str, content: str, reason: str
) -> None:
    file = put(name, content)
    assert loops(lambda: shop.run(file)) < 2000
    (problem,) = shop.run(file).problems
    assert reason in problem.reason


def test_what_ends_is_read(shop: Any, put: Put) -> None:
    assert shop.run(put("a.md", "甲 < 乙 <!-- 注 -->\n\n" * 1000)).created == 1
    assert shop.run(put("a.html", "<p>甲 < 乙 <!-- 注 --></p>" * 1000)).created == 1


@pytest.mark.parametrize(("name", "content"), [("a.html", "<p>甲</p>"), ("a.md", "甲\n"), ("a.md", "# 甲\n")])
def test_parsing_is_given_up_after_a_time(
    shop: Any, put: Put, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    monkeypatch.setattr(bounds, "PARSING_S", -1.0)
    (problem,) = shop.run(put(name, content)).problems
    assert "s to read" in problem.reason


def test_values_are_counted_while_they_are_read(shop: Any, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_nodes, "_MOST_VALUES", 1000)
    composed = 0
    compose = yaml.SafeLoader.compose_node

    def counted(*given: Any) -> Any:
        nonlocal composed
        composed += 1
        return compose(*given)

    monkeypatch.setattr(yaml.SafeLoader, "compose_node", counted)
    (problem,) = shop.run(put("a.yaml", "items: [" + "x," * 300_000 + "]")).problems
    assert problem.reason == "holds more than 1000 values"
    assert composed == 1000


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.yaml"])
def test_files_that_are_slow_to_parse_may_not_be_large(shop: Any, put: Put, name: str) -> None:
    (problem,) = shop.run(put(name, "甲" * 1_700_000)).problems
    assert problem.reason == "the file is larger than 5 MB"
