"""Uploads as pages and the worker see them, each with the job that reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, or_, select

from core.jobs.models import Job, job_of
from core.jobs.tables import job
from knowledge_base.uploads.tables import upload

# One whose job is forgotten is forgotten with it.
_UPLOADS: Final = select(upload).join(job, job.c.id == upload.c.job)


@dataclass(frozen=True)
class Kept:
    """An upload that is read in the background, or was.

    Attributes:
        agency: External id; None where its records say.
        actor: Login of who brought it.
        job: What reads it.
    """

    id: str
    name: str
    size: int
    files: int
    agency: str | None
    filling: Mapping[str, str]
    actor: str
    created: datetime
    job: Job


def find_upload(connection: Connection, name: str) -> Kept | None:
    """The upload of this id; None where there is none, or none is read yet."""
    found = _with_jobs(connection, _UPLOADS.where(upload.c.id == name))
    return found[0] if found else None


def uploads(
    connection: Connection, *, agencies: Collection[str] | None, actor: str, limit: int = 20
) -> list[Kept]:
    """The newest first.

    Args:
        agencies: Those of these agencies alone, by external id, and those that `actor` brought; None is all.
    """
    query = _UPLOADS
    if agencies is not None:
        query = query.where(or_(upload.c.agency.in_(agencies), upload.c.actor == actor))
    return _with_jobs(connection, query.order_by(upload.c.created.desc(), upload.c.id).limit(limit))


def _with_jobs(connection: Connection, query: Select[Any]) -> list[Kept]:
    rows = connection.execute(query).mappings().all()
    numbers = [row["job"] for row in rows]
    jobs = {one.id: job_of(one) for one in connection.execute(select(job).where(job.c.id.in_(numbers)))}
    return [Kept(**{**row, "job": jobs[row["job"]]}) for row in rows]
