"""The fields that a message asks for, learnt from questions whose field is known."""

from __future__ import annotations

from itertools import product

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

from knowledge_base.search.fields import FieldReader

MATTERS = ["护照", "居住证", "社保卡", "驾驶证", "营业执照", "结婚证", "公租房", "低保", "房产证", "残疾证"]
ASKS = {
    "fee": ["{}收多少钱", "办{}贵不贵", "{}要交费吗", "弄个{}得花几块", "{}工本费几多", "{}免费不"],
    "materials": [
        "{}带啥资料",
        "办{}要什么证件",
        "{}材料有哪些",
        "{}要户口本吗",
        "{}得准备啥",
        "{}要几张照片",
    ],
    "place": ["{}在哪里办", "办{}去哪个窗口", "{}哪里能弄", "{}上哪儿办", "{}办理地点", "{}去哪搞"],
    "time_limit": [
        "{}几天能好",
        "{}多久办下来",
        "办{}要等多长时间",
        "{}啥时候拿得到",
        "{}几个工作日",
        "{}快不快",
    ],
    "steps": ["{}怎么办", "{}流程是啥", "办{}先干啥", "{}咋个弄", "{}怎么申请", "{}分几步"],
}
KNOWN = [
    (text.format(matter), field)
    for matter, (field, texts) in product(MATTERS, ASKS.items())
    for text in texts
]


def learnt() -> FieldReader:
    reader = FieldReader()
    reader.learn(KNOWN)
    return reader


def test_a_field_is_read_of_a_matter_that_nothing_was_learnt_of() -> None:
    read = learnt().read("养犬登记证工本费贵不贵")
    assert max(read, key=lambda field: read[field]) == "fee"
    assert read["fee"] > 0.5 > 0.2 > read["place"]


def test_two_fields_of_one_message_both_stand_out() -> None:
    read = learnt().read("养犬证在哪里办，带啥资料")
    assert sorted(read, key=lambda field: -read[field])[:2] in (
        ["place", "materials"],
        ["materials", "place"],
    )


def test_marks_and_width_make_no_difference() -> None:
    reader = learnt()
    assert reader.read("护照，收多少钱？？") == reader.read("護照 收多少钱")


def test_nothing_is_read_before_enough_was_learnt() -> None:
    reader = FieldReader()
    assert reader.read("护照收多少钱") == {}
    reader.learn(KNOWN[:50])
    assert reader.read("护照收多少钱") == {}


def test_a_field_with_few_questions_is_left_out() -> None:
    reader = FieldReader()
    reader.learn([*KNOWN, ("护照依据哪条法律", "legal_basis")])
    assert "legal_basis" not in reader.read("护照依据哪条法律")


def test_what_was_withdrawn_is_forgotten() -> None:
    reader = learnt()
    reader.learn([])
    assert reader.read("护照收多少钱") == {}


def test_reads_what_the_library_predicts() -> None:
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    fields = sorted(ASKS)
    answers = [[float(field == own) for field in fields] for _, own in KNOWN]
    ridge = Ridge(alpha=1.0, solver="sparse_cg").fit(vectorizer.fit_transform([q for q, _ in KNOWN]), answers)
    for message in ("养犬证在哪里办带啥资料", "护照护照多少钱", "zzz", "?"):
        predicted = ridge.predict(vectorizer.transform([message]))[0]
        assert list(learnt().read(message).values()) == pytest.approx(list(predicted), abs=1e-9)
