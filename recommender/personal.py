"""What recommending keeps of a citizen: shown, erased, and let go with a consent or after its time."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, delete

from core.citizens.consents import Forget, Purpose
from core.citizens.personal import rows_of
from core.database.engine import reading, writing
from core.retention.models import DataClass, RetentionRule
from recommender.interactions.tables import interaction, interaction_count, interaction_source
from recommender.profile.tables import citizen_reference, dismissal, profile_fact, profile_life_event

INTERACTION_DAYS: Final = 365
COUNT_DAYS: Final = 400
SOURCE_DAYS: Final = 1
_BY_BEHAVIOUR: Final = (interaction, dismissal, citizen_reference)
_TOLD: Final = (profile_fact, profile_life_event)


class RecommenderData:
    """Interactions, dismissals and what was told, with the reference that was given out."""

    name: Final = "recommendations"
    tables: Final = frozenset(table.name for table in (*_BY_BEHAVIOUR, *_TOLD))

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def export(self, citizen: str) -> dict[str, Any]:
        """The rows of each table; what was learned follows from the interactions."""
        with reading(self._engine) as connection:
            return {
                "interactions": rows_of(connection, interaction, interaction.c.citizen == citizen),
                "dismissed": rows_of(connection, dismissal, dismissal.c.citizen == citizen),
                "references": rows_of(connection, citizen_reference, citizen_reference.c.citizen == citizen),
                "facts": rows_of(connection, profile_fact, profile_fact.c.citizen == citizen),
                "life_events": rows_of(
                    connection, profile_life_event, profile_life_event.c.citizen == citizen
                ),
            }

    def erase(self, citizen: str) -> None:
        """Forgets them."""
        with writing(self._engine) as connection:
            _delete(connection, citizen, *_BY_BEHAVIOUR, *_TOLD)


def forgets() -> Mapping[Purpose, Forget]:
    """What goes when a purpose is withdrawn; for `core.citizens.consents.Consents`."""

    def behaviour(connection: Connection, citizen: str) -> None:
        _delete(connection, citizen, *_BY_BEHAVIOUR)

    def told(connection: Connection, citizen: str) -> None:
        _delete(connection, citizen, *_TOLD)

    return MappingProxyType({Purpose.PERSONALIZE: behaviour, Purpose.PROFILE_FACTS: told})


def interaction_rules(days: int) -> tuple[RetentionRule, ...]:
    """Interactions live a year, the digest of their address a day, counts of nobody somewhat longer.

    Args:
        days: How long it is known in which district they were, as of the conversation that it was chosen in.
    """
    return (
        RetentionRule(
            name="interaction_sources", label="行为来源摘要", data_class=DataClass.CONTENT,
            clock=interaction.c.received_at, days=SOURCE_DAYS, held=interaction.c.source.is_not(None),
            values={"source": None}, reason="只用来识别当天的刷量，次日起看不出来自同一地址。",
        ),
        RetentionRule(
            name="source_counts", label="按来源的当天计数", data_class=DataClass.CONTENT,
            clock=interaction_source.c.began, days=SOURCE_DAYS, reason="同上，只有摘要，没有地址。",
        ),
        RetentionRule(
            name="interaction_districts", label="互动记录中的区", data_class=DataClass.CONTENT,
            clock=interaction.c.received_at, days=days, setting="TRANSCRIPT_DAYS",
            held=interaction.c.district.is_not(None), values={"district": None},
            reason="用于本区常用的服务；隐私说明里写明了所选的区保存的天数。",
        ),
        RetentionRule(
            name="interactions", label="与事项的互动记录", data_class=DataClass.CONTENT,
            clock=interaction.c.received_at, days=INTERACTION_DAYS,
            reason="用于推荐；隐私说明写明一年，撤回同意时立即删除。",
        ),
        RetentionRule(
            name="interaction_counts", label="事项关注次数（不含编号）", data_class=DataClass.CONTENT,
            clock=interaction_count.c.began, days=COUNT_DAYS,
            reason="按事项、区、日累计，看不出是谁；只留作本市自己的统计，推荐不用它。",
        ),
    )  # fmt: skip


def _delete(connection: Connection, citizen: str, *tables: Table) -> None:
    for table in tables:
        connection.execute(delete(table).where(table.c.citizen == citizen))
