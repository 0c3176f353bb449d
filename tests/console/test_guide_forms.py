"""The form of a guide over ASGI: what no browser sends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from core.catalogue.models import ServiceItem
from tests.console.guides import NAME, YBJ, the_new_one

Enter = Callable[[str], Any]
ACTS = (
    "add:nothing", "remove:steps.9", "up:steps.x", "add:steps.0.hours", "x", ":", "remove:fee.0", "add:",
)  # fmt: skip
FORM = {"name": NAME, "agency": YBJ, "region": "000000", "base": "0"}
NEW = "/content/edit?kind=item&id=staff-0123456789ab"


@pytest.mark.parametrize(
    "act",
    ["add:nothing", "remove:steps.9", "up:steps.x", "add:steps.0.hours", "x", ":", "remove:fee.0", "add:"],
)
async def test_a_button_that_the_form_does_not_have_changes_nothing(act: str, signed_in: Enter) -> None:
    clerk = await signed_in("li.editor")
    answer = await clerk.post(NEW, {**FORM, "steps.0.": "第一步", "act": act})
    assert answer.status_code == 200
    assert "第一步" in answer.text


async def test_rows_are_read_by_number_whatever_is_between(signed_in: Enter, engine: Engine) -> None:
    clerk = await signed_in("li.editor")
    rows = {"steps.10.": "二", "steps.2.": "一", "steps.x.": "不算", "steps.99999.": "不算", "steps.3.": " "}
    assert (await clerk.post(NEW, {**FORM, **rows})).status_code == 303
    assert the_new_one(engine).steps == ["一", "二"]


async def test_nobody_adds_rows_in_a_guide_of_another_agency(signed_in: Enter, guide: ServiceItem) -> None:
    clerk = await signed_in("sun.editor")
    answer = await clerk.post("/content/edit?kind=item&id=guide", {**FORM, "act": "add:steps"})
    assert answer.status_code == 403
    assert guide.name not in answer.text


async def test_a_session_that_is_over_gives_back_every_row(signed_in: Enter) -> None:
    clerk = await signed_in("li.editor")
    clerk.http.cookies.clear()
    answer = await clerk.post(NEW, {**FORM, "steps.0.": "写了很久", "materials.0.note": "也写了很久"})
    assert answer.status_code == 403
    assert "写了很久" in answer.text
    assert "也写了很久" in answer.text
