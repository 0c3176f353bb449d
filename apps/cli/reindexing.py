"""`kb reindex`: passages by this version's rules, their vectors for the model that the settings name."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypedDict

from rich.console import Console

from apps.cli.importing import OnProgress, progress_bar
from apps.cli.installation import ensure_home, opened_database
from core.catalogue.documents import names_of
from core.settings import Settings

if TYPE_CHECKING:
    from core.catalogue.reads import CatalogueReads
    from core.catalogue.writes import CatalogueWrites
    from knowledge_base.embedding.cache import CachedEmbedder

BATCH = 256
RECORDS = 32


class Reindexed(TypedDict):
    """Records that were cut anew, passages that there are, and vectors that were missing and computed."""

    model: str
    recut: int
    passages: int
    computed: int
    seconds: float


def reindex_catalogue(settings: Settings, console: Console) -> Reindexed:
    """Cut and embed what needs it; each batch is kept, so that a killed run goes on where it stopped."""
    from core.catalogue.reads import CatalogueReads
    from core.catalogue.writes import CatalogueWrites
    from knowledge_base.embedding.cache import CachedEmbedder
    from knowledge_base.embedding.loading import open_embedder
    from knowledge_base.passages.chunk import CUTTING

    begun = time.monotonic()
    ensure_home(settings)
    with opened_database(settings) as engine:
        cached = CachedEmbedder(open_embedder(settings), engine)
        reads = CatalogueReads(engine)
        with progress_bar(console, "切分 cutting") as on_progress:
            writes = CatalogueWrites(engine, cutting=CUTTING)
            recut, computed = cut_anew(reads, writes, cached, CUTTING, on_progress)
        texts = passage_texts(reads)
        computed += cached.missing(texts)
        with progress_bar(console, "向量 embedding") as on_progress:
            names = record_names(reads)
            total = len(texts) + len(names)
            for start in range(0, len(texts), BATCH):
                cached.vectors(texts[start : start + BATCH])
                on_progress(min(start + BATCH, len(texts)), total)
            for start in range(0, len(names), BATCH):
                cached.name_vectors(names[start : start + BATCH])
                on_progress(len(texts) + min(start + BATCH, len(names)), total)
    return {
        "model": settings.embedding_model,
        "recut": recut,
        "passages": len(texts),
        "computed": computed,
        "seconds": round(time.monotonic() - begun, 1),
    }


def cut_anew(
    reads: CatalogueReads,
    writes: CatalogueWrites,
    cached: CachedEmbedder,
    cutting: int,
    on_progress: OnProgress,
) -> tuple[int, int]:
    """Cuts the records anew that were cut by other rules: how many, and how many vectors were computed.

    Vectors come first, so that a running service finds them and answers from old passages until then.
    """
    from knowledge_base.passages.chunk import chunk

    recut = computed = done = 0
    batches = list(reads.cut_otherwise(cutting, RECORDS))
    for keys in batches:
        cuts = [(record, chunk(record.record, record.title)) for record in reads.records(keys).values()]
        texts = [passage.embed_text for _, passages in cuts for passage in passages]
        computed += cached.missing(texts)
        cached.vectors(texts)
        recut += sum(writes.recut(record, passages) for record, passages in cuts)
        done += len(keys)
        on_progress(done, sum(map(len, batches)))
    return recut, computed


def record_names(reads: CatalogueReads) -> list[str]:
    """Every name of a guide or a FAQ, each once."""
    names: dict[str, None] = {}
    revision = 0
    while changes := reads.changes_since(revision, BATCH):
        revision = changes[-1].revision
        records = reads.records([change.key for change in changes if not change.deleted])
        names.update((name, None) for record in records.values() for name in names_of(record.record))
    return list(names)


def passage_texts(reads: CatalogueReads) -> list[str]:
    """The exact strings that are embedded, each once."""
    texts: dict[str, None] = {}
    revision = 0
    while changes := reads.changes_since(revision, BATCH):
        revision = changes[-1].revision
        keys = [change.key for change in changes if not change.deleted]
        texts.update((passage.embed_text, None) for passage in reads.passages(keys))
    return list(texts)


def print_reindexed(done: Reindexed, console: Console) -> None:
    """One line for people; a running service takes the model over when it starts again."""
    console.print(
        f"{done['recut']} 条重新切分 cut anew, {done['passages']} 段 passages, "
        f"{done['computed']} 新向量 computed, {done['seconds']} s, "
        f"model {done['model']}; "
        "重启 weizheng up 后生效 (restart `weizheng up` to use another model)",
        highlight=False,
        soft_wrap=True,
    )
