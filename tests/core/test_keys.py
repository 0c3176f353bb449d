"""Keys are made once, are long, and are their owner's only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import BadInput
from core.keys import KEY_NAMES, ensure_keys, list_keys, rotate_key


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


def test_a_rotated_key_is_new_and_the_others_stay(tmp_path: Path) -> None:
    before = ensure_keys(tmp_path)
    rotate_key(tmp_path, "service_token")
    after = ensure_keys(tmp_path)
    assert after.service_token != before.service_token
    assert len(after.service_token) >= 32
    assert (after.cookie_secret, after.rasa_token) == (before.cookie_secret, before.rasa_token)


def test_the_last_cookie_secret_is_kept_until_the_next_rotation(tmp_path: Path) -> None:
    values = [ensure_keys(tmp_path).cookie_secret]
    assert ensure_keys(tmp_path).previous_cookie_secret == ""
    for _ in range(2):
        rotate_key(tmp_path, "cookie_secret")
        keys = ensure_keys(tmp_path)
        assert keys.previous_cookie_secret == values[-1]
        values.append(keys.cookie_secret)
    assert len(set(values)) == 3


def test_a_rotated_key_is_its_owner_s_only_and_leaves_no_draft(tmp_path: Path) -> None:
    for name in KEY_NAMES:
        rotate_key(tmp_path, name)
    paths = sorted((tmp_path / "keys").iterdir())
    assert [path.name for path in paths] == sorted(
        [*KEY_NAMES, "cookie_secret.previous", "second_factor_key.previous"]
    )
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}


@pytest.mark.parametrize("name", ["", "../weizheng.db", "cookie_secret.previous"])
def test_only_keys_can_be_rotated(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        rotate_key(tmp_path, name)


def test_a_list_of_keys_holds_no_value(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path)
    rotate_key(tmp_path, "cookie_secret")
    listed = list_keys(tmp_path)
    assert [(one.name, one.previous) for one in listed] == [
        (name, name == "cookie_secret") for name in KEY_NAMES
    ]
    assert not [value for name in KEY_NAMES if (value := getattr(keys, name)) in repr(listed)]
