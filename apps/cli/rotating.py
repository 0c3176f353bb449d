"""Lists an installation's secrets and replaces them; no value is ever shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, inspect

from apps.cli.installation import ensure_home, opened_database
from apps.cli.leftovers import is_supervised
from core.errors import BadInput
from core.keys import COOKIE_SECRET, KEY_NAMES, SECOND_FACTOR_KEY, KeyFile, ensure_keys, list_keys, rotate_key
from core.settings import Settings

_USED_BY = {
    "service_token": "portal, console, worker, knowledge, actions, rasa",
    COOKIE_SECRET: "portal, console",
    "redis_password": "redis, portal, rasa, console, worker",
    "rasa_token": "portal, rasa",
    SECOND_FACTOR_KEY: "console",
}


def keys_of(settings: Settings) -> list[KeyFile]:
    """The keys, which are made where there are none yet."""
    ensure_home(settings)
    return list_keys(settings.home)


def rotate_keys(settings: Settings, names: Sequence[str], console: Console) -> None:
    """Replace these keys and say what has to be started again."""
    ensure_home(settings)
    if SECOND_FACTOR_KEY in names:
        _rotate_second_factor_key(settings)
    for name in names:
        if name != SECOND_FACTOR_KEY:
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


def _rotate_second_factor_key(settings: Settings) -> None:
    """Seals again before and after: cut off at any point, one of the two kept keys opens each secret."""
    with opened_database(settings, older=True) as engine:
        _seal_again(engine, settings)
        rotate_key(settings.home, SECOND_FACTOR_KEY)
        _seal_again(engine, settings)


def _seal_again(engine: Engine, settings: Settings) -> None:
    from core.database.engine import writing
    from staff.second_factor.factors import seal_again
    from staff.second_factor.sealing import SecretBox
    from staff.second_factor.tables import second_factor

    if not inspect(engine).has_table(second_factor.name):
        return
    keys = ensure_keys(settings.home)
    box = SecretBox(keys.second_factor_key, keys.previous_second_factor_key)
    with writing(engine) as connection:
        seal_again(connection, box)


def chosen(names: Sequence[str], everything: bool) -> Sequence[str]:
    """The keys that a command names.

    Raises:
        BadInput: It names none, unknown ones, or some and all.
    """
    unknown = [name for name in names if name not in KEY_NAMES]
    if unknown or bool(names) == everything:
        what = f"no key {unknown[0]!r}" if unknown else "name the keys to replace, or give --all"
        raise BadInput(f"{what}; there are: {', '.join(KEY_NAMES)}. 请指定要更换的密钥。")
    return KEY_NAMES if everything else list(dict.fromkeys(names))


def as_json(key: KeyFile) -> dict[str, object]:
    """A key for programs."""
    return {
        "name": key.name,
        "made": key.made.isoformat(timespec="seconds"),
        "age_days": _age_days(key),
        "previous_still_read": key.previous,
        "used_by": _USED_BY[key.name].split(", "),
    }


def _age_days(key: KeyFile) -> int:
    return (datetime.now(UTC) - key.made).days


def print_keys(keys: Sequence[KeyFile], console: Console) -> None:
    """A table for people."""
    table = Table(box=None, pad_edge=False)
    for heading in ("密钥 key", "生成 made", "天", "使用 used by", ""):
        # A key is typed as it stands here; a list of processes may take two lines.
        table.add_column(heading, no_wrap=heading != "使用 used by")
    for key in keys:
        note = "+ previous" if key.previous else ""
        made = f"{key.made:%Y-%m-%d}"
        table.add_row(key.name, made, str(_age_days(key)), _USED_BY[key.name], note)
    console.print(table)
