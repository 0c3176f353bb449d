"""What a made-up city is made of in an installation: items and districts of the demonstration city."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Engine, Table, exists, not_, select

from core.catalogue.keys import RecordKey
from core.catalogue.models import ServiceItem, Status
from core.catalogue.payloads import from_payload
from core.catalogue.reads import CatalogueReads
from core.catalogue.tables import agency, document, region, service_item
from core.database.engine import reading
from core.errors import BadInput
from recommender.models import ItemTraits
from recommender.serving.items import PublishedItems

# In canonical JSON these signs stand nowhere else: a quote in a text is escaped.
_DEMO = '"demo":true'


class NotTheDemonstration(BadInput):
    """Made-up citizens live in the demonstration city and nowhere else."""

    code = "not_the_demonstration"
    public_message = "合成市民只能装入示例城市。"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a city is made of.

    Attributes:
        items: What is shown today; a made-up time knows no days of validity, so that they are left out.
        regions: Codes of the districts.
    """

    items: tuple[ItemTraits, ...]
    regions: tuple[str, ...]

    @property
    def sensitive(self) -> frozenset[int]:
        """Ids of the items that nobody is ever linked to."""
        return frozenset(item.id for item in self.items if item.sensitive)


def demonstration(engine: Engine, today: date) -> Ground:
    """Items and districts of an installation that holds the demonstration city and nothing else.

    Raises:
        NotTheDemonstration: It holds something else, or nothing.
    """
    require_demonstration(engine)
    traits = PublishedItems(engine).all()
    shown = CatalogueReads(engine).shown([RecordKey("item", number) for number in traits], None, today)
    numbers = sorted(key.id for key in shown)
    items = (replace(traits[number], valid_from=None, valid_to=None, revision=0) for number in numbers)
    with reading(engine) as connection:
        codes = connection.execute(select(region.c.code).order_by(region.c.code)).scalars().all()
    districts = tuple(code for code in codes if not code.endswith("00"))
    ground = Ground(tuple(items), districts)
    if not ground.items or not ground.regions:
        raise _refused("holds no service items")
    return ground


def require_demonstration(engine: Engine) -> None:
    """Makes sure that everything in the catalogue is of the demonstration city.

    Raises:
        NotTheDemonstration: It is not.
    """
    with reading(engine) as connection:
        if not connection.execute(select(exists().where(agency.c.payload.contains(_DEMO)))).scalar_one():
            raise _refused("does not hold the demonstration city")
        tables: tuple[Table, ...] = (agency, region, service_item, document)
        for table in tables:
            others = exists().where(not_(table.c.payload.contains(_DEMO)))
            if connection.execute(select(others)).scalar_one():
                raise _refused("holds more than the demonstration city")


def _refused(why: str) -> NotTheDemonstration:
    return NotTheDemonstration(
        f"this installation {why}; made-up citizens live there and nowhere else: `weizheng init --demo`"
        " in a folder of its own (WEIZHENG_HOME). 合成市民只能装入单独的示例城市。"
    )


def guides(engine: Engine) -> dict[int, ServiceItem]:
    """Whole guides of what is published, by number."""
    wanted = select(service_item.c.id, service_item.c.payload).where(
        service_item.c.status == Status.PUBLISHED.value
    )
    with reading(engine) as connection:
        return {row.id: from_payload(ServiceItem, row.payload) for row in connection.execute(wanted)}
