"""Files of everyday names and fixed answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.answering import Aspect
from core.catalogue.wording import Pin, Term
from core.errors import BadInput
from knowledge_base.importing.wording import read_pins, read_terms

Put = Callable[[str, str | bytes], Path]
CSV = "term,means,item\n健康证,从业人员预防性健康检查,\n低保,,mzj-dibao\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_terms_come_from_csv_in_each_encoding(put: Put, encoding: str) -> None:
    found = read_terms(put("terms.csv", CSV.encode(encoding)))
    assert found.entries == [
        Term(term="健康证", means="从业人员预防性健康检查"), Term(term="低保", item="mzj-dibao"),
    ]  # fmt: skip
    assert found.problems == []


def test_terms_come_from_yaml(put: Put) -> None:
    found = read_terms(put("terms.yaml", "terms:\n  - {term: 健康证, means: 健康检查}\n"))
    assert found.entries == [Term(term="健康证", means="健康检查")]


def test_pins_come_from_both_formats(put: Put) -> None:
    yaml = "pins:\n  - {question: 上班吗, others: [开门吗], item: x, aspect: hours}\n"
    csv = "question,others,item,aspect\n上班吗,开门吗；,x,hours\n"
    pin = Pin(question="上班吗", others=["开门吗"], item="x", aspect=Aspect.HOURS)
    assert read_pins(put("p.yaml", yaml)).entries == read_pins(put("p.csv", csv)).entries == [pin]


def test_a_bad_entry_is_named_by_line_and_the_rest_come_in(put: Put) -> None:
    found = read_terms(put("terms.csv", "term,means\n健康证,甲\n坏,乙\n居住证,丙\n"))
    assert [entry.term for entry in found.entries] == ["健康证", "居住证"]
    assert [str(problem) for problem in found.problems] == [
        f"{found.problems[0].place}: term: is shorter than 2 characters"
    ]
    assert found.problems[0].place.endswith("terms.csv:3")


def test_an_unknown_column_is_named(put: Put) -> None:
    found = read_terms(put("terms.csv", "term,meaning\n健康证,甲\n"))
    assert "meaning: unknown field" in found.problems[0].reason


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "term,means\n健康证,甲,乙\n"),
        ("t.yaml", "pins: []\n"),
        ("t.yaml", "- 健康证\n"),
        ("t.yaml", "terms: [1]\n"),
        ("t.csv", ""),
        ("t.csv", b"\xff\xfet\x00"),
    ],
)
def test_a_file_of_another_shape_is_refused_in_one_line(put: Put, name: str, content: str | bytes) -> None:
    with pytest.raises(BadInput) as refused:
        read_terms(put(name, content))
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nowhere"):
        read_terms(tmp_path / "nowhere.csv")
