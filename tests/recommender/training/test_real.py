"""Training with LightFM on what SQL holds: the real trainer, the real reads, the real artefact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, update

from core.citizens.tables import citizen, consent
from core.database.engine import reading, writing
from recommender.interactions.tables import interaction
from recommender.interactions.weights import InteractionWeights
from recommender.model.errors import UnusableArtefact
from recommender.training import kept
from recommender.training.clusters import word_vectors
from recommender.training.fitting import fit, read
from recommender.training.items import learned_items, published_items
from recommender.training.learned import Learned
from recommender.training.pointer import ModelInUse
from recommender.training.sources import SOURCES
from recommender.training.window import read_window
from tests.recommender.training.town import NOW, FreeRun, Town, filled

QUICK = {"components": 8, "epochs": 8, "learning_rate": 0.05, "seeds": 1, "ease_penalty": 20.0}
REAL: dict[str, Any] = {
    "fit": fit, "read": read, "weights": InteractionWeights(), "sources": SOURCES, "grid": (QUICK,),
}  # fmt: skip


@pytest.fixture
def peopled(town: Town) -> Town:
    town.live()
    town.told.tell(("c1", "age", 33), ("c1", "married", True), at=NOW)
    filled(town)
    return town


def test_a_real_model_is_trained_kept_and_serves(peopled: Town) -> None:
    made = peopled.train(**REAL)
    assert made.in_use
    figures = made.card["metrics"]["ndcg@5"]
    assert figures["model"]["mean"] > figures["popularity"]["mean"] + 0.1
    ranker = ModelInUse(peopled.engine, peopled.clock, read, days=30).current()
    assert ranker is not None
    assert ranker.version == "m1"
    scores = ranker.scores([(peopled.items["item-16"], 3.0)], {"age": 33})
    names = {number: name for name, number in peopled.items.items()}
    best = [names[int(ranker.item_ids[place])] for place in np.argsort(-scores)[:5]]
    assert sum(16 <= int(name.removeprefix("item-")) < 24 for name in best) >= 4
    again = peopled.train(**REAL)
    assert again.in_use


def test_a_citizen_is_nowhere_in_the_artefact(peopled: Town) -> None:
    made = peopled.train(**REAL)
    with reading(peopled.engine) as connection:
        whole = kept.artefact(connection, made.number)
        who = connection.execute(citizen.select()).all()
    assert not any(f'"{one.id}"'.encode() in whole for one in who)
    assert len(read(whole).parts.citizens) == 32


def test_whoever_withdrew_or_was_erased_is_not_in_the_next_model(peopled: Town) -> None:
    with writing(peopled.engine) as connection:
        withdrawn = update(consent).where(consent.c.citizen == "c1").values(withdrawn_at=NOW)
        connection.execute(withdrawn)
        connection.execute(delete(interaction).where(interaction.c.citizen == "c1"))
        connection.execute(delete(citizen).where(citizen.c.id == "c2"))
    fitted: list[Learned] = []

    def watched(learned: Learned, *rest: Any) -> Any:
        fitted.append(learned)
        return fit(learned, *rest)

    made = peopled.train(**{**REAL, "fit": watched})
    assert made.card["sizes"]["citizens"] == fitted[-1].citizens == 148
    assert [facts for facts in fitted[-1].facts if facts] == []


def test_a_truncated_artefact_is_no_model(peopled: Town) -> None:
    made = peopled.train(**REAL)
    with reading(peopled.engine) as connection:
        whole = kept.artefact(connection, made.number)
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        with pytest.raises(UnusableArtefact):
            read(whole[:size])


def test_what_is_read_is_in_the_order_of_its_time_and_says_what_sql_says(peopled: Town) -> None:
    with reading(peopled.engine) as connection:
        catalogue = learned_items(published_items(connection), word_vectors, 1)
        check = FreeRun(peopled.engine).check
        window = read_window(connection, SOURCES, catalogue, NOW - timedelta(days=30), check)
    deeds = sorted(
        (one.occurred_at, one.citizen, one.item_id)
        for one in peopled.told.deeds
        if one.occurred_at >= NOW - timedelta(days=30)
    )
    found = [
        (datetime.fromtimestamp(at, UTC), window.citizens[user], int(catalogue.ids[item]))
        for at, user, item in zip(window.at, window.users, window.items, strict=True)
    ]
    assert found == deeds
    assert {"theme=主题0", "region=000000"} < set(catalogue.features[0])
