"""Where everybody needs a second factor, who has none sets one up and does nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from apps.console.guard import SET_UP, SIGN_IN
from apps.console.services import Services
from core.clock import FixedClock
from staff.actors import Operator
from tests.console.conftest import PASSWORD, Clerk
from tests.console.test_guard import GUARDED
from tests.console.test_second_factor import set_up

Everything = Callable[[], dict[str, list[str]]]
Open = Callable[[], Clerk]
SETTING_UP = {SET_UP, *(f"{SET_UP}/{part}" for part in ("begin", "confirm", "qr.svg")), "/sign-out"}


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, second_factor_required=True)


@pytest.fixture
async def admin(browser: Open) -> Clerk:
    """Signed in with the password, as nobody has more yet."""
    clerk = browser()
    assert (await clerk.post(SIGN_IN, {"login": "admin", "password": PASSWORD})).status_code == 303
    found = re.search(r'name="form_token" value="([^"]+)"', (await clerk.get(SET_UP)).text)
    assert found
    clerk.token = found[1]
    return clerk


async def test_every_other_page_leads_to_setting_it_up(admin: Clerk, everything: Everything) -> None:
    before = everything()
    for path, method in GUARDED:
        if path not in SETTING_UP:
            answer = await (admin.get(path) if method == "GET" else admin.post(path))
            assert (answer.status_code, answer.headers["location"]) == (303, SET_UP), path
    assert everything() == before
    page = (await admin.get(SET_UP)).text
    assert "本单位要求" in page
    assert 'href="/accounts"' not in page


async def test_once_it_is_on_everything_is_open_again(
    admin: Clerk, clock: FixedClock, services: Services
) -> None:
    await set_up(admin, clock)
    page = await admin.get("/")
    assert page.status_code == 200
    assert 'href="/accounts"' in page.text
    assert (await admin.get("/accounts")).status_code == 200
    services.commands.run(Operator(), "account.reset_second_factor", {"login": "admin"})
    assert (await admin.get("/accounts")).headers["location"] == SIGN_IN


async def test_who_writes_when_it_is_asked_for_loses_nothing(admin: Clerk, everything: Everything) -> None:
    before = everything()
    answer = await admin.post(
        "/content/edit?kind=document", {"title": "居住证办法", "text": "工本费二十元。"}
    )
    assert answer.status_code == 403
    assert "工本费二十元。" in answer.text
    assert f'href="{SET_UP}"' in answer.text
    assert everything() == before


async def test_one_may_leave_without_setting_it_up(admin: Clerk) -> None:
    assert (await admin.post("/sign-out")).headers["location"] == SIGN_IN
    assert (await admin.get(SET_UP)).headers["location"] == SIGN_IN
