"""The search engine on small records with the memory embedder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.catalogue.keys import RecordKey
from core.catalogue.models import Document, DocumentKind, Fee, Material, ServiceItem
from core.text.normalise import fold
from knowledge_base.embedding.port import Vectors
from knowledge_base.index.lexical import LexicalIndex
from knowledge_base.index.vectors import VectorIndex
from knowledge_base.search import placed, reading
from knowledge_base.search.confidence import confidence
from knowledge_base.search.engine import IndexedOwner, SearchEngine, SearchResult
from knowledge_base.search.fusion import Evidence, text_scores
from knowledge_base.search.owners import Held
from knowledge_base.search.reading import Reading

Make = Callable[..., IndexedOwner]
Find = Callable[..., SearchResult]

SFZ = ServiceItem(
    external_id="sfz",
    name="居民身份证补领",
    aliases=["身份证补办"],
    question_variants=["身份证丢了怎么补办"],
    materials=[Material(name="户口簿")],
    conditions=["身份证遗失"],
)
JZZ = ServiceItem(
    external_id="jzz", name="居住证申领", materials=[Material(name="租房合同")], steps=["到派出所"]
)
FUND = Document(external_id="fund", text="公积金提取办法 第一条 租房可以提取公积金。第二条 每年提取一次。")


def ids(result: SearchResult) -> list[str]:
    return [owner.external_id for owner in result.owners]


def test_an_empty_engine_finds_nothing(find: Find) -> None:
    nothing = find("身份证丢了怎么补办")
    assert (nothing.owners, nothing.passages) == ([], [])


def test_a_colloquial_question_finds_the_item_it_names(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(SFZ), make(JZZ), make(FUND)])
    result = find("身份证丢了怎么补办")
    assert ids(result)[0] == "sfz"
    assert result.passages[0].key == result.owners[0].key
    assert result.owners[0].confidence > 0.8


def test_words_of_every_guide_do_not_name_one(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(SFZ), make(JZZ), make(FUND)])
    owners = find("办居住证要带什么材料").owners
    assert next(owner.external_id for owner in owners if owner.signals.sort == "guide") == "jzz"


def test_one_character_alone_finds_something(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(FUND), make(Document(external_id="tax", text="个人所得税按月申报。"))])
    assert ids(find("税"))[0] == "tax"


def test_traditional_and_wide_characters_match(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(SFZ), make(JZZ), make(FUND)])
    assert ids(find("公積金提取"))[0] == "fund"


def test_a_record_of_another_district_is_not_found(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(Document(external_id="d", text="东区停水通知。", region="990101"))])
    assert ids(find("停水通知", region="990102")) == []
    assert ids(find("停水通知", region="990101")) == ["d"]
    assert ids(find("停水通知")) == ["d"]


def test_of_like_records_the_one_about_the_named_place_comes_first() -> None:
    alike = Evidence(passage=8.0, record=9.0, cosine=0.85)
    about = {1: replace(alike, place=0.2), 2: replace(alike, place=0.8)}
    scores = text_scores(about)
    assert scores[2] > scores[1]
    assert text_scores({1: alike}) == text_scores({1: replace(alike, place=0.0)})


def test_a_record_that_does_not_name_the_place_asked_for_is_less_likely(
    engine: SearchEngine, make: Make, find: Find
) -> None:
    engine.put([make(Document(external_id="d", text="湖北省一线医务人员按月发放补助。")), make(FUND)])
    sure, doubtful = (find(f"{place}一线医务人员补助").owners[0].signals for place in ("湖北", "甘肃"))
    assert (sure.place_absent, doubtful.place_absent) == (0.0, 1.0)
    assert confidence(doubtful) < confidence(replace(doubtful, place_absent=0.0))


def test_places_of_the_installation_are_known_once_told(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(Document(external_id="d", text="南湖区高龄津贴每月一百元。")), make(FUND)])
    question = "北山区高龄津贴"
    assert find(question).owners[0].signals.place_absent == 0.0
    engine.know_places({"南湖区": "南湖区", "北山区": "北山区"})
    assert find(question).owners[0].signals.place_absent == 1.0


def test_only_what_is_in_force_today_is_found(engine: SearchEngine, make: Make, find: Find) -> None:
    record = Document(
        external_id="d", text="停水通知。", effective_from=date(2026, 1, 1), effective_to=date(2026, 1, 31)
    )
    engine.put([make(record), make(FUND)])
    found = [
        day
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1))
        if "d" in ids(find("停水通知", today=day))
    ]
    assert found == [date(2026, 1, 1), date(2026, 1, 31)]


def test_a_hidden_record_is_absent(engine: SearchEngine, make: Make, find: Find) -> None:
    owner = make(SFZ)
    engine.put([owner, make(JZZ)])
    result = find("身份证丢了怎么补办", hidden=[owner.key])
    assert "sfz" not in ids(result)
    assert owner.key not in {passage.key for passage in result.passages}


def test_a_record_put_again_replaces_itself(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(Document(external_id="d", text="停水通知。"), id_=9)])
    engine.put([make(Document(external_id="d", text="停电公告。"), id_=9)])
    assert find("停水通知").passages == [] or find("停水通知").passages[0].text == "停电公告。"
    assert [p.text for p in find("停电公告").passages] == ["停电公告。"]
    assert len(engine) == 1


def test_a_removed_record_is_gone(engine: SearchEngine, make: Make, find: Find) -> None:
    owner = make(FUND)
    engine.put([owner])
    engine.remove([owner.key, RecordKey("item", 777)])
    nothing = find("公积金提取")
    assert (nothing.owners, nothing.passages) == ([], [])
    engine.put([owner])
    assert ids(find("公积金提取")) == ["fund"]


def test_the_best_variant_of_a_faq_wins(engine: SearchEngine, make: Make, find: Find) -> None:
    faq = Document(
        external_id="faq",
        kind=DocumentKind.FAQ,
        title="医保卡怎么激活？",
        text="到银行柜台激活金融功能。",
        question_variants=["社保卡不能刷怎么回事"],
    )
    engine.put([make(faq), make(SFZ), make(JZZ), make(FUND)])
    result = find("社保卡不能刷怎么回事")
    assert ids(result)[0] == "faq"
    assert [p.text for p in result.passages if p.key == result.owners[0].key] == ["到银行柜台激活金融功能。"]


def test_a_window_quotes_the_sentences_that_answer(engine: SearchEngine, make: Make, find: Find) -> None:
    filler = "".join(
        f"各地要高度重视第{n}项工作，认真落实有关部署，确保各项任务按期完成到位。" for n in range(40)
    )
    text = f"工作通知 {filler}企业迟缴社会保险费的，免收滞纳金。{filler}"
    engine.put([make(Document(external_id="d", text=text))])
    best = find("迟缴社会保险费收滞纳金吗").passages[0]
    assert "免收滞纳金" in best.text
    assert best.text == text[best.start : best.end]
    assert len(best.text) <= 300


def test_no_more_than_k_passages_come_back(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(Document(external_id=str(n), text=f"停水通知第{n}号。")) for n in range(30)])
    assert len(find("停水通知", k=4).passages) == 4


def test_a_reprint_does_not_lower_the_confidence(engine: SearchEngine, make: Make, find: Find) -> None:
    engine.put([make(FUND), make(SFZ)])
    alone = find("租房提取公积金").owners[0].signals.lead
    engine.put([make(Document(external_id="again", text=FUND.text))])
    assert find("租房提取公积金").owners[0].signals.lead == pytest.approx(alone, abs=0.05)


def test_readers_are_safe_beside_a_writer(engine: SearchEngine, make: Make, find: Find) -> None:
    owners = [make(Document(external_id=str(n), text=f"停水通知第{n}号。")) for n in range(20)]
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(30):
                find("停水通知")
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for owner in owners:
        engine.put([owner])
    engine.remove([owner.key for owner in owners[:10]])
    for thread in readers:
        thread.join()
    assert failures == []
    assert len(ids(find("停水通知"))) == 10


def test_no_text_is_folded_while_searches_are_kept_waiting(
    engine: SearchEngine, make: Make, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[str] = []

    def watched(text: str) -> str:
        # This thread alone uses the engine: whoever holds the lock is it.
        assert not engine._lock.locked()
        folded.append(text)
        return fold(text)

    for module in ("owners", "exchange", "engine"):
        monkeypatch.setattr(f"knowledge_base.search.{module}.fold", watched)
    monkeypatch.setattr("knowledge_base.index.tokens.fold", watched)
    owner = make(Document(external_id="d", text="南湖区停水通知。周五停水。"))
    engine.put([owner, make(SFZ)])
    assert set(ids(find("南湖区停水"))) == {"d", "sfz"}
    engine.know_places({"南湖区": "南湖区"})
    asked = {one.external_id: one.signals for one in find("南湖区停水").owners}
    assert asked["d"].place_absent == 0.0
    engine.put([replace(owner, title="停水")])
    engine.remove([owner.key])
    assert len(folded) > 10


def test_only_the_record_that_is_quoted_is_read(
    engine: SearchEngine, make: Make, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"第{number}小区停水通知。周{number}早上恢复供水。" for number in "一二三四五六"]
    engine.put([make(Document(external_id=text[1], text=text)) for text in texts])
    found = find("停水通知")
    read: list[str] = []
    original = reading.readings

    def reads(held: Held, *arguments: Any, **options: Any) -> list[Reading]:
        read.append(held.owner.external_id)
        return original(held, *arguments, **options)

    monkeypatch.setattr(placed, "readings", reads)
    fifth = found.owners[4]
    quoted = found.passages_of(fifth.key)
    assert read == [fifth.external_id]
    assert quoted == [passage for passage in found.passages if passage.key == fifth.key] != []
    assert found.passages_of(RecordKey("document", 999)) == []


@pytest.mark.parametrize("slow", ["exchange.fold", "engine.LexicalIndex.write"])
def test_a_search_does_not_wait_for_a_batch_that_is_made_ready(
    engine: SearchEngine, make: Make, find: Find, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    engine.put([make(FUND)])
    old = find("停水通知").owners
    begun, go_on = threading.Event(), threading.Event()
    module, _, name = slow.partition(".")
    original: Callable[..., object] = LexicalIndex.write if "." in name else fold

    def waiting(*arguments: object) -> object:
        done = original(*arguments)
        if threading.current_thread() is writer:
            begun.set()
            assert go_on.wait(10)
        return done

    writer = threading.Thread(target=engine.put, args=([make(Document(external_id="d", text="停水通知。"))],))
    monkeypatch.setattr(f"knowledge_base.search.{module}.{name}", waiting)
    writer.start()
    assert begun.wait(10)
    try:
        assert find("停水通知").owners == old
    finally:
        go_on.set()
        writer.join()
    assert ids(find("停水通知"))[0] == "d"


def test_a_large_put_is_taken_over_in_batches(
    engine: SearchEngine, make: Make, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    change = VectorIndex.change

    def counted(index: VectorIndex, remove: list[int], rows: list[int], vectors: Vectors) -> None:
        assert engine._lock.locked()
        if index is engine._vectors:
            sizes.append(len(rows))
        change(index, remove, rows, vectors)

    monkeypatch.setattr(VectorIndex, "change", counted)
    owners = [make(Document(external_id=str(n), text=f"停水通知第{n}号。")) for n in range(70)]
    engine.put([*owners, replace(owners[0], title="停电公告")])
    assert sizes == [32, 32, 6]
    assert len(engine) == 70
    assert [owner.title for owner in engine.owners()].count("停电公告") == 1


@pytest.mark.parametrize(("question", "other"), [("2019年居民医保缴费", 1.0), ("2026年居民医保缴费", 0.0)])
def test_a_guide_of_this_year_is_not_meant_by_another(
    engine: SearchEngine, make: Make, find: Find, question: str, other: float
) -> None:
    guide = ServiceItem(external_id="yb", name="居民医保参保", fee=Fee(text="2026年度每人400元。"))
    engine.put([make(guide)])
    (owner,) = find(question, as_of=date(2019, 12, 31) if other else None).owners
    assert owner.signals.other_year == other
