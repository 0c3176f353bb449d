"""What the pages of questions are filtered by, as their addresses say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import or_, select

from apps.console.guard import Visit
from apps.console.labels import CHANNELS
from apps.console.pages import query
from casework.answers import Place
from casework.filters import Asking
from core.catalogue.reads import CatalogueReads
from core.catalogue.tables import RECORDS
from core.commands import Permission
from core.database.engine import reading
from core.text.normalise import fold

MOST_ITEMS: Final = 50
_LONGEST_WORDS: Final = 100
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE: Final = re.compile(r"([0-9]{1,17})-([\w-]{1,32})", re.ASCII)


@dataclass(frozen=True)
class Filters:
    """What the address asks for.

    Attributes:
        asking: What questions have to be like.
        agency: External id of whose they are; None is everybody's.
        typed: What stands in the fields, by their names; what is of no use is left out.
        wrong: Why a field is of no use.
    """

    asking: Asking
    agency: str | None
    typed: Mapping[str, str]
    wrong: str = ""

    def address(self, path: str, **more: object) -> str:
        """A page with the same filters."""
        return f"{path}?{query({**self.typed, **more})}"


def filters_of(visit: Visit) -> Filters:
    """The filters of a request; who works for one agency sees what is that one's."""
    asked = visit.request.query_params
    reads = CatalogueReads(visit.services.engine)
    channel, region = asked.get("channel", ""), asked.get("region", "")
    typed = {
        "item": asked.get("item", "").strip()[:_LONGEST_WORDS],
        "channel": channel if channel in CHANNELS else "",
        "region": region if region in {one.code for one in reads.regions()} else "",
        "from": _day(asked.get("from", "")),
        "to": _day(asked.get("to", "")),
    }
    items = _items(visit, typed["item"]) if typed["item"] else None
    wrong = "事项名称太宽，请再写几个字。" if items is not None and len(items) > MOST_ITEMS else ""
    asking = Asking(
        items=items[:MOST_ITEMS] if items is not None else None,
        channel=typed["channel"] or None,
        region=typed["region"] or None,
        since=_begin(visit, typed["from"], 0),
        until=_begin(visit, typed["to"], 1),
    )
    if not sees_all(visit):
        return Filters(asking, visit.session.account.agency or "", typed, wrong)
    agency = asked.get("agency", "")
    agency = agency if agency in {one.external_id for one in reads.agencies()} else ""
    return Filters(asking, agency or None, {**typed, "agency": agency}, wrong)


def sees_all(visit: Visit) -> bool:
    """Whether the visitor works for all agencies."""
    return visit.session.actor.may(Permission.READ, None)


def regions_of(visit: Visit) -> dict[str, str]:
    """Names of all regions by code."""
    return {one.code: one.name for one in CatalogueReads(visit.services.engine).regions()}


def _items(visit: Visit, words: str) -> list[int]:
    """Numbers of the guides that are meant: the one called so, else those whose names hold the words."""
    table = RECORDS["item"]
    called = select(table.c.id).where(or_(table.c.external_id == words, table.c.title == words))
    like = [table.c.names.contains(word, autoescape=True) for word in fold(words).split()]
    with reading(visit.services.engine) as connection:
        found = connection.execute(called.order_by(table.c.id).limit(MOST_ITEMS)).scalars().all()
        if not found:
            found = connection.execute(select(table.c.id).where(*like).limit(MOST_ITEMS + 1)).scalars().all()
    return list(found)


def _day(given: str) -> str:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        return ""
    # Years at both ends have no instants in every zone.
    return given if 1970 < day.year < 9000 else ""


def _begin(visit: Visit, day: str, days: int) -> datetime | None:
    """When a day of the city begins, or so many days later."""
    if not day:
        return None
    at = date.fromisoformat(day) + timedelta(days=days)
    return datetime(at.year, at.month, at.day, tzinfo=visit.services.clock.local().tzinfo)


def written(place: Place | None) -> str:
    """A place of the log as an address names it."""
    return f"{(place.at - _EPOCH) // timedelta(microseconds=1)}-{place.answer_id}" if place else ""


def place_of(given: str) -> Place | None:
    """The place that an address names; the beginning where it names none."""
    found = _PLACE.fullmatch(given)
    return Place(_EPOCH + timedelta(microseconds=int(found[1])), found[2]) if found else None
