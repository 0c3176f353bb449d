"""The knowledge base of an installation: bands from the settings, and how sure it was, for evaluation."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.answering import AnswerStatus, Aspect
from core.catalogue.documents import record_title
from core.catalogue.models import Agency, Document, ServiceItem, Status
from core.catalogue.wording import Pin
from core.catalogue.wordings import Wordings
from core.catalogue.writes import CatalogueWrites
from core.database.engine import open_engine
from core.settings import Settings
from knowledge_base.application import KnowledgeBase, open_knowledge_base
from knowledge_base.contract import AnswerPart, AnswerRequest, EmbedRequest
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.passages.chunk import chunk

WATER = Document(external_id="water", title="停水通知", text="停水通知。东区周五上午停水检修管道。")
Opened = Callable[..., KnowledgeBase]


@pytest.fixture
def opened(tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Opens the knowledge base of an installation with one document, under these settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("knowledge_base.application.open_embedder", lambda _: HashEmbedder())
    monkeypatch.setattr("knowledge_base.search.ranking.confidence", lambda *_: 0.5)
    shutil.copy(sqlite_template, tmp_path / "weizheng.db")
    database = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    CatalogueWrites(database).put_many([(WATER, chunk(WATER, record_title(WATER)), Status.PUBLISHED)])
    database.dispose()
    bases: list[KnowledgeBase] = []

    def one(**values: float) -> KnowledgeBase:
        bases.append(open_knowledge_base(Settings(home=tmp_path, **values), follow=False))
        return bases[-1]

    yield one
    for base in bases:
        base.close()


@pytest.mark.parametrize(
    ("answer", "clarify", "status"),
    [
        (0.5, 0.04, AnswerStatus.ANSWERED_PASSAGE),
        (0.51, 0.5, AnswerStatus.CLARIFY),
        (0.6, 0.51, AnswerStatus.NO_ANSWER),
    ],
)
def test_the_settings_decide_between_the_bands(
    opened: Opened, answer: float, clarify: float, status: AnswerStatus
) -> None:
    knowledge = opened(answer_threshold=answer, clarify_threshold=clarify)
    examined = knowledge.examine("停水通知")
    assert (examined.status, examined.confidence) == (status, 0.5)


def test_where_nothing_is_found_there_is_no_confidence(opened: Opened) -> None:
    assert opened().examine("停水通知", ["water"]).confidence is None


def test_a_renamed_agency_still_stands_behind_what_bears_its_former_name(
    opened: Opened, tmp_path: Path
) -> None:
    database = open_engine(f"sqlite:///{tmp_path}/weizheng.db")
    writes = CatalogueWrites(database)
    guide = ServiceItem(
        external_id="guide", name="医保卡补办", agency="示例市医保局", conditions=["卡已挂失。"]
    )
    writes.put_agency(Agency(external_id="ybj", name="示例市医保局"))
    writes.put(guide, chunk(guide, guide.name), Status.PUBLISHED)
    fee = Pin(question="补卡多少钱", item="guide", aspect=Aspect.FEE)
    terms = Pin(question="补卡什么条件", item="guide", aspect=Aspect.CONDITIONS)
    Wordings(database).put_pins([fee, terms])
    knowledge = opened()
    # As a clerk would, while the service runs.
    writes.put_agency(Agency(external_id="ybj", name="示例市医疗保障局", phone="0990-5550301"))
    database.dispose()
    (part,) = knowledge.answer(AnswerRequest(question=fee.question)).parts
    assert "也可以咨询示例市医疗保障局：0990-5550301。" in part.text
    (part,) = knowledge.answer(AnswerRequest(question=terms.question)).parts
    assert isinstance(part, AnswerPart)
    assert [(one.agency, one.external_id) for one in part.citations] == [("示例市医保局", "guide")]


def test_texts_are_embedded_as_questions_are(opened: Opened) -> None:
    texts = [f"第{number}栋停水" for number in range(20)]
    reply = opened().embed(EmbedRequest(texts=texts))
    packed = np.frombuffer(base64.b64decode(reply.vectors), dtype="<f4").reshape(-1, reply.dimension)
    np.testing.assert_array_equal(packed, HashEmbedder().queries(texts))
    assert reply.model == HashEmbedder().digest
