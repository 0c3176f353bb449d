"""The page in a real browser, before a portal whose dialogue engine and knowledge obey."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from core.answering import AnswerStatus, Aspect
from core.catalogue.models import Material, Place
from knowledge_base.contract import AnswerPart, AnswerReply, Citation, ItemRef, Target
from tests.browsers import serious
from tests.portal.page.backend import ITEMS, Backend

SIZES = {"phone": (360, 740), "desk": (1280, 800)}
QUOTE = "企业在职职工可以凭租赁合同提取住房公积金，每年提取一次，最高不超过一万五千元。"
CONTEXT = f"第八条　提取情形如下。{QUOTE}夫妻双方均符合条件的，可以分别申请。"


@dataclass
class Visitor:
    """A citizen before the page; `portal` stands behind it.

    Attributes:
        problems: Errors on the console and requests to anywhere else; there have to be none in the end.
        may_fail: Set where a test has the portal refuse a request, which the browser writes to the console.
    """

    page: Page
    context: BrowserContext
    origin: str
    portal: Any
    size: str
    problems: list[str] = field(default_factory=list)
    may_fail: bool = False

    def watch(self) -> None:
        """Notes what must not happen."""
        self.recommend()
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._note_line)
        self.page.on("request", self._note_request)

    def recommend(self, *items: dict[str, Any], personalized: bool = False) -> None:
        """What the recommender recommends from now on."""
        body = {"items": list(items), "personalized": personalized}
        self.page.unroute("**/api/recommendations?*")
        self.page.route("**/api/recommendations?*", lambda route: route.fulfill(json=body))

    def _note_line(self, line: ConsoleMessage) -> None:
        failed = line.text.startswith("Failed to load resource")
        if line.type in ("error", "warning") and not (failed and self.may_fail):
            self.problems.append(f"{line.type}: {line.text}")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.origin + "/", "blob:")):
            self.problems.append(request.url)

    def open(self) -> Page:
        """Opens the page and waits until it takes questions."""
        self.page.goto(self.origin)
        return self.settle()

    def settle(self) -> Page:
        """Waits until the page takes questions and shows what others ask."""
        self.page.wait_for_selector("body[data-ready=yes]")
        self.page.wait_for_selector(".greeting .choice")
        return self.page

    def reload(self) -> Page:
        """Loads the page anew."""
        self.page.reload()
        return self.settle()

    def ask(self, text: str = "居住证要什么材料") -> None:
        """Asks, and waits for the reply."""
        self.page.get_by_label("您的问题").fill(text)
        self.page.get_by_role("button", name="发送").click()
        self.page.wait_for_selector("#send:not([disabled])")

    def shoot(self, name: str) -> None:
        """A picture for people, where a folder is given."""
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}-{self.size}.png", animations="disabled")

    def serious(self) -> list[str]:
        """What axe finds serious or critical now."""
        return serious(self.page)


@pytest.fixture(params=sorted(SIZES))
def visitor(request: pytest.FixtureRequest, chromium: Browser, address: Any) -> Iterator[Visitor]:
    """A new visitor at phone and at desk width; opens the page on their own."""
    width, height = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        has_touch=request.param == "phone",
        reduced_motion="reduce",
    )
    one = Visitor(context.new_page(), context, address[0], address[1], request.param)
    one.watch()
    yield one
    context.close()
    assert one.problems == []


@pytest.fixture
def page(chromium: Browser, address: Any) -> Iterator[Page]:
    """The opened page on a phone."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
    opened.goto(address[0])
    opened.wait_for_selector("body[data-ready=yes]")
    yield opened
    context.close()
    assert problems == []


def two_cards() -> AnswerReply:
    """An answer to two questions in one: materials and fee of the same service item."""
    item = ItemRef(item_id=12, name="居住证申领", agency="示例市公安局")
    guide = Citation(
        external_id="jzz", title="居住证申领（办事指南）", agency="示例市公安局",
        url="https://zwfw.example.gov.cn/jzz", quote="首次申领不收费。",
    )  # fmt: skip
    near = [ItemRef(item_id=13, name="居住证签注"), ItemRef(item_id=14, name="随迁子女入学申请")]
    materials = AnswerPart(
        text="【居住证申领】申请材料\n1. 居住证申请表（原件 1 份）\n2. 居民身份证（原件 1 份）",
        citations=[guide], item=item, aspect=Aspect.MATERIALS, related=near,
    )  # fmt: skip
    fee = AnswerPart(
        text="【居住证申领】收费标准\n首次申领不收费。",
        citations=[guide], item=item, aspect=Aspect.FEE, related=near,
    )  # fmt: skip
    return AnswerReply(
        status=AnswerStatus.ANSWERED_GUIDE, parts=[materials, fee], target=Target(kind="item", id=12)
    )


def passage(number: int = 1) -> AnswerReply:
    """An answer from documents."""
    citations = [
        Citation(
            document_id=at, external_id=f"gjj-{at}", title=f"示例市住房公积金提取管理办法（第{at}部分）",
            agency="示例市住房公积金管理中心", document_number="示公积金规〔2025〕3号",
            published_on=date(2025, 3, 1), url=f"https://gjj.example.gov.cn/{at}",
            quote=QUOTE, context=CONTEXT,
        )
        for at in range(1, number + 1)
    ]  # fmt: skip
    return AnswerReply(
        status=AnswerStatus.ANSWERED_PASSAGE, parts=[AnswerPart(text=QUOTE, citations=citations)]
    )


@pytest.fixture
def cards() -> dict[str, Callable[..., AnswerReply]]:
    """Makers of replies with cards."""
    return {"two": two_cards, "passage": passage}


@pytest.fixture
def guide(address: Any) -> None:
    """The catalogue's service item with materials of every sort."""
    materials = [
        Material(
            name="居住证申请表", copies=1, original="original", source="窗口领取或网上下载",
            form_url="https://zwfw.example.gov.cn/form.docx", sample_url="https://zwfw.example.gov.cn/sample.pdf",
        ),
        Material(name="居民身份证", original="original_and_copy", copies=1),
        Material(name="劳动合同", original="copy", copies=1, required=False, note="走“稳定就业”途径时提供"),
    ]  # fmt: skip
    place = Place(name="南湖区便民服务站", address="南湖区柳堤路 102 号", phone="0990-5550135")
    catalogue = address[1].catalogue
    record = replace(catalogue.item.record, materials=materials, places=[place], phone="0990-5550115")
    catalogue.item = replace(catalogue.item, record=record)


@pytest.fixture
def backend(visitor: Any) -> Backend:
    """Somebody who agreed to it, and for whom there are recommendations."""
    visitor.recommend(*ITEMS, personalized=True)
    return Backend(visitor.page, personal=True)
