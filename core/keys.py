"""The secrets between our processes: files that only their owner may read, made once."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
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
        second_factor_key: Seals what staff's second factors are made of.
        previous_cookie_secret: Signed the cookies before the last rotation, and still reads them; or empty.
        previous_second_factor_key: The same for the second factors.
    """

    service_token: str = field(repr=False)
    cookie_secret: str = field(repr=False)
    redis_password: str = field(repr=False)
    rasa_token: str = field(repr=False)
    second_factor_key: str = field(repr=False)
    previous_cookie_secret: str = field(default="", repr=False)
    previous_second_factor_key: str = field(default="", repr=False)


KEY_NAMES = ("service_token", "cookie_secret", "redis_password", "rasa_token", "second_factor_key")
COOKIE_SECRET = "cookie_secret"  # noqa: S105 - its name
SECOND_FACTOR_KEY = "second_factor_key"
# What they made outlives them: the one before is kept for reading.
_KEPT = (COOKIE_SECRET, SECOND_FACTOR_KEY)
PREVIOUS = ".previous"


@dataclass(frozen=True)
class KeyFile:
    """A key as it may be shown: `previous` tells that what was before it is still accepted."""

    name: str
    made: datetime
    previous: bool


def ensure_keys(home: Path) -> Keys:
    """Read `{home}/keys`, making what is missing; processes that start together get the same keys.

    Raises:
        BadInput: A key file is empty or too short to be a secret.
    """
    folder = keys_folder(home)
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return Keys(
        **{name: _ensure_key(folder / name) for name in KEY_NAMES},
        **{f"previous_{name}": _previous(folder / (name + PREVIOUS)) for name in _KEPT},
    )


def keys_folder(home: Path) -> Path:
    """Where an installation's keys are."""
    return home / "keys"


def list_keys(home: Path) -> list[KeyFile]:
    """The keys that exist and when each was made; no value."""
    folder = keys_folder(home)
    paths = [path for name in KEY_NAMES if (path := folder / name).exists()]
    return [
        KeyFile(
            path.name,
            datetime.fromtimestamp(path.stat().st_mtime, UTC),
            (folder / (path.name + PREVIOUS)).exists(),
        )
        for path in paths
    ]


def rotate_key(home: Path, name: str) -> None:
    """Puts a new key in the place of one; one that may be needed for reading is kept until the next time.

    Raises:
        BadInput: There is no such key.
    """
    if name not in KEY_NAMES:
        raise BadInput(f"no key {name!r}; there are: {', '.join(KEY_NAMES)}. 没有这个密钥。")
    ensure_keys(home)
    path = keys_folder(home) / name
    if name in _KEPT:
        write_key(path.with_name(name + PREVIOUS), _read(path))
    write_key(path, _new_key())


def _previous(path: Path) -> str:
    return _read(path) if path.exists() else ""


def _ensure_key(path: Path) -> str:
    if not path.exists():
        _create(path)
    return _read(path)


def _read(path: Path) -> str:
    value = path.read_text(encoding="ascii").strip()
    if len(value) < MIN_LENGTH:
        raise BadInput(f"{path} holds no usable key: delete it, and a new one is made")
    return value


def _new_key() -> str:
    return secrets.token_urlsafe(32)


def _create(path: Path) -> None:
    """Write a new key beside its place and link it there: whoever comes second keeps the first's."""
    draft = _draft(path, _new_key())
    try:
        if not path.exists():
            _link(draft, path)
    finally:
        draft.unlink()


def write_key(path: Path, value: str) -> None:
    """Puts a key there: who reads meanwhile, or after a crash, finds the old one or the new one, whole."""
    draft = _draft(path, value)
    try:
        draft.replace(path)
    except OSError:
        draft.unlink()
        raise


def _draft(path: Path, value: str) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    return draft


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
