"""A catalogue and a finder made by hand, for the answer steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.answering import Aspect
from core.catalogue.models import (
    Agency,
    Document,
    DocumentKind,
    Fee,
    Material,
    OpeningHours,
    Place,
    Region,
    ServiceItem,
)
from core.clock import FixedClock
from knowledge_base.answer.answerer import Answerer
from knowledge_base.answer.ports import (
    Candidate,
    Found,
    FoundLine,
    FoundPassage,
    Listed,
    Pinned,
    Published,
)
from knowledge_base.contract import Target

PERMIT = Target(kind="item", id=1)
CARD = Target(kind="item", id=2)
PASSPORT = Target(kind="item", id=3)
POLICY = Target(kind="document", id=7)
FAQ = Target(kind="document", id=8)
OLD = Target(kind="document", id=9)

HOURS = [OpeningHours(weekdays=[1, 2, 3, 4, 5], opens="09:00", closes="12:00")]

RECORDS: dict[Target, Document | ServiceItem] = {
    PERMIT: ServiceItem(
        external_id="jzz",
        name="居住证申领",
        agency="示例市公安局",
        summary="在本市居住半年以上的可以申领居住证。",
        materials=[
            Material(name="居民身份证", original="original", copies=1),
            Material(name="租房合同", original="copy", copies=1),
        ],
        fee=Fee(text="首次申领不收费。", amount=0),
        places=[
            Place(name=f"{name}大厅", address=f"{name}一路1号", region=code, hours=HOURS)
            for name, code in (("东区", "990101"), ("西区", "990102"))
        ],
        source_url="https://zwfw.shili.example/guide/jzz",
    ),
    CARD: ServiceItem(external_id="sbk", name="社会保障卡申领", agency="示例市人力资源和社会保障局"),
    PASSPORT: ServiceItem(external_id="hz", name="普通护照换发"),
    POLICY: Document(
        external_id="zc-1",
        title="稳岗返还通知",
        document_number="示人社发〔2025〕3号",
        text="稳岗返还通知。对不裁员企业返还上年度失业保险费的百分之六十。申请截止到年底。",
        agency="示例市人力资源和社会保障局",
        published_on=date(2025, 3, 1),
    ),
    OLD: Document(
        external_id="zc-0",
        title="稳岗返还旧通知",
        text="对企业返还百分之三十，包括：（一）甲；（二）乙；（三）丙。申请截止到年底。",
        replaced_by="zc-1",
    ),
    FAQ: Document(
        external_id="faq-1", title="居住证丢了怎么办", text="到派出所补领，免费。", kind=DocumentKind.FAQ
    ),
}
AGENCIES = {
    "示例市公安局": Agency(
        external_id="gaj",
        name="示例市公安局",
        phone="0990-5550110",
        hours=HOURS,
    )
}


class FakeCatalogue:
    """Everything is shown but what a test withdraws."""

    def __init__(self) -> None:
        self.withdrawn: set[Target] = set()
        self.checks = 0
        self.pins: dict[str, Pinned] = {}
        self.districts: list[Region] = []
        self.elsewhere: dict[Target, str] = {}

    def regions(self) -> Sequence[Region]:
        return self.districts

    def by_external_id(self, kind: str, external_id: str) -> Published | None:
        found = [target for target, record in RECORDS.items() if record.external_id == external_id]
        return self.published(found[0]) if found and found[0].kind == kind else None

    def pinned(self, question: str) -> Pinned | None:
        return self.pins.get(question)

    def published(self, target: Target) -> Published | None:
        record = RECORDS.get(target)
        return Published(target, 3, record) if record else None

    def agency(self, name: str) -> Agency | None:
        return AGENCIES.get(name)

    def shown(self, targets: Collection[Target], region: str | None, today: date) -> Mapping[Target, int]:
        self.checks += 1
        here = {target for target in targets if self.elsewhere.get(target, region) == region}
        return {target: 3 for target in here if target in RECORDS and target not in self.withdrawn}


class FakeFinder:
    """Finds what a test says, without what is hidden."""

    def __init__(self) -> None:
        self.found: list[tuple[Target, float]] = []
        self.questions: list[str] = []
        self.regions: list[str | None] = []
        self.days: list[date] = []
        self.rewrite: str | None = None
        self.then: Callable[[], None] = lambda: None
        self.read: list[FoundLine] = []
        self.leans: tuple[float, float] | None = None
        self.asks_for: Mapping[Aspect, float] = {}

    def leans_on(self, message: str, target: Target) -> tuple[float, float] | None:
        return self.leans

    def fields(self, message: str) -> Mapping[Aspect, float]:
        return self.asks_for

    def lines(self, question: str, asking: Sequence[str], target: Target) -> Sequence[FoundLine]:
        return self.read

    def find(
        self,
        question: str,
        *,
        matter: str | None,
        region: str | None,
        today: date,
        as_of: date,
        hidden: frozenset[Target] = frozenset(),
    ) -> Found:
        self.questions.append(question)
        self.regions.append(region)
        self.days.append(as_of)
        left = [(target, value) for target, value in self.found if target not in hidden]
        found = Found(
            [candidate(target, value) for target, value in left],
            Listed(
                [
                    replace(passage, text=self.rewrite or passage.text)
                    for target, _ in left
                    for passage in passages_of(target)
                ]
            ),
        )
        self.then()
        return found


def candidate(target: Target, confidence: float) -> Candidate:
    record = RECORDS[target]
    title = record.name if isinstance(record, ServiceItem) else record.title or ""
    return Candidate(target, record.external_id, title, record.agency, confidence)


def passages_of(target: Target) -> Sequence[FoundPassage]:
    record = RECORDS[target]
    if isinstance(record, ServiceItem):
        return [FoundPassage(100 + target.id, target, "whole", "", record.name, 1.0)]
    sentences = [f"{part}。" for part in record.text.split("。") if part]
    return [
        FoundPassage(200 + place, target, "", "", text, 1.0 - place / 10)
        for place, text in enumerate(sentences[1:] or sentences)
    ]


@pytest.fixture
def catalogue() -> FakeCatalogue:
    return FakeCatalogue()


@pytest.fixture
def finder() -> FakeFinder:
    return FakeFinder()


@pytest.fixture
def answerer(catalogue: FakeCatalogue, finder: FakeFinder) -> Answerer:
    return Answerer(catalogue, finder, FixedClock(datetime(2026, 3, 2, 1, tzinfo=UTC)), "12345")
