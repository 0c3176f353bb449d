"""Keys are made once, are long, and are their owner's only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import BadInput
from core.keys import KEY_NAMES, ensure_keys


def test_keys_are_made_once_and_differ_from_each_other(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    assert ensure_keys(tmp_path) == keys
    values = {getattr(keys, name) for name in KEY_NAMES}
    assert len(values) == len(KEY_NAMES)
    assert all(len(value) >= 32 for value in values)


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    assert ensure_keys(tmp_path / "one") != ensure_keys(tmp_path / "two")


def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    folder = tmp_path / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_processes_that_start_together_get_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = set(pool.map(ensure_keys, [tmp_path] * 32))
    assert len(made) == 1
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == sorted(KEY_NAMES)


def test_a_deleted_key_is_made_anew_and_the_others_stay(tmp_path: Path) -> None:
    before = ensure_keys(tmp_path)
    (tmp_path / "keys" / "rasa_token").unlink()
    after = ensure_keys(tmp_path)
    assert after.rasa_token != before.rasa_token
    assert after.cookie_secret == before.cookie_secret


@pytest.mark.parametrize("content", ["", "short\n"])
def test_a_key_that_is_no_secret_is_refused(tmp_path: Path, content: str) -> None:
    ensure_keys(tmp_path)
    (tmp_path / "keys" / "service_token").write_text(content)
    with pytest.raises(BadInput, match="service_token"):
        ensure_keys(tmp_path)


def test_keys_are_not_printed(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    assert not [name for name in KEY_NAMES if getattr(keys, name) in repr(keys)]
