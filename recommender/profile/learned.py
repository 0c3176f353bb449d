"""What was learned of a citizen: themes and life events of what they did, to be seen and to be forgotten."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, or_, select

from recommender.interactions.tables import interaction
from recommender.models import SPEAKING, InteractionType
from recommender.profile.tags import ItemTags

# Items that a citizen had to do with last; what is older has long faded.
MOST_ITEMS: Final = 200
# As many as can be shown and sent back.
MOST_TAGS: Final = 100
# Who rates so or worse does not show an interest.
_DISLIKED: Final = 2.0


@dataclass(frozen=True, slots=True)
class Learned:
    """A theme or a life event, and since when."""

    tag: str
    since: datetime


def learned(connection: Connection, tags: ItemTags, citizen: str) -> list[Learned]:
    """The citizen's, the latest first."""
    items = connection.execute(_items(citizen)).all()
    known = tags.of(connection, [row.item_id for row in items])
    since: dict[str, datetime] = {}
    for row in items:
        if row.item_id in known and not known[row.item_id].sensitive:
            for tag in known[row.item_id].all:
                since[tag] = min(since.get(tag, row.since), row.since)
    found = [Learned(*one) for one in since.items()]
    return sorted(found, key=lambda one: (one.since, one.tag), reverse=True)[:MOST_TAGS]


def forget(connection: Connection, tags: ItemTags, citizen: str, unwanted: Collection[str]) -> None:
    """Deletes what the tags were learned from: nothing uses it any more, nor will a model that is trained."""
    everything = select(interaction.c.item_id).where(interaction.c.citizen == citizen).distinct()
    ids = list(connection.execute(everything).scalars())
    about = [number for number, one in tags.of(connection, ids).items() if set(one.all) & set(unwanted)]
    if about:
        these = (interaction.c.citizen == citizen, interaction.c.item_id.in_(about))
        kept = interaction.c.type == InteractionType.DISMISS.value
        connection.execute(delete(interaction).where(*these, ~kept))


def _items(citizen: str) -> Any:
    latest = func.max(interaction.c.occurred_at)
    return (
        select(interaction.c.item_id, func.min(interaction.c.occurred_at).label("since"))
        .where(interaction.c.citizen == citizen, _tells())
        .group_by(interaction.c.item_id)
        .order_by(latest.desc(), interaction.c.item_id)
        .limit(MOST_ITEMS)
    )


def _tells() -> Any:
    says = interaction.c.type.in_([one.value for one in SPEAKING])
    liked = or_(interaction.c.type != InteractionType.RATE.value, interaction.c.value > _DISLIKED)
    return says & liked
