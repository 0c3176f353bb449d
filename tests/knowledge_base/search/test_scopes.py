"""Where and when records hold, beside a check of every record one by one."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from core.catalogue.models import Document, ServiceItem
from core.catalogue.regions import holds_for
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.embedding.port import Vectors
from knowledge_base.search.engine import IndexedOwner, SearchEngine

Make = Callable[..., IndexedOwner]

START = date(2026, 1, 1)
REGIONS = ("000000", "990000", "990100", "990101", "990102", "110000")
WORDS = "停水通知燃气检修公积金提取高龄津贴居住证申领地铁票价老旧小区改造新生儿落户"


def drawn_records(make: Make, dice: random.Random, count: int) -> list[IndexedOwner]:
    def day(share: float) -> date | None:
        return START + timedelta(days=dice.randrange(60)) if dice.random() < share else None

    owners = []
    for number in range(count):
        text = "停水。" + "".join(dice.choice(WORDS) for _ in range(40))
        region = dice.choice(REGIONS)
        record: Document | ServiceItem = Document(external_id=str(number), text=text, region=region)
        if number % 3 == 0:
            record = ServiceItem(
                external_id=str(number), name=f"停水{text[-6:]}", summary=text, region=region
            )
        owner = make(record)
        owners.append(replace(owner, effective_from=day(0.3), effective_to=day(0.2)))
    return owners


def holds(owner: IndexedOwner, region: str | None, today: date) -> bool:
    start, end = owner.effective_from or date.min, owner.effective_to or date.max
    return holds_for(owner.region, region) and start <= today <= end


def asked(dice: random.Random) -> tuple[str | None, date]:
    return dice.choice((None, *REGIONS)), START + timedelta(days=dice.randrange(-5, 70))


@pytest.mark.parametrize("left_out", [0, 3, 10_000])
def test_exactly_what_holds_is_found_while_records_come_and_go(
    make: Make, monkeypatch: pytest.MonkeyPatch, left_out: int
) -> None:
    monkeypatch.setattr("knowledge_base.search.scopes.LEFT_OUT", left_out)
    monkeypatch.setattr("knowledge_base.search.ranking.OWNERS", 1_000)
    dice = random.Random(5)
    engine = SearchEngine(HashEmbedder())
    held: dict[str, IndexedOwner] = {}
    for _ in range(4):
        new = drawn_records(make, dice, 20)
        engine.put([replace(owner, key=held.get(owner.external_id, owner).key) for owner in new])
        held |= {owner.external_id: owner for owner in engine.owners()}
        for name in dice.sample(sorted(held), 6):
            engine.remove([held.pop(name).key])
        for _ in range(25):
            region, today = asked(dice)
            found = engine.search("停水", region=region, today=today).owners
            expected = {name for name, owner in held.items() if holds(owner, region, today)}
            assert {owner.external_id for owner in found} == expected


class Scattered(HashEmbedder):
    """No two texts are equally far from a third: where the nearest few end is no matter of rounding."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        near = super().passages(texts)
        apart = [
            np.random.default_rng(zlib.crc32(text.encode())).normal(0, 0.05, near.shape[1]) for text in texts
        ]
        moved = near + np.array(apart, dtype=np.float32).reshape(near.shape)
        scattered: Vectors = moved / np.linalg.norm(moved, axis=1, keepdims=True)
        return scattered


def test_leaving_out_finds_the_same_as_a_filter(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("_PASSAGE_HITS", 12), ("_RECORD_HITS", 9), ("_VECTOR_HITS", 9), ("_NAME_HITS", 9)):
        monkeypatch.setattr(f"knowledge_base.search.engine.{name}", most)
    dice = random.Random(6)
    engine = SearchEngine(Scattered())
    owners = drawn_records(make, dice, 60)
    engine.put(owners)
    for _ in range(40):
        region, today = asked(dice)
        question = "".join(dice.choice(WORDS) for _ in range(8))
        hidden = [owner.key for owner in dice.sample(owners, 2)]
        both = []
        for left_out in (0, 10_000):
            monkeypatch.setattr("knowledge_base.search.scopes.LEFT_OUT", left_out)
            found = engine.search(question, region=region, today=today, hidden=hidden)
            both.append((found.owners, found.passages))
        assert both[0] == both[1]


def test_a_few_records_that_do_not_hold_make_no_search_slow(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = SearchEngine(HashEmbedder())
    engine.put([make(Document(external_id=str(n), text=f"停水通知第{n}号。")) for n in range(5)])
    engine.put([make(Document(external_id="later", text="停水通知。", effective_from=START))])
    limits = engine._scopes.limits(None, START - timedelta(days=1))
    assert (limits.scopes, limits.ids) == (None, None)
    assert (limits.passages, limits.spare_names, limits.records) == (1, 0, 1)


def test_a_scope_that_is_not_used_any_more_is_forgotten(make: Make) -> None:
    engine = SearchEngine(HashEmbedder())
    for day in range(30):
        start = START + timedelta(days=day)
        engine.put([make(Document(external_id="d", text="停水通知。", effective_from=start), id_=9)])
    assert len(engine._scopes.extents) == 1
    engine.remove([owner.key for owner in engine.owners()])
    assert not engine._scopes.extents
