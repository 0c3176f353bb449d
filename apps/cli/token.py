"""`weizheng token`: tokens of the agencies' programs, for whoever has a shell on the machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.operating import opened, run_as_operator
from core.settings import load_settings

if TYPE_CHECKING:
    from staff.tokens import Token

group = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Tokens of the agencies' programs: create, list, revoke.",
)
Name = Annotated[str, typer.Argument(help="Name of the token.", show_default=False)]


@group.command("create")
def create(
    name: Name,
    agency: Annotated[str, typer.Option(help="External id of the agency.", show_default=False)],
    role: Annotated[list[str], typer.Option(help="editor or reviewer; may be repeated.", show_default=False)],
    expires: Annotated[str, typer.Option(help="Last day, as in 2027-01-31.", show_default=False)],
) -> None:
    """Create a token; it is printed once and kept nowhere.

    Example: weizheng token create ybj-cms --agency ybj --role editor --expires 2027-01-31
    """
    typer.echo(_run("token.create", {"name": name, "agency": agency, "roles": role, "expires": expires}))


@group.command("list")
def list_them(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Every token, without itself.

    Example: weizheng token list --json
    """
    from core.database.engine import reading
    from staff.tokens import listed_tokens

    with opened() as engine, reading(engine) as connection:
        found, _ = listed_tokens(connection, limit=sys.maxsize >> 1)
    told = [_told(one) for one in found]
    if as_json:
        typer.echo(json.dumps({"tokens": told}, ensure_ascii=False, indent=2))
        return
    for one in told:
        typer.echo("  ".join(f"{name}={value}" for name, value in one.items()))


@group.command("revoke")
def revoke(name: Name) -> None:
    """Revoke a token: it lets nobody in any more, from this moment on.

    Example: weizheng token revoke ybj-cms
    """
    _run("token.revoke", {"name": name})
    typer.echo(f"revoked {name}. 令牌已吊销。")


def _run(command: str, given: Mapping[str, Any]) -> Any:
    from staff.token_commands import TokenCommands

    commands = TokenCommands(two_persons=load_settings().two_person_rule).commands
    with opened() as engine:
        return run_as_operator(engine, commands, command, given)


def _told(one: Token) -> dict[str, Any]:
    return {
        "name": one.name,
        "agency": one.agency,
        "roles": ",".join(sorted(one.roles)),
        "expires": one.expires.isoformat(),
        "last_used": one.last_used.isoformat() if one.last_used else None,
        "revoked": one.revoked is not None,
    }
