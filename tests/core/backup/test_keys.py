"""Keys in a backup: nobody reads them without the passphrase."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from core.backup.keys import has_keys, opened_keys, put_keys, sealed_keys
from core.backup.sealing import check_passphrase, seal, unseal
from core.errors import BadInput
from core.keys import ensure_keys

PASSPHRASE = "correct horse battery 口令"


def test_keys_come_back_with_the_passphrase_only(tmp_path: Path) -> None:
    keys = ensure_keys(tmp_path / "one")
    sealed = sealed_keys(tmp_path / "one", PASSPHRASE)
    assert keys.cookie_secret.encode() not in sealed
    assert not has_keys(tmp_path / "two")
    put_keys(tmp_path / "two", opened_keys(sealed, PASSPHRASE))
    assert ensure_keys(tmp_path / "two") == keys
    assert has_keys(tmp_path / "two")
    with pytest.raises(BadInput, match="passphrase"):
        opened_keys(sealed, PASSPHRASE + "x")


def test_restored_keys_are_their_owner_s_only(tmp_path: Path) -> None:
    put_keys(tmp_path, {"cookie_secret": "x" * 43})
    (file,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_half_written_drafts_and_foreign_files_are_no_keys(tmp_path: Path) -> None:
    put_keys(tmp_path, {"cookie_secret": "x" * 43})
    (tmp_path / "keys" / ".draft").write_text("y" * 43)
    (tmp_path / "keys" / "Big File").write_text("y" * 43)
    assert opened_keys(sealed_keys(tmp_path, PASSPHRASE), PASSPHRASE) == {"cookie_secret": "x" * 43}


def test_a_changed_text_is_not_opened() -> None:
    sealed = json.loads(seal(b"secret", PASSPHRASE))
    sealed["text"] = "A" + sealed["text"][1:] if sealed["text"][0] != "A" else "B" + sealed["text"][1:]
    with pytest.raises(BadInput, match="passphrase"):
        unseal(json.dumps(sealed).encode(), PASSPHRASE)


def test_the_same_text_is_sealed_otherwise_each_time() -> None:
    assert seal(b"secret", PASSPHRASE) != seal(b"secret", PASSPHRASE)


@pytest.mark.parametrize("cost", [{"n": 2**30}, {"r": 10_000}, {"p": 999}, {"kdf": "none"}, {"salt": "?"}])
def test_no_file_makes_us_work_for_hours(cost: dict[str, object]) -> None:
    sealed = json.loads(seal(b"secret", PASSPHRASE)) | cost
    with pytest.raises(BadInput, match="cannot be read"):
        unseal(json.dumps(sealed).encode(), PASSPHRASE)


@pytest.mark.parametrize("keys", [{"../x": "y"}, {"x": 1}, {"x": "y" * 5000}, ["x"]])
def test_no_key_is_put_outside_its_folder(keys: object) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        opened_keys(seal(json.dumps(keys).encode(), PASSPHRASE), PASSPHRASE)


def test_a_passphrase_that_is_soon_guessed_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 12"):
        check_passphrase("short")
