"""`weizheng keys`: the secrets between the processes, listed by age and replaced; no value is ever shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from apps.cli.installation import ensure_home
from apps.cli.leftovers import is_supervised
from core.errors import BadInput
from core.keys import COOKIE_SECRET, KEY_NAMES, KeyFile, list_keys, rotate_key
from core.settings import Settings, load_settings

group = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The secrets between the processes: list, rotate."
)
_USED_BY = {
    "service_token": "portal, knowledge, actions, rasa",
    COOKIE_SECRET: "portal",
    "redis_password": "redis, portal, rasa",
    "rasa_token": "portal, rasa",
}


@group.command("list")
def list_them(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Every key, when it was made and which processes use it; never its value.

    Example: weizheng keys list
    """
    settings = load_settings()
    ensure_home(settings)
    keys = list_keys(settings.home)
    if as_json:
        typer.echo(json.dumps({"keys": [_as_json(key) for key in keys]}, ensure_ascii=False, indent=2))
    else:
        _print_keys(keys, Console())


@group.command("rotate")
def rotate(
    names: Annotated[
        list[str] | None, typer.Argument(help="Keys to replace.", metavar="NAME", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Replace every key.")] = False,
) -> None:
    """Replace keys. Citizens stay who they are; the processes take the new keys when they start again.

    Example: weizheng keys rotate cookie_secret
    """
    settings = load_settings()
    rotate_keys(settings, _chosen(names or [], everything), Console())


def rotate_keys(settings: Settings, names: Sequence[str], console: Console) -> None:
    """Replace these keys and say what has to be started again."""
    ensure_home(settings)
    for name in names:
        rotate_key(settings.home, name)
        console.print(f"  {name}: new key; used by {_USED_BY[name]}. 已更换。", soft_wrap=True)
    if COOKIE_SECRET in names:
        console.print(
            "  Citizens' cookies stay good: the last secret is still read until the next rotation."
            " 市民的会话不受影响。",
            soft_wrap=True,
        )
    if "redis_password" in names and settings.redis_url:
        console.print(
            "  REDIS_URL is set: the password of that Redis is not changed. 外部 Redis 的密码未更换。"
        )
    if is_supervised(settings.run_dir):
        console.print(
            "  [bold]Now stop `weizheng up` and start it again[/]: running processes keep the old keys, and"
            " one that restarts alone would not be let in by the others. 请立即重启。",
            soft_wrap=True,
        )
    else:
        console.print("  In force at the next `weizheng up`; containers: restart all. 下次启动时生效。")


def _chosen(names: Sequence[str], everything: bool) -> Sequence[str]:
    unknown = [name for name in names if name not in KEY_NAMES]
    if unknown or bool(names) == everything:
        what = f"no key {unknown[0]!r}" if unknown else "name the keys to replace, or give --all"
        raise BadInput(f"{what}; there are: {', '.join(KEY_NAMES)}. 请指定要更换的密钥。")
    return KEY_NAMES if everything else list(dict.fromkeys(names))


def _as_json(key: KeyFile) -> dict[str, object]:
    return {
        "name": key.name,
        "made": key.made.isoformat(timespec="seconds"),
        "age_days": _age_days(key),
        "previous_still_read": key.previous,
        "used_by": _USED_BY[key.name].split(", "),
    }


def _age_days(key: KeyFile) -> int:
    return (datetime.now(UTC) - key.made).days


def _print_keys(keys: Sequence[KeyFile], console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("密钥 key", "生成 made", "天 days", "使用 used by", ""):
        table.add_column(heading)
    for key in keys:
        note = "the last one is still read 上一个仍可验证" if key.previous else ""
        made = f"{key.made:%Y-%m-%d %H:%M} UTC"
        table.add_row(key.name, made, str(_age_days(key)), _USED_BY[key.name], note)
    console.print(table)
