"""`kb reindex`: the vectors of every passage for the embedding model that the settings name."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypedDict

from rich.console import Console

from apps.cli.importing import progress_bar
from apps.cli.installation import ensure_home, opened_database
from core.settings import Settings

if TYPE_CHECKING:
    from core.catalogue.reads import CatalogueReads

BATCH = 256


class Reindexed(TypedDict):
    """How many passages there are, and how many vectors were missing and computed."""

    model: str
    passages: int
    computed: int
    seconds: float


def reindex_catalogue(settings: Settings, console: Console) -> Reindexed:
    """Fill the vector cache; each batch is kept, so that a killed run goes on where it stopped."""
    from core.catalogue.reads import CatalogueReads
    from knowledge_base.embedding.cache import CachedEmbedder
    from knowledge_base.embedding.loading import open_embedder

    begun = time.monotonic()
    ensure_home(settings)
    with opened_database(settings) as engine:
        cached = CachedEmbedder(open_embedder(settings), engine)
        texts = passage_texts(CatalogueReads(engine))
        missing = cached.missing(texts)
        with progress_bar(console, "向量 embedding") as on_progress:
            for start in range(0, len(texts), BATCH):
                cached.vectors(texts[start : start + BATCH])
                on_progress(min(start + BATCH, len(texts)), len(texts))
    return {
        "model": settings.embedding_model,
        "passages": len(texts),
        "computed": missing,
        "seconds": round(time.monotonic() - begun, 1),
    }


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
        f"{done['passages']} 段 passages, {done['computed']} 新向量 computed, {done['seconds']} s, "
        f"model {done['model']}; "
        "重启 weizheng up 后生效 (restart `weizheng up` to use another model)",
        highlight=False,
        soft_wrap=True,
    )
