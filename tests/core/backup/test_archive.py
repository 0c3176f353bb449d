"""The file: whole or not there, private, and read without trusting it."""

from __future__ import annotations

import io
import json
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.backup import archive
from core.backup.manifest import DATABASE, KEYS, MANIFEST, MODELS
from core.errors import BadInput

Pack = Callable[..., Path]
PARTS = {DATABASE: b"rows" * 1000, MODELS[0]: b"model"}


def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


def rewritten(path: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> Path:
    """The same archive with other members."""
    with tarfile.open(path) as tar:
        members = [(entry, (tar.extractfile(entry) or io.BytesIO()).read()) for entry in tar.getmembers()]
    change(members)
    changed = path.with_name(f"changed-{path.name}")
    with tarfile.open(changed, "w") as tar:
        for entry, content in members:
            entry.size = len(content) if entry.isreg() else 0
            tar.addfile(entry, io.BytesIO(content))
    return changed


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, link
    return entry


def test_what_was_packed_is_unpacked(pack: Pack, scratch: Path) -> None:
    found = archive.unpack(pack(PARTS), scratch, silent)
    assert found.database.read_bytes() == PARTS[DATABASE]
    assert found.small == {MODELS[0]: b"model"}
    assert stat.S_IMODE(found.database.stat().st_mode) == 0o600


def test_it_is_its_owner_s_only_and_the_manifest_comes_first(pack: Pack) -> None:
    path = pack(PARTS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with tarfile.open(path) as tar:
        assert tar.getnames() == [MANIFEST, *PARTS]


def test_a_file_that_is_there_is_not_written_over(pack: Pack, tmp_path: Path) -> None:
    path = pack(PARTS)
    manifest = archive.read_manifest(path)
    (tmp_path / "mine.tar").write_text("mine")
    with pytest.raises(BadInput, match=r"mine\.tar exists already"):
        archive.write(tmp_path / "mine.tar", manifest, PARTS, silent)
    assert (tmp_path / "mine.tar").read_text() == "mine"
    assert list(tmp_path.glob(".*.partial")) == []


def test_an_error_on_the_way_leaves_no_file(pack: Pack, tmp_path: Path) -> None:
    manifest = archive.read_manifest(pack(PARTS))

    def full(done: int, total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        archive.write(tmp_path / "new.tar", manifest, PARTS, full)
    assert sorted(path.name for path in tmp_path.glob("*new.tar*")) == []


@pytest.mark.parametrize("kept", [100, 1500, 4000, 6000])
def test_a_backup_that_is_cut_off_is_refused(pack: Pack, scratch: Path, kept: int) -> None:
    path = pack(PARTS)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BadInput):
        archive.unpack(path, scratch, silent)


def test_a_backup_that_ends_between_two_members_is_refused(pack: Pack, scratch: Path) -> None:
    changed = rewritten(pack(PARTS), lambda members: members.__delitem__(-1))
    with pytest.raises(BadInput, match=rf"{MODELS[0]} missing"):
        archive.unpack(changed, scratch, silent)


def test_one_flipped_bit_is_noticed(pack: Pack, scratch: Path) -> None:
    path = pack(PARTS)
    content = bytearray(path.read_bytes())
    content[content.index(b"rowsrows") + 5] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadInput, match=f"{DATABASE} in it is damaged"):
        archive.unpack(path, scratch, silent)


@pytest.mark.parametrize(
    "entry",
    [
        member("../../etc/passwd"),
        member("/etc/cron.d/x"),
        member("other.txt"),
        member(KEYS, tarfile.SYMTYPE, "/etc/passwd"),
        member(MODELS[0], tarfile.LNKTYPE, DATABASE),
        member(DATABASE, tarfile.DIRTYPE),
    ],
    ids=lambda entry: f"{entry.name} {entry.type!r}",
)
def test_no_member_but_those_of_a_backup_is_touched(
    pack: Pack, scratch: Path, entry: tarfile.TarInfo
) -> None:
    changed = rewritten(pack(PARTS), lambda members: members.append((entry, b"")))
    with pytest.raises(BadInput, match="not what its manifest says"):
        archive.unpack(changed, scratch, silent)
    assert [path.name for path in scratch.iterdir()] == [DATABASE]


def test_a_member_that_comes_twice_is_refused(pack: Pack, scratch: Path) -> None:
    changed = rewritten(pack(PARTS), lambda members: members.append(members[1]))
    with pytest.raises(BadInput, match="not what its manifest says"):
        archive.unpack(changed, scratch, silent)


def _with(text: bytes) -> Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]:
    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        members[0] = (members[0][0], text)

    return change


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b'{"format": 0}', b'{"format": 1}'])
def test_a_manifest_that_is_none_is_refused(pack: Pack, text: bytes) -> None:
    with pytest.raises(BadInput, match="清单"):
        archive.read_manifest(rewritten(pack(PARTS), _with(text)))


def test_a_newer_format_is_said_to_be_newer(pack: Pack) -> None:
    newer = json.dumps({"format": 2, "all": "else"}).encode()
    with pytest.raises(BadInput, match="newer"):
        archive.read_manifest(rewritten(pack(PARTS), _with(newer)))


def test_a_manifest_cannot_name_parts_that_do_not_exist(pack: Pack) -> None:
    with pytest.raises(BadInput, match="other parts"):
        archive.read_manifest(pack({**PARTS, "../x": b""}))


@pytest.mark.parametrize("content", [b"", b"no tar", b"\x1f\x8b" + b"0" * 600, b"\0" * 10240])
def test_any_other_file_is_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadInput):
        archive.read_manifest(tmp_path / "file")


@pytest.mark.parametrize("name", ["nowhere.tar", "."])
def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="no such file"):
        archive.read_manifest(tmp_path / name)


def test_progress_ends_at_the_total(pack: Pack, scratch: Path) -> None:
    told: list[Any] = []
    archive.unpack(pack(PARTS), scratch, lambda done, total: told.append((done, total)))
    assert told[-1] == (4005, 4005)
