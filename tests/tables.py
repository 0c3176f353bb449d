"""Every room's tables: one that is missing here is not compared, emptied or backed up in any test."""

from __future__ import annotations

import importlib

from core.database.metadata import metadata

__all__ = ["TABLES", "metadata"]

ROOMS = (
    "casework.ratings.tables",
    "casework.tables",
    "channels.web.tables",
    "core.catalogue.tables",
    "core.citizens.tables",
    "core.jobs.tables",
    "core.retention.tables",
    "core.switch.tables",
    "core.words.tables",
    "insight.tables",
    "knowledge_base.editing.tables",
    "knowledge_base.uploads.tables",
    "recommender.interactions.tables",
    "recommender.profile.tables",
    "recommender.training.tables",
    "staff.tables",
    "staff.second_factor.tables",
    "staff.token_tables",
)
for room in ROOMS:
    importlib.import_module(room)
TABLES = metadata.sorted_tables
