"""Who sees and changes which entries of registers, by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from apps.console.services import Services
from core.catalogue.models import Region
from core.catalogue.registers import mark_of
from core.catalogue.wording import Pin, Term
from core.catalogue.wordings import Wordings
from core.catalogue.writes import CatalogueWrites
from tests.cells import cell
from tests.console.conftest import ACCOUNTS

Enter = Callable[[str], Any]
Everything = Callable[[], dict[str, list[str]]]
TERM = Term(term="健康证", means="健康检查")
PIN = Pin(question="春节上班吗", answer="放假。")
REGION = Region(code="990102", name="东区")
LISTS = ("/agencies", "/regions", "/terms", "/pins", "/bundles")
FORMS = (
    "/agencies/edit?id=ybj",
    "/regions/edit?id=990102",
    "/terms/edit?id=健康证",
    "/pins/edit?id=春节上班吗",
)


@pytest.fixture(autouse=True)
def entries(services: Services) -> None:
    Wordings(services.engine).put_terms([TERM])
    Wordings(services.engine).put_pins([PIN])
    CatalogueWrites(services.engine).put_region(REGION)


@pytest.mark.parametrize("login", ACCOUNTS)
async def test_everybody_reads_the_registers(login: str, signed_in: Enter) -> None:
    clerk = await signed_in(login)
    agency, roles = ACCOUNTS[login]
    for path in LISTS:
        with cell(path):
            answer = await clerk.get(path)
            assert answer.status_code == 200
            assert ("新增" in answer.text) == (agency is None and "administrator" in roles)


@pytest.mark.parametrize("login", ACCOUNTS)
async def test_a_form_is_for_those_who_may_change_the_entry(login: str, signed_in: Enter) -> None:
    agency, roles = ACCOUNTS[login]
    clerk = await signed_in(login)
    for path in (*FORMS, *(f"{path}/edit" for path in LISTS), "/agencies/edit?id=gjj"):
        with cell(path):
            own = path == "/agencies/edit?id=ybj" and agency == "ybj"
            may = "administrator" in roles and (agency is None or own)
            assert (await clerk.get(path)).status_code == (200 if may else 403)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/agencies/edit?id=gjj", {"phone": "0990-5550001"}),
        ("/agencies/edit", {"external_id": "new", "name": "新局"}),
        ("/regions/edit?id=990102", {"code": "990102", "name": "东城", "mark": mark_of(REGION)}),
        ("/terms/edit?id=健康证", {"term": "健康证", "means": "x", "mark": mark_of(TERM)}),
        ("/terms/delete?id=健康证", {"mark": mark_of(TERM)}),
        ("/pins/edit", {"question": "几点上班", "answer": "九点。"}),
        ("/pins/delete?id=春节上班吗", {"mark": mark_of(PIN)}),
    ],
)
async def test_an_agencys_administrator_changes_nothing_of_others(
    path: str, fields: dict[str, str], signed_in: Enter, everything: Everything
) -> None:
    clerk, city = await signed_in("ybj.admin"), await signed_in("admin")
    before = everything()
    assert (await clerk.post(path, fields)).status_code == 403
    assert everything() == before
    if "gjj" not in path:
        assert (await city.post(path, fields)).status_code == 303


async def test_names_of_ones_own_agency_do_not_change_by_a_form_of_ones_own_making(
    signed_in: Enter, everything: Everything
) -> None:
    clerk = await signed_in("ybj.admin")
    form = {"name": "示例市公积金中心", "aliases": "公积金", "former_names": "x", "mark": "0" * 16}
    before = everything()
    assert (await clerk.post("/agencies/edit?id=ybj", form)).status_code == 409
    assert everything() == before


@pytest.mark.parametrize("path", ["/terms/edit?id=x", "/agencies/edit?id=none", "/regions/edit?id=1"])
async def test_what_is_not_there_is_a_page_that_says_so(path: str, signed_in: Enter) -> None:
    assert (await (await signed_in("admin")).get(path)).status_code == 404
