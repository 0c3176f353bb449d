"""The secrets between our processes: files that only their owner may read, made once."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, fields
from pathlib import Path

from core.errors import BadInput

FOLDER_MODE = 0o700
FILE_MODE = 0o600
MIN_LENGTH = 16


@dataclass(frozen=True)
class Keys:
    """Secrets of one installation; none of them is shown when the object is printed.

    Attributes:
        service_token: Bearer token between our own services.
        cookie_secret: Signs the citizens' cookies.
        redis_password: Password of the embedded Redis.
        rasa_token: Token of Rasa's HTTP interface.
    """

    service_token: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    redis_password: str = field(repr=False)
    rasa_token: str = field(repr=False)


KEY_NAMES = tuple(item.name for item in fields(Keys))


def ensure_keys(home: Path) -> Keys:
    """Read `{home}/keys`, making what is missing; processes that start together get the same keys.

    Raises:
        BadInput: A key file is empty or too short to be a secret.
    """
    folder = home / "keys"
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return Keys(**{name: _ensure_key(folder / name) for name in KEY_NAMES})


def _ensure_key(path: Path) -> str:
    if not path.exists():
        _create(path)
    value = path.read_text(encoding="ascii").strip()
    if len(value) < MIN_LENGTH:
        raise BadInput(f"{path} holds no usable key: delete it, and a new one is made")
    return value


def _create(path: Path) -> None:
    """Write a new key beside its place and link it there: whoever comes second keeps the first's."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if not path.exists():
            _link(draft, path)
    finally:
        draft.unlink()


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
