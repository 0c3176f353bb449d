"""Tokens of programs: who may create and revoke them, what they may, and that a key runs a command once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from core.clock import FixedClock
from core.commands import Denied, Permission
from core.database.engine import reading
from core.errors import BadInput, NotFound
from knowledge_base.editing.commands import Editing
from staff.actors import TOKEN_PERMISSIONS, AccountActor, Operator, TokenActor
from staff.once import KeyReused, Once
from staff.roles import GRANTS, Rights, Role
from staff.runner import CommandRunner
from staff.tables import audit_entry
from staff.token_commands import TokenCommands
from staff.token_tables import kept_answer
from staff.tokens import Tokens, digest_of, listed_tokens
from tests.cells import Cells
from tests.staff.conftest import ACCOUNTS

Finder = Callable[[str], AccountActor]
Rows = Callable[[], dict[str, list[Any]]]
CMS = {"name": "cms", "agency": "ybj", "roles": ["editor"], "expires": "2026-06-30"}
CARD = {"kind": "document", "external_id": "card"}
# An hour after the clock of these tests.
LATER = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
CONTENT = {"title": "医保卡补办办法", "text": "工本费二十元。", "agency": "示例市医保局"}
SAVE = {**CARD, "base": 0, "content": CONTENT}


def create(runner: CommandRunner, **given: Any) -> str:
    return str(runner.run(Operator(), "token.create", {**CMS, **given}))


@pytest.fixture
def tokens(engine: Engine, runner: CommandRunner, clock: FixedClock) -> Tokens:
    return Tokens(engine, clock)


def acting(tokens: Tokens, secret: str) -> TokenActor:
    token = tokens.find(secret)
    assert token is not None
    return token.actor


def test_a_token_is_shown_once_and_kept_as_a_digest(
    runner: CommandRunner, tokens: Tokens, rows: Rows, engine: Engine
) -> None:
    secret = create(runner)
    assert len(secret) >= 43
    assert secret not in str(rows())
    assert digest_of(secret) in str(rows()["agency_token"])
    assert create(runner, name="other") != secret
    found = tokens.find(secret)
    assert found is not None
    assert (found.name, found.agency, sorted(found.roles)) == ("cms", "ybj", ["editor"])
    with reading(engine) as connection:
        last = connection.execute(select(audit_entry).order_by(audit_entry.c.number.desc())).first()
    assert last is not None
    assert (last.command, last.subject_id, last.agency) == ("token.create", "other", "ybj")


def test_guesses_find_nothing(runner: CommandRunner, tokens: Tokens) -> None:
    secret = create(runner)
    for guess in (
        "",
        "wz_",
        secret[:-1],
        secret + "x",
        secret.upper(),
        digest_of(secret),
        "' OR 1=1 --",
        "令牌",
    ):
        assert tokens.find(guess) is None


def test_the_last_day_counts_and_the_next_does_not(
    runner: CommandRunner, tokens: Tokens, clock: FixedClock
) -> None:
    secret = create(runner, expires="2026-03-03")
    actor = acting(tokens, secret)
    clock.move_to(clock.now() + timedelta(days=1, hours=13))
    assert clock.today() == date(2026, 3, 3)
    assert tokens.find(secret) is not None
    clock.move_to(clock.now() + timedelta(hours=2))
    assert tokens.find(secret) is None
    with pytest.raises(Denied):
        runner.run(actor, "content.save", SAVE)


def test_a_revoked_token_ends_at_once_also_for_what_is_under_way(
    runner: CommandRunner, tokens: Tokens, rows: Rows
) -> None:
    secret = create(runner)
    actor = acting(tokens, secret)
    runner.run(Operator(), "token.revoke", {"name": "cms"})
    before = rows()
    assert tokens.find(secret) is None
    with pytest.raises(Denied):
        runner.run(actor, "content.save", SAVE, Once(actor.token_id, "k", "d"))
    for name, error in (("cms", BadInput), ("nobody", NotFound)):
        with pytest.raises(error):
            runner.run(Operator(), "token.revoke", {"name": name})
    with pytest.raises(BadInput):
        create(runner)
    assert rows() == before, "and its name stays taken"


def test_use_is_noted_by_the_day(
    runner: CommandRunner, tokens: Tokens, engine: Engine, clock: FixedClock, rows: Rows
) -> None:
    secret = create(runner)
    tokens.find(secret)
    noted = rows()
    clock.move_to(clock.now() + timedelta(hours=3))
    tokens.find(secret)
    assert rows() == noted
    with reading(engine) as connection:
        assert listed_tokens(connection)[0][0].last_used == date(2026, 3, 2)


@pytest.mark.parametrize(
    "given",
    [
        {"name": "CMS"}, {"name": "c"}, {"name": "a:b"}, {"agency": "nowhere"}, {"agency": None},
        {"roles": []},
        {"roles": ["administrator"]}, {"roles": ["analyst", "editor"]}, {"roles": ["editor", "reviewer"]},
        {"expires": "2026-02-28"}, {"expires": "2027-04-01"}, {"expires": "soon"},
    ],
)  # fmt: skip
def test_a_token_that_may_not_be_changes_nothing(
    given: dict[str, Any], runner: CommandRunner, rows: Rows
) -> None:
    before = rows()
    with pytest.raises(BadInput):
        create(runner, **given)
    assert rows() == before


def test_no_token_publishes_what_it_wrote_even_where_one_was_both(
    runner: CommandRunner, tokens: Tokens, engine: Engine, clock: FixedClock, rows: Rows
) -> None:
    loose = CommandRunner(engine, clock, TokenCommands(two_persons=False).commands)
    secret = loose.run(Operator(), "token.create", {**CMS, "roles": ["editor", "reviewer"]})
    actor = acting(tokens, secret)
    mark = runner.run(actor, "content.save", SAVE)
    runner.run(actor, "content.submit", {**CARD, "mark": mark})
    before = rows()
    with pytest.raises(Denied):
        runner.run(actor, "content.publish", {**CARD, "mark": mark})
    assert rows() == before


def test_what_a_program_does_is_under_its_name(runner: CommandRunner, tokens: Tokens, engine: Engine) -> None:
    editor, reviewer = create(runner), create(runner, name="review", roles=["reviewer"])
    mark = runner.run(acting(tokens, editor), "content.save", SAVE)
    runner.run(acting(tokens, editor), "content.submit", {**CARD, "mark": mark})
    runner.run(acting(tokens, reviewer), "content.publish", {**CARD, "mark": mark})
    with reading(engine) as connection:
        told = connection.execute(select(audit_entry).order_by(audit_entry.c.number.desc()).limit(3)).all()
    assert [(row.command, row.actor) for row in told] == [
        ("content.publish", "token:review"), ("content.submit", "token:cms"), ("content.save", "token:cms"),
    ]  # fmt: skip


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER])
@pytest.mark.parametrize("agency", ["ybj", "gjj", None])
def test_a_program_may_work_on_contents_of_its_agency_and_nothing_else(
    role: Role, agency: str | None
) -> None:
    actor = TokenActor(1, "token:cms", Rights(frozenset({role}), "ybj"))
    for permission in Permission:
        may = agency == "ybj" and permission in GRANTS[role] & TOKEN_PERMISSIONS
        assert actor.may(permission, agency) == may
    assert (
        not {Permission.MANAGE_STAFF, Permission.SWITCH, Permission.OWN_ACCOUNT, Permission.WORDS}
        & TOKEN_PERMISSIONS
    )


@pytest.mark.parametrize("owner", ["ybj", "gjj"])
@pytest.mark.parametrize("command", Editing().commands, ids=lambda command: command.name)
def test_every_content_command_as_a_program(
    command: Any,
    owner: str,
    runner: CommandRunner,
    tokens: Tokens,
    actor: Finder,
    engine: Engine,
    rows: Rows,
    clock: FixedClock,
) -> None:
    given = prepared(runner, command.name, owner, actor)
    if command.name == "content.publish_due":
        clock.move_to(LATER)
    acts = {role: acting(tokens, create(runner, name=role, roles=[role])) for role in ("editor", "reviewer")}
    cells = Cells(engine, rows)
    for role, token in acts.items():
        may = command.permission in GRANTS[Role(role)] and owner == "ybj"
        cells.tries(may, partial(runner.run, token, command.name, given), role)


def prepared(runner: CommandRunner, name: str, owner: str, actor: Finder) -> dict[str, Any]:
    """Brings the document to where the command applies; what the command is given."""
    content = {**CONTENT, "agency": {"ybj": "示例市医保局", "gjj": "示例市公积金中心"}[owner]}
    asked = {"agency": owner, "question": "补卡要钱吗"}
    if name.startswith("question."):
        held = {"id": runner.run(actor("city.editor"), "question.save", asked)}
        return held if name == "question.delete" else {**asked, "words": "免收"}
    if name in ("content.save", "content.bring"):
        return {**SAVE, "content": content} if name == "content.save" else {**CARD, "content": content}
    mark = runner.run(actor("city.editor"), "content.save", {**SAVE, "content": content})
    seen = {**CARD, "mark": mark}
    if name in ("content.submit", "content.discard", "content.examine"):
        return seen
    runner.run(actor("city.editor"), "content.submit", seen)
    if name in ("content.publish", "content.reject"):
        return {**seen, "comment": "改"} if name == "content.reject" else seen
    if name in ("content.schedule", "content.unschedule", "content.publish_due"):
        scheduled = {**seen, "at": LATER}
        if name == "content.schedule":
            return scheduled
        runner.run(actor("city.reviewer"), "content.schedule", scheduled)
        return seen
    runner.run(actor("city.reviewer"), "content.publish", seen)
    if name == "content.show_again":
        runner.run(actor("city.reviewer"), "content.withdraw", {**CARD, "version": 1, "reason": "试"})
    return {**CARD, "version": 1} | ({"reason": "废止"} if name == "content.withdraw" else {})


@pytest.mark.parametrize("agency", ["ybj", "gjj"])
@pytest.mark.parametrize("name", ["token.create", "token.revoke"])
def test_who_may_create_and_revoke(
    name: str, agency: str, runner: CommandRunner, actor: Finder, engine: Engine, rows: Rows
) -> None:
    given = {**CMS, "agency": agency}
    if name == "token.revoke":
        create(runner, agency=agency)
        given = {"name": "cms"}
    cells = Cells(engine, rows)
    for login in ACCOUNTS:
        may = login == "admin" or (login == "ybj.admin" and agency == "ybj")
        cells.tries(may, partial(runner.run, actor(login), name, given), login)


def entries(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(audit_entry)).scalar_one()


def test_under_one_key_a_command_runs_once(
    runner: CommandRunner, tokens: Tokens, engine: Engine, clock: FixedClock
) -> None:
    actor = acting(tokens, create(runner))
    once = Once(actor.token_id, "key", "digest")
    mark = runner.run(actor, "content.save", SAVE, once)
    held = entries(engine)
    assert runner.run(actor, "content.save", SAVE, once) == mark
    assert entries(engine) == held
    with pytest.raises(KeyReused):
        runner.run(actor, "content.save", SAVE, Once(actor.token_id, "key", "another"))
    clock.move_to(clock.now() + timedelta(hours=24))
    again = runner.run(actor, "content.save", {**SAVE, "mark": mark}, once)
    assert again != mark
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(kept_answer)).scalar_one() == 1


def test_a_key_is_its_tokens_own(runner: CommandRunner, tokens: Tokens) -> None:
    one, other = acting(tokens, create(runner)), acting(tokens, create(runner, name="other"))
    mark = runner.run(one, "content.save", SAVE, Once(one.token_id, "key", "d"))
    given = {**SAVE, "mark": mark}
    assert runner.run(other, "content.save", given, Once(other.token_id, "key", "d")) != mark


def test_what_was_refused_is_not_kept_under_its_key(
    runner: CommandRunner, tokens: Tokens, rows: Rows
) -> None:
    actor = acting(tokens, create(runner))
    once = Once(actor.token_id, "key", "d")
    before = rows()
    with pytest.raises(NotFound):
        runner.run(actor, "content.submit", {**CARD, "mark": "0" * 16}, once)
    assert rows() == before
    mark = runner.run(actor, "content.save", SAVE)
    runner.run(actor, "content.submit", {**CARD, "mark": mark}, Once(actor.token_id, "key", "other"))


def test_at_the_same_time_it_runs_once_too(runner: CommandRunner, tokens: Tokens, engine: Engine) -> None:
    actor = acting(tokens, create(runner))
    held = entries(engine)
    with ThreadPoolExecutor(8) as pool:
        once = Once(actor.token_id, "key", "d")
        marks = list(pool.map(lambda _: runner.run(actor, "content.save", SAVE, once), range(16)))
    assert len(set(marks)) == 1
    assert entries(engine) == held + 1
