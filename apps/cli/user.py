"""`weizheng user`: accounts of staff, for whoever has a shell on the machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from apps.cli.operating import opened, run_as_operator

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from staff.accounts import Account

group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Accounts of staff: add, list, switch off, password, second factor.",
)
Login = Annotated[str, typer.Argument(help="Name to sign in with.", show_default=False)]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the standard input.")
]


@group.command("add")
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="The person's name.", show_default=False)],
    role: Annotated[
        list[str],
        typer.Option(help="editor, reviewer, analyst or administrator; may be repeated.", show_default=False),
    ],
    agency: Annotated[
        str | None, typer.Option(help="External id of the agency; none is all of them.", show_default=False)
    ] = None,
    password_stdin: FromStdin = False,
) -> None:
    """Add an account; the password is asked for.

    Example: weizheng user add wang --name 王芳 --role administrator
    """
    given = {"login": login, "name": name, "roles": role, "agency": agency}
    _run("account.add", given | {"password": _password(password_stdin)})
    typer.echo(f"added {login}. 已添加账号。")


@group.command("list")
def list_them(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Every account.

    Example: weizheng user list
    """
    from core.database.engine import reading
    from staff.accounts import listed

    with opened() as engine, reading(engine) as connection:
        accounts, _ = listed(connection, limit=sys.maxsize >> 1)
    if as_json:
        told = [_told(one) | {"second_factor": one.second_factor} for one in accounts]
        typer.echo(json.dumps({"accounts": told}, ensure_ascii=False, indent=2))
        return
    table = Table("login", "name", "agency", "roles", "active", "second factor", box=None)
    for one in accounts:
        own, roles = one.agency or "*", ", ".join(sorted(one.roles))
        table.add_row(one.login, one.name, own, roles, _yes(one.active), _yes(one.second_factor))
    Console().print(table)


@group.command("password")
def password(login: Login, password_stdin: FromStdin = False) -> None:
    """Give an account another password; its sessions end.

    Example: weizheng user password wang
    """
    _run("account.set_password", {"login": login, "password": _password(password_stdin)})
    typer.echo(f"changed the password of {login}. 密码已更换。")


@group.command("reset-second-factor")
def reset_second_factor(login: Login) -> None:
    """Take an account's second factor away, where telephone and recovery codes are lost; its sessions end.

    Example: weizheng user reset-second-factor wang
    """
    _run("account.reset_second_factor", {"login": login})
    typer.echo(f"{login} signs in with the password alone. 两步验证已重置。")


@group.command("disable")
def disable(login: Login) -> None:
    """Switch an account off; its sessions end at once. What it did stays in the audit log.

    Example: weizheng user disable wang
    """
    _switch(login, active=False)
    typer.echo(f"switched {login} off. 账号已停用。")


@group.command("enable")
def enable(login: Login) -> None:
    """Switch an account on again.

    Example: weizheng user enable wang
    """
    _switch(login, active=True)
    typer.echo(f"switched {login} on. 账号已启用。")


def _switch(login: str, *, active: bool) -> None:
    from core.database.engine import reading
    from staff.accounts import by_login

    with opened() as engine:
        with reading(engine) as connection:
            told = _told(by_login(connection, login))
        _run_in(engine, "account.change", told | {"active": active})


def _run(command: str, given: Mapping[str, Any]) -> None:
    with opened() as engine:
        _run_in(engine, command, given)


def _run_in(engine: Engine, command: str, given: Mapping[str, Any]) -> None:
    from staff.account_commands import ACCOUNT_COMMANDS
    from staff.second_factor.commands import RESET

    run_as_operator(engine, (*ACCOUNT_COMMANDS, RESET), command, given)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password 密码", hide_input=True, confirmation_prompt=True))


def _told(one: Account) -> dict[str, Any]:
    return {
        "login": one.login,
        "name": one.name,
        "agency": one.agency,
        "roles": sorted(one.roles),
        "active": one.active,
    }


def _yes(value: bool) -> str:
    return "✓" if value else "–"
