"""A start from a saved index: what is found is what a start from nothing finds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from core.catalogue.models import Document
from core.catalogue.tables import document
from core.database.engine import writing
from knowledge_base.index.folders import IndexFolders
from knowledge_base.replica import Replica
from knowledge_base.search.engine import SearchEngine
from tests.knowledge_base.conftest import CARD, TODAY, WATER, City

GAS = Document(external_id="gas", title="燃气检修公告", text="燃气检修公告。西区燃气检修。")
QUESTIONS = ("停水通知", "租房提取公积金", "老年优待证", "燃气检修", "停电", "周五")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return tmp_path / "index"


def started(city: City, saved: Path | None = None) -> Replica:
    replica = city.replica(saved_under=saved)
    replica.sync()
    return replica


def seen(replica: Replica) -> dict[str, list[tuple[object, ...]]]:
    """Everything that searches tell, with scores and confidence."""
    found = {one: replica.engine.search(one, region=None, today=TODAY) for one in QUESTIONS}
    return {
        one: [
            *((owner.external_id, owner.signals, owner.confidence) for owner in result.owners),
            *((passage.passage_id, passage.text, passage.score) for passage in result.passages),
        ]
        for one, result in found.items()
    }


def cut_texts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The external ids of the records whose texts are cut into words from now on."""
    cut: list[str] = []
    exchange = SearchEngine._exchange

    def watched(self: SearchEngine, keys: object, owners: object) -> None:
        cut.extend(owner.external_id for owner in owners)  # type: ignore[attr-defined]
        exchange(self, keys, owners)  # type: ignore[arg-type]

    monkeypatch.setattr(SearchEngine, "_exchange", watched)
    return cut


def test_a_second_start_cuts_nothing_and_finds_the_same(
    city: City, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(city, saved).close()
    cut = cut_texts(monkeypatch)
    again = started(city, saved)
    assert cut == []
    assert seen(again) == seen(started(city))
    again.close()


CHANGES: dict[str, Callable[[City], object]] = {
    "a new record": lambda city: city.put(GAS),
    "another text": lambda city: city.put(replace(WATER, text="停电通知。东区周五停电。")),
    "another region": lambda city: city.put(replace(WATER, region="990101")),
    "another name": lambda city: city.put(replace(CARD, aliases=["敬老卡"])),
    "one withdrawn": lambda city: city.writes.withdraw("document", "water"),
    "one deleted": lambda city: city.writes.delete("document", "water"),
}


@pytest.mark.parametrize("change", list(CHANGES))
def test_what_changed_since_is_taken_over(city: City, saved: Path, change: str) -> None:
    followed = started(city)
    started(city, saved).close()
    CHANGES[change](city)
    again = started(city, saved)
    followed.sync()
    assert seen(again) == seen(followed)
    for gram in ("停水", "停电", "检修", "优待"):
        assert again.engine._rarity.weight(gram) == started(city).engine._rarity.weight(gram)
    again.close()


def test_changes_after_a_start_from_a_saved_index_are_followed(city: City, saved: Path) -> None:
    started(city, saved).close()
    again, followed = started(city, saved), started(city)
    for change in CHANGES.values():
        change(city)
        again.sync()
        followed.sync()
    assert seen(again) == seen(followed)
    again.close()


def test_an_index_of_another_catalogue_is_not_taken(
    city: City, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(city, saved).close()
    city.set_state(epoch="another")
    cut = cut_texts(monkeypatch)
    started(city, saved).close()
    assert sorted(cut) == ["card", "fund", "water"]


def test_texts_that_differ_under_the_same_revision_are_cut_anew(city: City, saved: Path) -> None:
    """As after an older copy of the database was put back by hand and other things were written."""
    started(city, saved).close()
    city.put(replace(WATER, text="停电通知。东区周五停电。"))
    with writing(city.database) as connection:
        connection.execute(update(document).values(revision=1).where(document.c.external_id == "water"))
    again = started(city, saved)
    assert "周五停电" in again.engine.search("停电", region=None, today=TODAY).passages[0].text
    again.close()


@pytest.mark.parametrize("broken", ["state.json", "rarity.npz", "passages/meta.json", "manifest.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\x00\xff"])
def test_a_broken_index_is_made_anew(city: City, saved: Path, broken: str, content: bytes) -> None:
    started(city, saved).close()
    (folder,) = saved.glob("saved-*")
    os.remove(folder / broken)
    (folder / broken).write_bytes(content)
    again = started(city, saved)
    assert seen(again) == seen(started(city))
    again.close()


def test_a_lexical_file_that_was_cut_short_is_noticed(city: City, saved: Path) -> None:
    started(city, saved).close()
    for path in next(saved.glob("saved-*")).glob("*/*.idx"):
        os.truncate(path, 10)
    again = started(city, saved)
    assert seen(again) == seen(started(city))
    again.close()


def test_where_no_folder_can_be_made_it_lives_in_memory(city: City, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("no folder")
    again = started(city, in_the_way / "index")
    assert seen(again) == seen(started(city))
    again.close()


def test_an_index_whose_files_are_gone_is_made_anew(city: City, saved: Path) -> None:
    replica = started(city, saved)
    shutil.rmtree(saved)
    city.put(GAS)
    with pytest.raises((OSError, ValueError)):
        replica.sync()
    # Meanwhile what was held is found as before.
    assert replica.engine.search("停水通知", region=None, today=TODAY).owners[0].external_id == "water"
    replica.sync()
    assert replica.engine.search("燃气检修", region=None, today=TODAY).owners[0].external_id == "gas"
    replica.close()


def test_two_processes_use_one_saved_index_at_once(city: City, saved: Path) -> None:
    started(city, saved).close()
    one, other = started(city, saved), started(city, saved)
    city.put(GAS)
    one.sync()
    one.close()
    other.sync()
    assert seen(other) == seen(started(city))
    other.close()
    assert list(saved.glob("live-*")) == []


def test_what_a_killed_process_left_is_removed(saved: Path) -> None:
    holding = (
        "import sys, time; from pathlib import Path; from knowledge_base.index.folders import IndexFolders;"
        "IndexFolders(Path(sys.argv[1]), {}).fresh(); print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", holding, str(saved)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    IndexFolders(saved, {}).close()
    assert len(list(saved.glob("live-*"))) == 1, "of a process that lives"
    process.kill()
    process.communicate()
    IndexFolders(saved, {}).close()
    assert list(saved.glob("live-*")) == []


def test_only_the_newest_saved_index_is_kept(saved: Path) -> None:
    folders = IndexFolders(saved, {"cutting": "this"})
    for revision in (1, 3, 2):
        folders.save(lambda folder: None, "epoch", revision)
        for folder in saved.glob("saved-*"):
            os.utime(folder, (time.time() - 100, time.time() - 100))
    newest = folders.latest("epoch")
    assert newest is not None
    assert newest.revision == 2
    assert len(list(saved.glob("saved-*"))) == 1
    assert folders.latest("another") is None
    folders.close()


def test_a_save_that_fails_leaves_nothing_behind(saved: Path) -> None:
    def full(folder: Path) -> None:
        (folder / "half").write_text(json.dumps("half"))
        raise OSError("no space left")

    folders = IndexFolders(saved, {})
    with pytest.raises(OSError, match="no space"):
        folders.save(full, "epoch", 1)
    assert list(saved.glob("saved-*")) == []
    folders.close()
