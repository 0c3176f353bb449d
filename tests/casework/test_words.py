"""Subjects and titles: the question's own words, bounded, whatever was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.grouping import key_of, ordinary_subjects, subject_of, title_of
from casework.grouping.subject import LONGEST
from casework.grouping.titles import LONGEST_TITLE


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("请问居住证怎么办理？", "居住证"),
        ("居住證要什麼材料", "居住证"),
        ("我的身份证号是〔身份证号〕，社保卡丢了", "社保卡丢"),
        ("２０２５年租房补贴", "2025 年租房补贴"),
        ("怎么办理？", "怎么办理"),
        ("？！", ""),
    ],
)
def test_subject_is_what_a_question_is_about(question: str, subject: str) -> None:
    assert subject_of(question) == subject


def test_same_subject_has_one_key() -> None:
    assert key_of(subject_of("居住证怎么办")) == key_of(subject_of("请问，居住证在哪里办啊？"))


@given(st.text(max_size=600))
def test_subject_is_bounded_and_stays_as_it_is(text: str) -> None:
    subject = subject_of(text)
    assert len(subject) <= 2 * LONGEST
    assert subject == subject.strip()


def test_every_ordinary_question_has_a_subject_of_its_own() -> None:
    subjects = ordinary_subjects()
    assert len(set(subjects)) == len(subjects) == 64
    assert all(subjects)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("居住证怎么办", "居住证怎么办"),
        ("你好，请问居住证怎么办？", "居住证怎么办？"),
        ("你好", "你好"),
        (
            "我在高新区租房，房东不肯签合同，居住证还能不能办，要带什么材料，在哪个窗口办理快一点",
            "我在高新区租房，房东不肯签合同，居住证还能不能办，要带什么材料…",
        ),
        ("字" * 50, "字" * 39 + "…"),
        ("字" * 36 + "〔身份证号〕丢了", "字" * 36 + "…"),
        ("第一行\n第二行\u202e", "第一行 第二行"),
    ],
)
def test_title_is_readable(question: str, title: str) -> None:
    assert title_of(question) == title


@given(st.text(max_size=300))
def test_title_is_a_piece_of_the_question(question: str) -> None:
    title = title_of(question)
    assert len(title) <= LONGEST_TITLE
    shown = " ".join("".join(char if char.isprintable() else " " for char in question).split())
    assert title.removesuffix("…").strip() in shown
