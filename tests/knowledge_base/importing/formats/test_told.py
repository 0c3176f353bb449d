"""Every reason that a reader can give has a sentence in Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge_base.importing import told
from knowledge_base.importing.reasons import _TEXTS
from knowledge_base.importing.told import in_chinese

_FOLDER = Path(told.__file__).parent
_SPEAKING = (
    *(
        _FOLDER / f"{name}.py"
        for name in (
            "bounds",
            "building",
            "checks",
            "decoding",
            "html_text",
            "markdown_text",
            "records",
            "yaml_nodes",
            "uploads",
            "sniffing",
        )
    ),
    *sorted((_FOLDER / "parsing").glob("*.py")),
)


def _literal(node: ast.expr) -> str | None:
    """A string as it may come out, with a 7 for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else _filled(part) for part in node.values
        )
    return None


def _filled(part: ast.expr) -> str:
    return "copys: unknown field" if "unknown_field" in ast.unparse(part) else "7"


def _reasons() -> Iterator[tuple[str, str]]:
    for path in _SPEAKING:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = {"Unreadable": 0, "Problem": 1}.get(node.func.id)
            has_told = any(keyword.arg == "told" for keyword in node.keywords) or (
                node.func.id == "Problem" and len(node.args) > 2
            )
            if place is None or has_told:
                continue
            said = _literal(node.args[place])
            if said is not None:
                yield path.name, said


@pytest.mark.parametrize(("file", "reason"), sorted(set(_reasons())))
def test_every_reason_of_the_readers_has_a_sentence(file: str, reason: str) -> None:
    said = in_chinese(reason)
    assert re.search(r"[\u4e00-\u9fff]", said), file
    assert said != told._GENERAL, reason


_LIMITS = {
    "min_length": 1,
    "max_length": 5,
    "pattern": "x",
    "expected": "'a'",
    "error": "链接含有用户名",
    "ge": 0,
    "le": 9,
}


@pytest.mark.parametrize("kind", sorted(_TEXTS))
def test_every_reason_of_the_checks_has_a_sentence(kind: str) -> None:
    said = in_chinese(f"materials[0].form_url: {_TEXTS[kind](_LIMITS)}")
    assert said.startswith("申请材料第1项的表格链接：")
    assert "must" not in said


def test_several_reasons_are_each_told() -> None:
    reason = "title: is longer than 500 characters; copys: unknown field (did you mean copies?); and 2 more"
    assert in_chinese(reason) == "标题：超过500字。copys：不认识的字段。另有2处。"


def test_an_unknown_reason_is_told_in_general() -> None:
    assert in_chinese("something new") == told._GENERAL
