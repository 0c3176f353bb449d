"""A base of any size: documents made of the demonstration city's sentences."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import Engine

from bench.running import PROJECT
from core.catalogue.models import Document, Status
from core.catalogue.writes import CatalogueWrites
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.embedding.port import Vectors
from knowledge_base.passages.chunk import CUTTING, chunk

POLICIES = PROJECT / "examples" / "shili" / "policies"
# A city, three of its districts and the country: a search in one district leaves the others out.
REGIONS = ("000000", "519900", "519901", "519902", "519903")
DISTRICT = "519901"
_BATCH = 200
_SENTENCES = 45


@dataclass(frozen=True)
class StandIn:
    """Vectors that tell only which characters stand together, at next to no cost; named as a real model's."""

    digest: str = "stand-in"
    dtype: str = "fp32"
    dimension: int = 384
    name: str = "stand-in"
    max_tokens: int = 512

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (n, dimension)."""
        return HashEmbedder(self.dimension).passages(texts)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """The same."""
        return self.passages(texts)


def sentences() -> list[str]:
    """Sentences of the demonstration city's policies."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(POLICIES.glob("*.md")))
    return re.findall(r"[^\n#。；|>-]{12,120}[。；]", text)


def documents(seed: int = 1) -> Iterator[Document]:
    """Documents without end, each of other sentences with other figures; a tenth is out of force."""
    choice, pool, number = random.Random(seed), sentences(), 0
    while True:
        number += 1
        chosen = "\n".join(choice.sample(pool, _SENTENCES))
        text = re.sub(r"\d+", lambda _: str(choice.randrange(1, 400)), chosen)
        yield Document(
            external_id=f"bench-{seed}-{number}",
            title=f"{text[:18]}（第{number}号）",
            text=text,
            region=choice.choice(REGIONS),
            effective_to=date(2020, 1, 1) if number % 10 == 0 else None,
        )


def fill(engine: Engine, embedder: StandIn, passages: int) -> int:
    """Publishes documents until the base holds so many passages; how many it holds then."""
    writes, cached = CatalogueWrites(engine, cutting=CUTTING), CachedEmbedder(embedder, engine)
    source, held = documents(), 0
    while held < passages:
        batch = [(one, chunk(one, one.title or ""), Status.PUBLISHED) for one in islice(source, _BATCH)]
        cached.vectors([passage.embed_text for _, cut, _ in batch for passage in cut])
        writes.put_many(batch)
        held += sum(len(cut) for _, cut, _ in batch)
    return held
