"""The pages of accounts and of the audit log, as an administrator uses them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from apps.console.services import Services
from core.clock import FixedClock
from core.commands import Permission
from core.database.engine import reading
from staff.accounts import Account, actor_of, by_login
from tests.console.conftest import PASSWORD, Clerk

Everything = Callable[[], dict[str, list[str]]]
Enter = Callable[[str], Any]
NEW = {"login": "wang", "name": "王芳", "agency": "ybj", "role": ["editor", "reviewer"], "password": PASSWORD}
MARKUP = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'


def account(services: Services, login: str) -> Account:
    with reading(services.engine) as connection:
        return by_login(connection, login)


async def test_an_account_is_added_changed_and_signs_in(
    signed_in: Enter, services: Services, browser: Callable[[], Clerk]
) -> None:
    admin = await signed_in("admin")
    added = await admin.post("/accounts", NEW)
    assert added.headers["location"] == "/accounts?done=add"
    page = await admin.get("/accounts?done=add&q=王")
    assert "已添加账号" in page.text
    assert "王芳" in page.text
    assert "示例市医保局" in page.text
    assert "sun.editor" not in page.text
    wang = browser()
    assert (await wang.sign_in("wang")).status_code == 303
    change = {"name": "王小芳", "agency": "gjj", "role": "analyst"}
    assert (await admin.post("/accounts/wang", change)).status_code == 303
    held = account(services, "wang")
    assert (held.name, held.agency, sorted(held.roles), held.active) == ("王小芳", "gjj", ["analyst"], False)
    assert (await wang.get("/")).status_code == 303, "switched off, since the box was not ticked"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "short"}, "12 到 128"),
        ({"login": "li.editor"}, "已经有人使用"),
        ({"login": "a b"}, "有误"),
        ({"role": []}, "有误"),
        ({"agency": "no such"}, "没有这个部门"),
        ({"name": "x" * 101}, "有误"),
    ],
)
async def test_a_mistake_shows_the_form_again_and_changes_nothing(
    changed: dict[str, Any], said: str, signed_in: Enter, everything: Everything
) -> None:
    admin = await signed_in("admin")
    before = everything()
    answer = await admin.post("/accounts", NEW | changed)
    assert answer.status_code == 400
    assert said in answer.text
    assert "王芳" in answer.text or "name" in changed
    assert PASSWORD not in answer.text
    assert everything() == before


async def test_an_agencys_administrator_sees_and_changes_its_own(
    signed_in: Enter, everything: Everything
) -> None:
    ours = await signed_in("ybj.admin")
    page = (await ours.get("/accounts")).text
    assert "li.editor" in page
    assert "sun.editor" not in page
    before = everything()
    for path, fields in (
        ("/accounts/sun.editor", {"name": "x", "agency": "ybj", "role": "editor", "active": "yes"}),
        ("/accounts/sun.editor/password", {"password": "another horse 43"}),
        ("/accounts/admin/password", {"password": "another horse 43"}),
        ("/accounts", NEW | {"agency": "gjj"}),
        ("/accounts", NEW | {"agency": ""}),
        ("/accounts/li.editor", {"name": "x", "agency": "", "role": "administrator", "active": "yes"}),
    ):
        assert (await ours.post(path, fields)).status_code == 403, path
    assert (await ours.get("/accounts/sun.editor")).status_code == 403
    assert everything() == before
    assert (await ours.post("/accounts", NEW)).status_code == 303


async def test_markup_in_every_field_is_shown_as_text(signed_in: Enter) -> None:
    admin = await signed_in("admin")
    assert (await admin.post("/accounts", NEW | {"name": MARKUP})).status_code == 303
    own = {"login": MARKUP, "name": MARKUP, "agency": MARKUP, "role": MARKUP, "password": PASSWORD}
    pages = [
        await admin.get("/accounts"),
        await admin.get("/accounts/wang"),
        await admin.get("/audit"),
        await admin.http.get("/accounts", params={"q": MARKUP, "done": MARKUP, "page": MARKUP}),
        await admin.http.get("/audit", params={"actor": MARKUP, "command": MARKUP, "subject": MARKUP}),
        await admin.post("/accounts", own),
        await admin.http.get(f"/accounts/{MARKUP}"),
        await admin.post("/me/delegations", {"taker": MARKUP, "first_day": MARKUP, "last_day": MARKUP}),
    ]
    for page in pages:
        assert "<script" not in page.text, page.url
        assert "<img" not in page.text, page.url
        assert "x onerror=alert(1)&gt;49" not in page.text, page.url
    assert "&lt;script&gt;" in pages[0].text


async def test_the_audit_log_tells_what_was_done_by_whom(signed_in: Enter) -> None:
    admin = await signed_in("admin")
    await admin.post("/accounts", NEW)
    page = (await admin.http.get("/audit", params={"actor": "admin", "command": "account.add"})).text
    assert "wang" in page
    assert "王芳" in page
    assert "共 1 条" in page
    assert PASSWORD not in page
    ours = await signed_in("ybj.admin")
    seen = (await ours.get("/audit")).text
    assert "li.editor" in seen
    assert "sun.editor" not in seen


async def test_a_long_list_is_paged_by_the_database(signed_in: Enter, services: Services) -> None:
    admin = await signed_in("admin")
    for number in range(60):
        assert (await admin.post("/accounts", NEW | {"login": f"clerk{number:03}"})).status_code == 303
    first, second = await admin.get("/accounts"), await admin.get("/accounts?page=2")
    assert "第 1 / 2 页，共 65 条" in first.text
    assert first.text.count('<td><a href="/accounts/') == 50
    assert second.text.count('<td><a href="/accounts/') == 15
    assert 'rel="prev"' in second.text
    assert (await admin.get("/accounts?page=99999999999")).status_code == 200
    assert "没有找到账号" in (await admin.get("/accounts?page=9")).text


async def test_ones_own_password_is_changed_and_every_session_ends(
    signed_in: Enter, browser: Callable[[], Clerk]
) -> None:
    clerk, elsewhere = await signed_in("li.editor"), await signed_in("li.editor")
    new = {"current": PASSWORD, "new": "another horse 43", "again": "another horse 43"}
    for wrong, said in (
        ({"current": "x" * 12}, "原密码不正确"),
        ({"again": "other"}, "不一致"),
        ({"new": "short", "again": "short"}, "12 到"),
    ):
        answer = await clerk.post("/me/password", new | wrong)
        assert answer.status_code == 400
        assert said in answer.text
    assert (await clerk.post("/me/password", new)).headers["location"].startswith("/sign-in")
    assert (await elsewhere.get("/")).status_code == 303
    assert (await browser().sign_in("li.editor", "another horse 43")).status_code == 303


async def test_rights_are_lent_and_taken_back_on_ones_own_page(
    signed_in: Enter, clock: FixedClock, services: Services
) -> None:
    boss, clerk = await signed_in("zhao.reviewer"), await signed_in("li.editor")
    today = clock.today()
    days = {"first_day": today.isoformat(), "last_day": (today + timedelta(days=3)).isoformat()}
    lent = {"taker": "li.editor", **days}
    answers = [
        await boss.post("/me/delegations", lent | wrong)
        for wrong in (
            {"taker": "sun.editor"},
            {"taker": "nobody"},
            {"first_day": "x"},
            {"last_day": "2020-01-01"},
        )
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert alert(answers[0]) == alert(answers[1]), "nobody learns who works elsewhere"
    assert (await boss.post("/me/delegations", lent)).status_code == 303
    assert may_review(services, clock)
    assert "收回" in (await boss.get("/me")).text
    assert "收回" not in (await clerk.get("/me")).text
    for number in ("99", "0", "x", "9" * 30):
        assert (await boss.post("/me/delegations/end", {"delegation": number})).status_code == 400
    assert (await boss.post("/me/delegations/end", {"delegation": "1"})).status_code == 303
    assert not may_review(services, clock)


def alert(answer: httpx.Response) -> str:
    found = re.search(r'role="alert">([^<]+)<', answer.text)
    assert found
    return found[1]


def may_review(services: Services, clock: FixedClock) -> bool:
    with reading(services.engine) as connection:
        li = actor_of(connection, by_login(connection, "li.editor"), clock.today())
    return li.may(Permission.REVIEW, "ybj")


async def test_a_character_that_is_no_text_is_refused(signed_in: Enter, browser: Callable[[], Clerk]) -> None:
    admin = await signed_in("admin")
    for answer in (
        await browser().post("/sign-in", {"login": "a\0b", "password": "x"}),
        await admin.get("/accounts?q=%00"),
        await admin.get("/audit?actor=%00"),
        await admin.get("/accounts/%00"),
        await admin.post("/accounts", NEW | {"name": "a\0"}),
    ):
        assert answer.status_code == 400, answer.url
