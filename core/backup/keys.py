"""The keys of an installation in a backup: always sealed, put back file by file."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from core.backup.sealing import seal, unseal
from core.errors import BadInput
from core.keys import FOLDER_MODE, keys_folder, write_key

_NAME: Final = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,63}")
_MOST_BYTES: Final = 4096


def has_keys(home: Path) -> bool:
    """Whether the installation has a key already."""
    return bool(_read(home))


def sealed_keys(home: Path, passphrase: str) -> bytes:
    """All keys, sealed."""
    return seal(json.dumps(_read(home)).encode(), passphrase)


def _read(home: Path) -> dict[str, str]:
    files = sorted(keys_folder(home).glob("*"))
    return {
        path.name: path.read_text(encoding="ascii").strip()
        for path in files
        if path.is_file() and _NAME.fullmatch(path.name) and path.stat().st_size <= _MOST_BYTES
    }


def opened_keys(sealed: bytes, passphrase: str) -> dict[str, str]:
    """The keys again, by their names.

    Raises:
        BadInput: The passphrase is another one, or these are no keys.
    """
    keys: dict[str, str] = json.loads(unseal(sealed, passphrase))
    good = isinstance(keys, dict) and all(
        _NAME.fullmatch(name) and isinstance(key, str) and len(key) <= _MOST_BYTES
        for name, key in keys.items()
    )
    if not good:
        raise BadInput("the sealed keys in the backup cannot be read. 备份中的密钥无法读取。")
    return keys


def put_keys(home: Path, keys: dict[str, str]) -> None:
    """Writes the keys, each whole or not at all; others of the installation stay."""
    folder = keys_folder(home)
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    for name, key in keys.items():
        write_key(folder / name, key.strip())
