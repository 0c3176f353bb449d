"""What an installation keeps for how long: the one list that worker, console and command line work with.

Something new joins it by a rule, which lives in the room of its table.
"""

from __future__ import annotations

from casework.ratings.personal import rating_rules
from channels.web.personal import notice_rule
from core.citizens.retention import citizen_rules
from core.jobs.queue import job_rule
from core.retention.models import RetentionRule
from core.retention.runs import run_rule
from core.settings import Settings
from core.words.hits import hit_rule
from knowledge_base.uploads.keeping import upload_rules
from recommender.personal import interaction_rules
from staff.audit_retention import audit_rule
from staff.once import kept_answer_rule


def retained(settings: Settings) -> tuple[RetentionRule, ...]:
    """Every rule, in the order in which they run: what refers to something goes before it."""
    return (
        notice_rule(),
        *rating_rules(settings.transcript_days),
        *interaction_rules(settings.transcript_days),
        *citizen_rules(settings.transcript_days),
        hit_rule(settings.word_hit_days),
        kept_answer_rule(),
        *upload_rules(settings.job_days),
        job_rule(settings.job_days),
        audit_rule(settings.security_log_days),
        run_rule(settings.security_log_days),
    )
