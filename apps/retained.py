"""What an installation keeps for how long: the one list that worker, console and command line work with.

Something new joins it by a rule, which lives in the room of its table.
"""

from __future__ import annotations

from channels.web.personal import notice_rule
from core.citizens.retention import citizen_rules
from core.jobs.queue import job_rule
from core.retention.models import RetentionRule
from core.retention.runs import run_rule
from core.settings import Settings
from core.words.hits import hit_rule
from staff.audit_retention import audit_rule
from staff.once import kept_answer_rule


def retained(settings: Settings) -> tuple[RetentionRule, ...]:
    """Every rule, in the order in which they run: what refers to something goes before it."""
    return (
        notice_rule(),
        *citizen_rules(settings.transcript_days),
        hit_rule(settings.word_hit_days),
        kept_answer_rule(),
        job_rule(settings.job_days),
        audit_rule(settings.security_log_days),
        run_rule(settings.security_log_days),
    )
