"""Made-up citizens come into the demonstration city alone, once, and go without a trace."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, Table, func, insert, select

from core.catalogue.models import Agency, ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.tables import citizen, consent
from core.database.engine import reading, writing
from recommender.interactions.tables import interaction, interaction_count
from recommender.models import SPEAKING
from recommender.profile.store import ProfileStore
from recommender.profile.tables import dismissal, profile_fact
from recommender.simulation.account import Account, Brought
from recommender.simulation.city import City, generate
from recommender.simulation.fingerprint import fingerprint
from recommender.simulation.installed import NotTheDemonstration, demonstration
from recommender.simulation.parameters import CityParameters
from recommender.simulation.rows import Rows
from recommender.simulation.settling import Settlement, clear
from tests.recommender.cities import NOW
from tests.recommender.simulation.small import publish_demonstration

TODAY = date(2026, 3, 2)
TABLES: tuple[Table, ...] = (citizen, consent, profile_fact, interaction, dismissal, interaction_count)
PARAMETERS = CityParameters(citizens=450, days=60, start=date(2026, 1, 1), dismissals=3.0)


def counted(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in TABLES
        }


def made(engine: Engine) -> tuple[City, Rows]:
    ground = demonstration(engine, TODAY)
    city = generate(ground.items, ground.regions, PARAMETERS)
    return city, Rows(city, ground.sensitive, "1")


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path / "simulated.jsonl")


@pytest.fixture
def settled(engine: Engine, account: Account) -> City:
    publish_demonstration(engine)
    city, rows = made(engine)
    account.open(Brought(city.parameters, False, fingerprint(city)))
    assert Settlement(engine, rows, account).settle() == 450
    return city


def test_who_agreed_leaves_rows_and_nobody_else(settled: City, engine: Engine) -> None:
    found = counted(engine)
    agreed = [one for one in settled.citizens if one.personalize]
    assert found["citizen"] == len(agreed)
    assert found["consent"] == len(agreed) + sum(one.profile_facts for one in agreed)
    linked = [
        step
        for step in settled.steps
        if settled.citizens[step.citizen].personalize and not settled.items[step.item].sensitive
    ]
    assert found["interaction"] == len(linked) > 100
    assert min(found.values()) > 0
    with reading(engine) as connection:
        counts = connection.execute(select(func.sum(interaction_count.c.count))).scalar_one()
        ids = connection.execute(select(citizen.c.id)).scalars().all()
        channels = set(connection.execute(select(consent.c.channel)).scalars())
    others = [step for step in settled.steps if step not in set(linked) and step.type in SPEAKING]
    assert counts == len(others)
    assert all(one.startswith("sim-") for one in ids)
    assert channels == {"simulated"}


def test_their_profiles_read_as_those_of_others(settled: City, engine: Engine) -> None:
    from core.clock import FixedClock

    teller = next(one for one in settled.citizens if len(one.told) > 3)
    state = ProfileStore(engine, FixedClock(NOW)).state(teller.id, teller.district)
    assert state.personalized
    assert dict(state.facts) == {told.name: told.value for told in teller.told}


def test_again_nothing_is_added(settled: City, engine: Engine, account: Account) -> None:
    before = counted(engine)
    _, rows = made(engine)
    assert Settlement(engine, rows, account).settle() == 0
    assert counted(engine) == before


def test_it_goes_on_where_it_was_stopped(engine: Engine, account: Account) -> None:
    publish_demonstration(engine)
    city, rows = made(engine)
    account.open(Brought(city.parameters, False, fingerprint(city)))

    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        Settlement(engine, rows, account).settle(stop)
    assert 0 < counted(engine)["citizen"] < 200
    assert Settlement(engine, rows, account).settle() == 250
    whole = counted(engine)
    clear(engine, account)
    account.open(Brought(city.parameters, False, fingerprint(city)))
    assert Settlement(engine, rows, account).settle() == 450
    assert counted(engine) == whole


def test_cleared_everything_has_gone_and_real_visitors_stay(engine: Engine, account: Account) -> None:
    publish_demonstration(engine)
    city, rows = made(engine)
    step = next(step for step in city.steps if rows.is_counted(step))
    key = {
        "item_id": city.items[step.item].id,
        "district": city.citizens[step.citizen].district,
        "day": rows.day(step.minute),
    }
    with writing(engine) as connection:
        for name in ("real", "sim-by-chance"):
            connection.execute(insert(citizen).values(id=name, created=NOW, last_seen=NOW))
        connection.execute(insert(interaction_count).values(**key, count=7, began=NOW))
    before = counted(engine)
    account.open(Brought(city.parameters, False, fingerprint(city)))
    Settlement(engine, rows, account).settle()
    gone = clear(engine, account)
    assert gone.citizens == sum(one.personalize for one in city.citizens)
    assert counted(engine) == before
    with reading(engine) as connection:
        assert connection.execute(select(interaction_count.c.count)).scalars().all() == [7]
    assert account.brought() is None
    assert clear(engine, account).citizens == 0


def test_outside_the_demonstration_it_is_refused(engine: Engine) -> None:
    with pytest.raises(NotTheDemonstration, match="does not hold"):
        demonstration(engine, TODAY)
    publish_demonstration(engine)
    assert len(demonstration(engine, TODAY).items) == 30
    CatalogueWrites(engine).put(ServiceItem(external_id="real", name="真实事项"), [], Status.PUBLISHED)
    with pytest.raises(NotTheDemonstration, match="more than"):
        demonstration(engine, TODAY)


def test_one_real_agency_is_enough_to_refuse(engine: Engine) -> None:
    publish_demonstration(engine)
    CatalogueWrites(engine).put_agency(Agency(external_id="real", name="真实部门"))
    with pytest.raises(NotTheDemonstration, match="more than"):
        demonstration(engine, TODAY)
