"""Programs report applications: of citizens who gave a reference, for the agency's own items, once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select
from starlette.applications import Starlette

from apps.console.services import Services
from core.catalogue.models import ServiceItem, Status
from core.catalogue.writes import CatalogueWrites
from core.citizens.consents import Consents, Purpose
from core.clock import FixedClock
from core.database.engine import reading
from knowledge_base.passages.chunk import chunk
from recommender.interactions.tables import interaction
from recommender.personal import forgets
from recommender.profile.store import ProfileStore
from staff.actors import Operator


class Program:
    """An agency's program with its token."""

    def __init__(self, app: Starlette, services: Services, engine: Engine, clock: FixedClock) -> None:
        self.services, self.engine, self.clock = services, engine, clock
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://console.test/api/v1")
        self.consents = Consents(engine, clock, "3", forgets())
        self.consents.put("甲", {Purpose.PERSONALIZE: True}, "3")
        self.reference = str(ProfileStore(engine, clock).profile("甲").reference)
        self.item = self.publish("示例市医保局")

    def publish(self, agency: str) -> int:
        one = ServiceItem(external_id=f"of-{agency}", name="医保卡补办", agency=agency)
        writes = CatalogueWrites(self.engine)
        return int(writes.put(one, chunk(one, one.name), Status.PUBLISHED).key.id)

    def token(self, *roles: str) -> str:
        wanted = {"name": "-".join(roles), "agency": "ybj", "roles": list(roles), "expires": "2026-06-30"}
        return str(self.services.commands.run(Operator(), "token.create", wanted))

    async def report(self, token: str, **changed: Any) -> httpx.Response:
        body = {
            "event_id": "case/1", "citizen": self.reference, "item_id": self.item, "type": "apply",
            "occurred_at": self.clock.now().isoformat(), **changed,
        }  # fmt: skip
        return await self.http.post("/interactions", json=body, headers={"authorization": f"Bearer {token}"})

    def kept(self) -> list[tuple[Any, ...]]:
        columns = (interaction.c.citizen, interaction.c.type, interaction.c.origin, interaction.c.source)
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(select(*columns))]


@pytest.fixture
def program(app: Starlette, services: Services, engine: Engine, clock: FixedClock) -> Program:
    return Program(app, services, engine, clock)


async def test_an_application_is_kept_once(program: Program) -> None:
    token = program.token("editor")
    for _ in range(2):
        assert (await program.report(token)).json() == {"kept": True}
    assert program.kept() == [("甲", "apply", "agency", None)]


async def test_a_reference_of_nobody_and_one_that_was_withdrawn_are_404(program: Program) -> None:
    token = program.token("editor")
    assert (await program.report(token, citizen="x" * 43)).status_code == 404
    assert (await program.report(token, citizen="甲")).status_code == 400
    program.consents.put("甲", {Purpose.PERSONALIZE: False}, None)
    assert (await program.report(token)).status_code == 404
    assert program.kept() == []


async def test_only_of_the_agency_s_own_items_and_by_who_may_write(program: Program) -> None:
    other = program.publish("示例市公积金中心")
    token = program.token("editor")
    assert (await program.report(token, item_id=other)).status_code == 403
    assert (await program.report(token, item_id=2**31 - 1)).status_code == 403
    assert (await program.report(program.token("reviewer"))).status_code == 403
    assert (await program.report("wz_nobody")).status_code == 401
    assert program.kept() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "ask"}, {"type": "rate"}, {"event_id": ""}, {"event_id": "x" * 129}, {"item_id": "1"},
        {"occurred_at": "yesterday"}, {"occurred_at": "2024-01-01T00:00:00Z"}, {"value": 5},
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused(program: Program, changed: dict[str, Any]) -> None:
    answer = await program.report(program.token("editor"), **changed)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_input")
    assert program.kept() == []
