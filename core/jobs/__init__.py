"""Background jobs: rows are the truth, a lease with a fence says who runs one, messages only hint at it."""

from core.jobs.context import Context
from core.jobs.handlers import Handler
from core.jobs.models import Job, State
from core.jobs.queue import enqueue
from core.jobs.reads import Jobs

__all__ = ["Context", "Handler", "Job", "Jobs", "State", "enqueue"]
