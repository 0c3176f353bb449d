"""A model of the real classes, filled with random numbers: it scores as a trained one of its size does."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Final

import numpy as np
from sqlalchemy import Engine

from core.citizens.facts import FACTS
from core.database.engine import writing
from recommender.model import Model
from recommender.model.arrays import Floats, Integers
from recommender.model.artefact import save
from recommender.model.card import Card
from recommender.model.ease import kept_of
from recommender.model.features import fact_features
from recommender.model.parameters import Parameters
from recommender.model.parts import Parts
from recommender.training import kept
from recommender.training.belonging import epoch_of
from recommender.training.models import State

# As a million interactions of a city come to on 3,000 items; some have hardly been used, and some by nobody.
_MEAN_CITIZENS: Final = 333.0
_UNUSED: Final = 0.1


def filled(item_ids: Integers, seed: int = 1) -> Model:
    """A model of these items: every part of the blend is there, at its usual size."""
    chance, parameters = np.random.default_rng(seed), Parameters()
    n, rank = len(item_ids), parameters.rank
    citizens = np.floor(chance.exponential(_MEAN_CITIZENS, n)).astype(np.float32)
    citizens[chance.random(n) < _UNUSED] = 0
    used = np.flatnonzero(citizens > 0)
    ease = chance.normal(0, 0.01, (len(used), n)).astype(np.float32)
    content = _normal(chance, n, parameters.content_rank)
    names = tuple(sorted({name for fact in FACTS for name in fact_features({fact: True})} | _ages()))
    parts = Parts(
        item_ids=item_ids,
        citizens=citizens,
        popularity=citizens * np.float32(1.5),
        vectors=_normal(chance, n, rank),
        biases=_normal(chance, n, 1)[:, 0],
        folded=_normal(chance, n, rank),
        prior=_normal(chance, 1, rank)[0],
        base=_normal(chance, 1, rank)[0],
        fact_names=names,
        fact_vectors=_normal(chance, len(names), rank),
        ease_items=used.astype(np.int64),
        **kept_of(ease, citizens, parameters),
        content=content / np.linalg.norm(content, axis=1, keepdims=True),
    )
    made = datetime.now(UTC).isoformat(timespec="seconds")
    card = Card("filled", made, int(citizens.sum()), n, int(citizens.sum()), parameters)
    return Model(parts, card)


def keep(engine: Engine, model: Model, external_ids: list[str]) -> None:
    """Makes it the one in use, as a training does."""
    whole = save(model)
    now = datetime.now(UTC)
    with writing(engine) as connection:
        number = kept.add(connection, State.CANDIDATE, now, epoch_of(connection), {}, "")
        stream = io.BytesIO(whole)
        for place, chunk in enumerate(iter(lambda: stream.read(kept.CHUNK_BYTES), b"")):
            kept.put_chunk(connection, number, place, chunk)
        kept.accept(connection, number, whole, external_ids, {})
        kept.use(connection, number, now)


def _normal(chance: np.random.Generator, rows: int, columns: int) -> Floats:
    return chance.normal(0, 1, (rows, columns)).astype(np.float32)


def _ages() -> set[str]:
    return {name for years in range(121) for name in fact_features({"age": years})}
