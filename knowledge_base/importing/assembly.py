"""Puts an importer together from an installation's settings and database."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.settings import Settings
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.port import Vectors
from knowledge_base.importing.pipeline import Importer
from knowledge_base.passages.chunk import CUTTING, chunk


def open_importer(settings: Settings, engine: Engine) -> Importer:
    """An importer into the catalogue of `engine`; the model is loaded when there is something to embed."""
    writes = CatalogueWrites(engine, cutting=CUTTING)
    return Importer(CatalogueReads(engine), writes, _LazyVectors(settings, engine), chunk)


class _LazyVectors:
    """Loading the model takes seconds, which an import of unchanged files must not cost."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine
        self._cached: CachedEmbedder | None = None

    def vectors(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of all texts, computed once and kept."""
        return self._loaded().vectors(texts, on_progress)

    def name_vectors(self, names: Sequence[str]) -> Vectors:
        """Vectors of all names, computed once and kept."""
        return self._loaded().name_vectors(names)

    def _loaded(self) -> CachedEmbedder:
        if self._cached is None:
            from knowledge_base.embedding.loading import open_embedder

            self._cached = CachedEmbedder(open_embedder(self._settings), self._engine)
        return self._cached
