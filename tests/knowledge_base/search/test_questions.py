"""Records that say which questions they answer, and where."""

from __future__ import annotations

from collections.abc import Callable

from core.answering import Aspect
from core.catalogue.models import AnsweredQuestion, Document, Fee, ServiceItem
from core.text.normalise import fold
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.search.answer_type import figures_asked, tells
from knowledge_base.search.engine import IndexedOwner, SearchEngine, SearchResult

Make = Callable[..., IndexedOwner]
Find = Callable[..., SearchResult]

TEXT = (
    "第一条 为了保障住房困难家庭，制定本办法。\n第二条 配置标准为：\n（一）一人或者二人户不超过四十平方米；\n"
    "（二）三人户不超过五十平方米。\n"
    + "第三条 租金按年核定，由所在区公布。\n" * 30
    + "第九条 押金为两个月租金。\n"
)
HOUSING = Document(
    external_id="housing",
    title="保障房管理办法",
    text=TEXT,
    questions=[
        AnsweredQuestion(ask="两口子最大能分几个平方的房", quote="不超过四十平方米"),
        AnsweredQuestion(ask="签合同押金要押几个月", quote="两个月租金"),
    ],
)
RENT = ServiceItem(
    external_id="rent",
    name="租房提取公积金",
    conditions=["连续缴存满三个月"],
    steps=["线上提交，一年可以提两次"],
    fee=Fee(text="不收费"),
    questions=[AnsweredQuestion(ask="换单位了交两个月够不够提", aspect=Aspect.CONDITIONS)],
)


def test_a_text_is_found_by_a_question_it_answers_and_quoted_where_it_does(
    engine: SearchEngine, embedder: HashEmbedder, make: Make, find: Find
) -> None:
    engine.know_matters(embedder.queries(["签租房合同备案", "租房提取公积金"]))
    engine.put([make(HOUSING), make(RENT)])
    result = find("签合同押金要押几个月")
    assert (result.owners[0].external_id, result.owners[0].signals.sort) == ("housing", "question")
    assert "两个月租金" in result.passages[0].text
    assert result.passages[0].asked > 0.99
    assert len("".join(result.passages[0].text.split())) <= 300


def test_a_list_item_is_read_with_what_introduces_it(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(HOUSING)])
    text = find("两口子最大能分几个平方的房").passages[0].text
    assert "配置标准为" in text
    assert "不超过四十平方米" in text


def test_another_year_than_the_words_are_about_is_not_answered(
    engine: SearchEngine, make: Make, find: Find
) -> None:
    engine.put([make(HOUSING)])
    sure = find("签合同押金要押几个月").owners[0].confidence
    assert find("2031年签合同押金要押几个月").owners[0].confidence < sure / 2


def test_a_text_is_listed_once(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(HOUSING), make(RENT)])
    found = [owner.external_id for owner in find("押金为两个月租金").owners]
    assert found.count("housing") == 1


def test_the_field_that_answers_a_known_question_comes_first(
    engine: SearchEngine, make: Make, find: Find
) -> None:
    engine.put([make(RENT), make(HOUSING)])
    first = next(one for one in find("换单位了交两个月够不够提").passages if one.key.kind == "item")
    assert (first.field, first.asked > 0.99) == ("conditions", True)


def test_what_a_figure_looks_like_is_read_from_the_question() -> None:
    for question, answer, other in (
        ("最多能领几个月", "最长二十四个月", "每月 25 日前"),
        ("多大岁数才能申请", "年满二十八周岁", "满两年"),
        ("少报几个点", "下降十五个百分点", "15元"),
        ("几点开门", "8:30–12:00", "8 个工作日"),
        ("最晚哪天交", "次年12月31日前", "窗口受理"),
    ):
        figures = figures_asked(fold(question))
        assert tells(fold(answer), figures), question
        assert not tells(fold(other), figures), question
    assert not figures_asked(fold("居住证怎么办"))
