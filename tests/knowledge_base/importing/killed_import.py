"""Runs an import that kills its own process at the n-th time it comes to a point."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import event

from core.catalogue.reads import CatalogueReads
from core.catalogue.writes import CatalogueWrites
from core.database.engine import open_engine
from core.database.migrate import migrate
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.embedding.memory import HashEmbedder
from knowledge_base.importing import pipeline
from knowledge_base.passages.chunk import chunk

DATABASE, SOURCE, POINT, TIMES = sys.argv[1:5]
pipeline.BATCH_RECORDS = 5
left = int(TIMES)


def come_to(point: str) -> None:
    global left
    if point == POINT:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Embedder(HashEmbedder):
    def passages(self, texts: Sequence[str]) -> Any:
        come_to("embed")
        return super().passages(texts)


class Writes(CatalogueWrites):
    def put_many(self, batch: Any) -> Any:
        come_to("before put")
        results = super().put_many(batch)
        come_to("after put")
        return results

    def put_agency(self, record: Any) -> Any:
        outcome = super().put_agency(record)
        come_to("agency")
        return outcome


def cut(record: Any, title: str) -> Any:
    come_to("chunk")
    return chunk(record, title)


def executed(_: Any, __: Any, statement: str, *___: Any) -> None:
    if statement.startswith("INSERT INTO passage"):
        come_to("transaction")


engine = open_engine(f"sqlite:///{DATABASE}")
migrate(engine)
event.listen(engine, "after_cursor_execute", executed)
importer = pipeline.Importer(CatalogueReads(engine), Writes(engine), CachedEmbedder(Embedder(), engine), cut)
importer.run([Path(SOURCE)], publish=True)
