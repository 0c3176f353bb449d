"""The overview: figures of the city or one's own agency, charts, files without formulas."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page
from sqlalchemy import Engine, update

from apps.console.services import Services
from core.catalogue.models import Agency, Document, Region, ServiceItem, Status
from core.catalogue.tables import document
from core.catalogue.writes import CatalogueWrites
from core.clock import SHANGHAI, FixedClock
from core.database.engine import writing
from insight.keeping import FigureKeeper
from insight.periods import Period
from insight.reports import Asked, Reports
from staff.actors import Operator
from tests.browsers import serious
from tests.casework.standing import put_answer, put_group
from tests.console.browsing import is_wider_than_the_window, shoot, sign_in
from tests.console.conftest import PASSWORD
from tests.insight.conftest import Log, count_all, numbers

Everything = Callable[[], dict[str, list[str]]]
PATHS = ("", "/items", "/freshness", "/coverage", "/regions", "/ratings")
EVIL = '=HYPERLINK("http://evil.test","补卡")'


@pytest.fixture
def counted(engine: Engine, clock: FixedClock, services: Services) -> FigureKeeper:
    """Two agencies' guides, one of a hostile name, asked about for some weeks, and contents of every age."""
    writes = CatalogueWrites(engine)
    writes.put_agency(Agency(external_id="bare", name="示例市空白局"))
    for code, name in (("990100", "示例市"), ("990101", "东区"), ("990102", "@西区")):
        writes.put_region(Region(code=code, name=name))
    today = clock.today()
    for one in (
        ServiceItem(external_id="card", name=EVIL, agency="示例市医保局", region="990100"),
        ServiceItem(external_id="fund", name="公积金提取", agency="示例市公积金中心", region="990100"),
        Document(external_id="old", title="旧办法", text="旧。", agency="示例市医保局",
                 effective_to=today - timedelta(days=3)),
        Document(external_id="soon", title="+将到期", text="新。", agency="示例市公积金中心",
                 effective_to=today + timedelta(days=9)),
        Document(external_id="dusty", title="多年未动", text="久。", agency="示例市公积金中心"),
    ):  # fmt: skip
        writes.put(one, [], Status.PUBLISHED)
    with writing(engine) as connection:
        old = update(document).where(document.c.external_id == "dusty")
        connection.execute(update(document).values(updated_at=clock.now()))
        connection.execute(old.values(updated_at=clock.now() - timedelta(days=400)))
    known, log = numbers(engine), Log(engine)
    for back in range(40):
        at = clock.now() - timedelta(days=back, minutes=5)
        for place in range(4):
            region = ("990101", "990102", None)[place % 3]
            log.turn(at, item=known["card"], region=region, step_ms={"retrieve": 20 + back}, useful=place > 0)
        log.turn(at, item=known["fund"], region="990101", step_ms={"retrieve": 900}, useful=True)
        log.turn(at, "no_answer", region="990102")
        log.turn(at, "clarify", channel="wechat")
    answers = [put_answer(engine, clock.now(), f"g{number}") for number in range(3)]
    put_group(engine, clock.now(), answers, agency="ybj")
    city = {"login": "city.analyst", "name": "全市", "roles": ["analyst"], "agency": None}
    services.commands.run(Operator(), "account.add", {**city, "password": PASSWORD})
    keeper = FigureKeeper(engine, clock, SHANGHAI)
    count_all(engine, keeper)
    return keeper


async def rows_of(clerk: Any, table: str, more: str = "") -> list[list[str]]:
    """A table as CSV, with its heads."""
    answer = await clerk.get(f"/overview/export?as=csv&table={table}{more}")
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_an_agency_sees_its_own_figures_and_no_others(
    counted: FigureKeeper, signed_in: Any, everything: Everything
) -> None:
    clerk = await signed_in("li.editor")
    before = everything()
    for path in (*PATHS, "/export"):
        for agency in ("gjj", "bare", "none"):
            answer = await clerk.get(f"/overview{path}?agency={agency}")
            assert answer.status_code == 403
            assert "公积金" not in answer.text
        for own in ("", "?agency=ybj", "?agency="):
            answer = await clerk.get(f"/overview{path}{own}")
            assert answer.status_code == 200
            assert "公积金" not in answer.text
    assert everything() == before
    everybody = await signed_in("city.analyst")
    for table in ("days", "items", "freshness", "agencies", "places", "regions"):
        assert all("公积金" not in "".join(row) for row in await rows_of(clerk, table))
        other = await rows_of(everybody, table, "&agency=gjj")
        assert other != await rows_of(everybody, table) or table == "places"


async def test_figures_of_the_city_and_of_an_agency(counted: FigureKeeper, signed_in: Any) -> None:
    city, clerk = await signed_in("city.analyst"), await signed_in("li.editor")
    days = await rows_of(city, "days", "&days=7")
    # Of the three of the group one day has some more.
    assert [row[1] for row in days[1:8]] == ["7"] * 6 + ["10"]
    heads = days[0]
    last = dict(zip(heads, days[1], strict=True))
    assert (last["作答"], last["反问"], last["未答"], last["满意率"]) == ("5", "1", "1", "0.8")
    assert float(last["作答率"]) == pytest.approx(5 / 7, abs=1e-4)
    assert int(last["用时 95%（毫秒）"]) == pytest.approx(900, rel=0.2)
    own = await rows_of(clerk, "days", "&days=7")
    assert [row[1] for row in own[1:8]] == ["4"] * 7
    assert "作答率" not in own[0]
    items = await rows_of(city, "items", "&days=10")
    assert [row[3] for row in items[1:3]] == ["40", "10"]
    agencies = {row[0]: row[1:] for row in await rows_of(city, "agencies", "&days=10") if row}
    assert agencies["示例市医保局"][:4] == ["1", "1", "40", "0.75"]
    assert agencies["示例市医保局"][-2:] == ["1", "3"]
    assert agencies["示例市空白局"][:3] == ["0", "0", "0"]
    assert agencies["未归部门"][2] == "23"
    regions = {row[1]: row for row in await rows_of(city, "regions", "&days=10") if len(row) > 1}
    assert float(regions["990102"][4]) == pytest.approx(10 / 20)
    assert float(regions["990102"][5]) == pytest.approx(10 / 20 - 50 / 73, abs=1e-4)
    assert regions["990102"][-1] == "样本少"


async def test_files_hold_no_formula(counted: FigureKeeper, signed_in: Any) -> None:
    city = await signed_in("city.analyst")
    shown = [row for table in ("days", "items", "freshness", "agencies", "places", "regions")
             for row in await rows_of(city, table)]  # fmt: skip
    cells = [cell for row in shown for cell in row]
    assert f"'{EVIL}" in cells
    assert {"'@西区", "'+将到期"} <= set(cells)
    numbers = [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert all(cell.startswith("-") and float(cell) < 0 for cell in numbers)
    names: list[str] = []
    texts: list[str] = []
    for table in ("days", "items", "freshness", "agencies", "regions"):
        answer = await city.get(f"/overview/export?as=xlsx&table={table}")
        assert answer.headers["content-disposition"].endswith('.xlsx"')
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/")]
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
        book = load_workbook(io.BytesIO(answer.content))
        names += book.sheetnames
        texts += [str(cell.value) for sheet in book for row in sheet for cell in row if cell.data_type == "s"]
    assert names == ["提问与作答", "热点事项", "内容时效", "部门覆盖", "区划覆盖", "区域均衡"]
    assert f"'{EVIL}" in texts
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@", "\t"))]


@pytest.mark.parametrize(
    "asked",
    [
        "from=2026-03-02&to=2026-03-01", "from=yesterday", "days=0", "days=732", "days=-1", "days=x",
        "from=2020-01-01&to=2026-01-01", "from=0001-01-01", "to=9999-12-31", "agency=none", "days=１",
    ],
)  # fmt: skip
async def test_days_that_make_no_sense_are_told(asked: str, counted: FigureKeeper, signed_in: Any) -> None:
    city = await signed_in("city.analyst")
    for path in PATHS:
        answer = await city.get(f"/overview{path}?{asked}")
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
    assert (await city.get(f"/overview/export?{asked}")).status_code == 400


@pytest.mark.parametrize("asked", ["as=pdf", "table=accounts", "as=", "table=../days"])
async def test_a_file_that_there_is_not_is_refused(asked: str, signed_in: Any) -> None:
    clerk = await signed_in("li.editor")
    assert (await clerk.get(f"/overview/export?{asked}")).status_code == 400


async def test_without_figures_the_pages_say_so(signed_in: Any) -> None:
    clerk = await signed_in("li.editor")
    assert "还没有统计数字" in (await clerk.get("/overview")).text
    for path in (*PATHS, "/export?as=xlsx", "/export?as=csv"):
        assert (await clerk.get(f"/overview{path}")).status_code == 200


def test_a_list_that_is_cut_says_so(counted: FigureKeeper, services: Services) -> None:
    asked = Asked(Period(services.clock.today() - timedelta(days=9), services.clock.today()))
    cut = Reports(services.engine, services.clock, most=1).items(asked)
    assert (len(cut.rows), cut.notes[0]) == (1, "共 2 条，只列前 1 条。")
    whole = Reports(services.engine, services.clock).items(asked)
    assert (len(whole.rows), len(whole.notes)) == (2, 1)


async def test_contents_that_need_a_look_are_linked(counted: FigureKeeper, signed_in: Any) -> None:
    city, clerk = await signed_in("city.analyst"), await signed_in("li.editor")
    for state, name in (("expired", "old"), ("soon", "soon"), ("stale", "dusty")):
        page = (await city.get(f"/overview/freshness?state={state}")).text
        assert f"/content?kind=document&amp;id={name}" in page
        others = {"old", "soon", "dusty"} - {name}
        assert not [one for one in others if f"id={one}" in page]
    assert "id=old" in (await clerk.get("/overview/freshness")).text
    assert "id=dusty" not in (await clerk.get("/overview/freshness?state=stale")).text


def test_the_overview_reads_well_and_is_accessible(page: Page, counted: FigureKeeper) -> None:
    sign_in(page, "city.analyst")
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="概览").click()
    for days in (7, 30, 400):
        page.goto(f"/overview?days={days}")
        assert page.locator(".chart svg").count() == 3
        assert serious(page) == []
        assert not is_wider_than_the_window(page)
        shoot(page, f"overview-{days}")
    page.get_by_text("图中数字的表格").click()
    page.get_by_role("region", name="提问与作答").wait_for()
    assert serious(page) == []
    for path in PATHS[1:]:
        page.goto(f"/overview{path}")
        assert serious(page) == []
        assert not is_wider_than_the_window(page)
        shoot(page, f"overview{path.replace('/', '-')}")
    page.goto("/overview")
    page.get_by_label("部门").select_option(label="示例市医保局")
    page.get_by_role("button", name="查看").click()
    page.get_by_text("待答问题组").first.wait_for()
    assert serious(page) == []
    shoot(page, "overview-agency")
    page.get_by_role("link", name="区域均衡", exact=True).click()
    assert page.get_by_label("部门").input_value() == "ybj"
    with page.expect_download() as download:
        page.get_by_role("link", name="本页表格（XLSX）").click()
    assert download.value.suggested_filename.endswith(".xlsx")
