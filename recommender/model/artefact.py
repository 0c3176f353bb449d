"""A model as bytes: an npz of plain arrays with the model card as JSON inside it. No pickle."""

from __future__ import annotations

import json
import zipfile
from dataclasses import fields
from io import BytesIO
from typing import Any

import numpy as np

from core.errors import BadInput
from recommender.model.card import Card
from recommender.model.errors import UnusableArtefact
from recommender.model.parts import Parts
from recommender.model.scoring import Model

FORMAT = 2
_CARD = "card"
_ARRAYS = tuple(field.name for field in fields(Parts) if field.name != "fact_names")
_DIMENSIONS = {
    "item_ids": "n", "citizens": "n", "popularity": "n", "vectors": "nd", "biases": "n", "folded": "nd",
    "prior": "d", "base": "d", "fact_vectors": "fd", "ease_weights": "et", "ease_columns": "et",
    "ease_borrowed": "eb", "ease_borrowers": "b", "ease_items": "e", "content": "nr",
}  # fmt: skip
_PLACES = ("ease_items", "ease_columns", "ease_borrowers")
_WHOLE_NUMBERS = ("item_ids", *_PLACES)


def save(model: Model) -> bytes:
    """All of a model."""
    told = {"format": FORMAT, "facts": list(model.parts.fact_names), "card": model.card.as_json()}
    card = np.frombuffer(json.dumps(told, ensure_ascii=False).encode(), np.uint8)
    arrays = {name: getattr(model.parts, name) for name in _ARRAYS} | {_CARD: card}
    file = BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def load(artefact: bytes) -> Model:
    """Reads a model back.

    Raises:
        UnusableArtefact: It is truncated, foreign, of another version, or holds what is no finite number.
    """
    try:
        with np.load(BytesIO(artefact), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in (*_ARRAYS, _CARD)}
    except (ValueError, KeyError, EOFError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise UnusableArtefact(f"no model, or not a whole one ({error}). 模型无法读取。") from error
    told = _told(arrays.pop(_CARD))
    try:
        card = Card.from_json(told["card"])
        names = tuple(str(name) for name in told["facts"])
    except (BadInput, KeyError, TypeError) as error:
        raise UnusableArtefact(f"its card cannot be used ({error}). 模型说明有误。") from error
    _check(arrays, names)
    return Model(Parts(fact_names=names, **arrays), card)


def _told(card: Any) -> dict[str, Any]:
    try:
        told = json.loads(card.tobytes())
    except ValueError as error:
        raise UnusableArtefact("its card is no JSON. 模型说明有误。") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise UnusableArtefact("made by another version. 模型由其他版本生成。")
    return told


def _check(arrays: dict[str, Any], names: tuple[str, ...]) -> None:
    """Every array has its type and shape, every number is finite, every place exists."""
    sizes: dict[str, int] = {"f": len(names)}
    for name, dimensions in _DIMENSIONS.items():
        array = arrays[name]
        wanted = np.int64 if name in _WHOLE_NUMBERS else np.float32
        if array.dtype != wanted or array.ndim != len(dimensions):
            raise UnusableArtefact(f"{name} is not what it should be. 模型内容有误。")
        for size, dimension in zip(array.shape, dimensions, strict=True):
            if sizes.setdefault(dimension, size) != size:
                raise UnusableArtefact(f"{name} has another size than the rest. 模型内容有误。")
        if not np.isfinite(array).all():
            raise UnusableArtefact(f"{name} holds what is no number. 模型含有无效数值。")
    for name in _PLACES:
        places = arrays[name]
        if places.size and (places.min() < 0 or places.max() >= sizes["n"]):
            raise UnusableArtefact(f"{name} names items that are not there. 模型内容有误。")
