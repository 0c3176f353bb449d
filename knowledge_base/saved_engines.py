"""Search engines that are saved and start from a saved index: a large base is ready in seconds, not a minute.

A saved index is a copy that may be lost at any time. Whatever is wrong with one, an engine starts empty and
is filled from the database; where no folder can be written to, it lives in memory.
"""

from __future__ import annotations

import logging
from pathlib import Path

from knowledge_base.embedding.port import Embedder
from knowledge_base.index.folders import IndexFolders, copy_files
from knowledge_base.search.engine import SearchEngine
from knowledge_base.search.saved import PASSAGES, RECORDS, SavedState, way_of_cutting

log = logging.getLogger(__name__)


class SavedEngines:
    """Opens and saves the engines of one process.

    Args:
        root: Where indexes are saved; None keeps everything in memory.
    """

    def __init__(self, embedder: Embedder, root: Path | None = None) -> None:
        self._embedder = embedder
        self._folders = self._opened(root) if root is not None else None

    def open(self, epoch: str) -> SearchEngine:
        """An engine for this catalogue, with what was saved of it."""
        if self._folders is None:
            return SearchEngine(self._embedder)
        try:
            recalled = self._recalled(self._folders, epoch)
            # An engine that nothing has been put into yet is false.
            return recalled if recalled is not None else SearchEngine(self._embedder, self._folders.fresh())
        except OSError as error:
            _warn("index kept in memory", error)
            return SearchEngine(self._embedder)

    def save(self, engine: SearchEngine, epoch: str, revision: int) -> None:
        """Saves an engine that holds this revision; where that fails the next start takes longer."""
        if self._folders is None:
            return
        try:
            self._folders.save(engine.save, epoch, revision)
            log.info("index saved", extra={"revision": revision})
        except OSError as error:
            _warn("index not saved", error)

    def close(self) -> None:
        """Gives up the folders of this process; its engines are not to be used any more."""
        if self._folders is not None:
            self._folders.close()

    def _recalled(self, folders: IndexFolders, epoch: str) -> SearchEngine | None:
        saved = folders.latest(epoch)
        if saved is None:
            return None
        try:
            own = folders.fresh()
            for part in (PASSAGES, RECORDS):
                copy_files(saved.folder / part, own / part)
            return SearchEngine(self._embedder, own, SavedState.read(saved.folder))
        except Exception as error:
            # Broken in whatever way, it is worth nothing; tantivy and numpy have errors of many kinds.
            _warn("saved index is of no use", error)
            return None

    def _opened(self, root: Path) -> IndexFolders | None:
        manifest = {
            "cutting": way_of_cutting(),
            "model": self._embedder.digest,
            "dimension": str(self._embedder.dimension),
        }
        try:
            return IndexFolders(root, manifest)
        except OSError as error:
            _warn("index kept in memory", error)
            return None


def _warn(what: str, error: Exception) -> None:
    log.warning(what, extra={"error_name": type(error).__name__})
