"""Fits the confidence of guides and FAQ, and tells what each threshold costs.

`python -m bench.naming --city FOLDER --items FOLDER`: installations that hold the example city, and the
service items of `guangan`. What is asked, each twice, once with the records that are right hidden:

- `guide`, `faq`: every fourth question variant of the city's records, without itself among the names
- `everyday`: `bench/questions/guangan_terms.jsonl`, which name nothing as it is called officially
- `named`: names and aliases within an ordinary question, of the city and of every seventh item
- `beside`: the FAQ found for a guide's variants, which are there to be refused
- `citizens`: messages of the dialogues on the city, each alone, once; those to be refused as well

Prints the weights for `knowledge_base/search/confidence.py`, and cross-validated operating points as JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bench.answers import read
from bench.confidence import open_search
from core.catalogue.keys import RecordKey
from core.catalogue.reads import CatalogueReads
from core.clock import SystemClock
from core.database.engine import open_engine
from core.settings import Settings
from knowledge_base.answer.districts import named_district
from knowledge_base.search.engine import IndexedOwner, RankedOwner
from knowledge_base.search.owners import Sort

FOLDER = Path(__file__).with_name("questions")
QUESTIONS = FOLDER / "guangan_terms.jsonl"
CITIZENS = (
    "city_dev.jsonl",
    "city_dev2.jsonl",
    "city_dev3.jsonl",
    "city_dev4.jsonl",
    "city_dev5.jsonl",
    "city_outside.jsonl",
)
SIGNALS: dict[Sort, tuple[str, ...]] = {
    "guide": ("lead", "name_cosine", "matter_lead", "place_absent"),
    "faq": ("lead", "cosine", "covered", "matter_lead"),
    "question": ("lead", "name_cosine", "matter_lead"),
}
# What a name alone stands in; the words are those of the most frequent aspects.
FRAMES = ("{}要什么材料", "怎么办{}", "{}多少钱", "{}在哪里办", "我想问一下{}几天能办好", "{}网上能办吗")
# Named questions are easy and many: they only keep what is named from being doubted.
WORTH = {
    "guide": 1.0,
    "faq": 1.0,
    "everyday": 1.0,
    "named city": 0.5,
    "named items": 0.5,
    "beside": 1.0,
    "citizens": 2.0,
}
# A longer one is a question in full.
LONGEST_NAME = 8
EVERY = 7
EVERY_VARIANT = 4
FOLDS = 5
THRESHOLDS = (0.04, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """The first record of a sort for a question; whether it is right; whether what is right was hidden."""

    sort: Sort
    part: str
    question: str
    first: RankedOwner
    right: bool
    hidden: bool


class Base:
    """One installation's records, asked as citizens ask."""

    def __init__(self, home: Path) -> None:
        _, self.engine = open_search(home)
        database = open_engine(Settings(home=home).database_url)
        self._regions = CatalogueReads(database).regions()
        self.owners = {owner.key: owner for owner in self.engine.owners()}
        self._today = SystemClock().today()

    def twice(self, part: str, question: str, right: Collection[RecordKey], sort: Sort) -> Iterator[Asked]:
        """The question as it is, and with the right records hidden."""
        for hidden in ((), right):
            first = self._first(question, sort, hidden)
            if first is not None:
                yield Asked(sort, part, question, first, not hidden and first.key in right, bool(hidden))

    def beside(self, question: str) -> Iterator[Asked]:
        """The FAQ that is found where a guide is right."""
        first = self._first(question, "faq", ())
        if first is not None:
            yield Asked("faq", "beside", question, first, right=False, hidden=False)

    def citizens(self, question: str, region: str | None, right: Collection[str]) -> Iterator[Asked]:
        """The first record of each sort, as the answering searches; `right` are external ids."""
        own = named_district(question, self._regions)
        matter = own.rest if own and not own.alone else None
        region = own.code if own else region
        found = self.engine.search(question, matter=matter, region=region, today=self._today, k=1).owners
        for sort in SIGNALS:
            first = next((owner for owner in found if owner.signals.sort == sort), None)
            if first is not None:
                yield Asked(sort, "citizens", question, first, first.external_id in right, hidden=False)

    def _first(self, question: str, sort: Sort, hidden: Collection[RecordKey]) -> RankedOwner | None:
        found = self.engine.search(question, region=None, today=self._today, k=1, hidden=hidden).owners
        return next((owner for owner in found if owner.signals.sort == sort), None)

    def of_title(self, titles: Collection[str]) -> list[RecordKey]:
        """Items of one name are equally right."""
        return [key for key, owner in self.owners.items() if owner.title in titles]


def main() -> None:
    """Asks, fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", type=Path, required=True)
    parser.add_argument("--items", type=Path, required=True)
    given = parser.parse_args()
    city, items = Base(given.city), Base(given.items)
    asked = [*variants(city), *named(city, "named city", 1)]
    asked += [*everyday(items), *named(items, "named items", EVERY), *citizens(city)]
    # A FAQ competes with the guides as well, so that its lead is of another kind.
    found = {sort: measured([one for one in asked if one.sort == sort]) for sort in SIGNALS}
    print(json.dumps(found, indent=1))


def measured(asked: Sequence[Asked]) -> dict[str, Any]:
    """Weights fitted on all, and what each threshold lets through of each part."""
    chances = cross_validated(asked)
    parts = dict.fromkeys(one.part for one in asked)
    return {"weights": weights(asked), "parts": {part: points(asked, chances, part) for part in parts}}


def variants(base: Base) -> Iterator[Asked]:
    """Each way to ask for a record that is not its title, asked of a base whose record lacks it."""
    for owner in base.owners.values():
        if not len(owner.name_vectors):
            continue
        sort: Sort = "guide" if owner.key.kind == "item" else "faq"
        for name in [name for name in owner.names if len(name) > LONGEST_NAME][::EVERY_VARIANT]:
            base.engine.put([without(owner, name)])
            yield from base.twice(sort, name, [owner.key], sort)
            if sort == "guide":
                yield from base.beside(name)
        base.engine.put([owner])


def without(owner: IndexedOwner, name: str) -> IndexedOwner:
    """The record as if nobody had thought of this name."""
    place = list(dict.fromkeys((owner.title, *owner.names))).index(name)
    kept = [at for at, passage in enumerate(owner.passages) if passage.heading != name]
    return replace(
        owner,
        names=tuple(other for other in owner.names if other != name),
        name_vectors=np.delete(owner.name_vectors, place, axis=0),
        passages=[owner.passages[at] for at in kept],
        vectors=owner.vectors[kept],
    )


def citizens(base: Base) -> Iterator[Asked]:
    """What is said in dialogues on the city that settings may be chosen by, each message alone."""
    for name in CITIZENS:
        for dialogue in read(FOLDER / name):
            for said in dialogue.turns:
                expected = said.expect
                if expected is not None and expected.kind in ("item", "text", "refuse"):
                    right = (*expected.items, *expected.faqs, *expected.documents)
                    yield from base.citizens(said.text, dialogue.region, right)


def everyday(base: Base) -> Iterator[Asked]:
    """Questions written from name and department of an item."""
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        yield from base.twice("everyday", question["question"], base.of_title(question["gold"]), "guide")


def named(base: Base, part: str, every: int) -> Iterator[Asked]:
    """Names of guides within a question; those short enough to be a name and no sentence."""
    guides = [owner for owner in base.owners.values() if owner.key.kind == "item"]
    for number, owner in enumerate(guides[::every]):
        short = (name for name in owner.names if len(name) <= LONGEST_NAME)
        for place, name in enumerate((owner.title, *short)):
            question = FRAMES[(number + place) % len(FRAMES)].format(name)
            yield from base.twice(part, question, base.of_title([owner.title]), "guide")


def table(asked: Sequence[Asked]) -> Floats:
    """Signals, shape (asked, signals)."""
    return np.array(
        [[float(getattr(one.first.signals, name)) for name in SIGNALS[one.sort]] for one in asked]
    )


def fit(asked: Sequence[Asked]) -> Any:
    """Logistic regression in which each part counts as much as it is worth."""
    size = {part: max(1, sum(one.part == part for one in asked)) for part in WORTH}
    worth = np.array([WORTH[one.part] / size[one.part] for one in asked])
    model = make_pipeline(StandardScaler(), LogisticRegression())
    right = [one.right for one in asked]
    return model.fit(table(asked), right, logisticregression__sample_weight=worth * len(asked) / worth.sum())


def weights(asked: Sequence[Asked]) -> dict[str, float]:
    """Bias and weights on the signals as they are."""
    scale, line = fit(asked)
    own = line.coef_[0] / scale.scale_
    bias = float(line.intercept_[0] - (own * scale.mean_).sum())
    named_weights = zip(SIGNALS[asked[0].sort], own, strict=True)
    return {"bias": round(bias, 2)} | {name: round(float(value), 2) for name, value in named_weights}


def cross_validated(asked: Sequence[Asked]) -> Floats:
    """Probability of each by a model that did not see its question."""
    questions = list(dict.fromkeys(one.question for one in asked))
    shuffled = np.random.RandomState(0).permutation(len(questions)) % FOLDS
    of_question = dict(zip(questions, shuffled, strict=True))
    fold = np.array([of_question[one.question] for one in asked])
    chances = np.zeros(len(asked))
    signals = table(asked)
    for part in range(FOLDS):
        model = fit([one for one, own in zip(asked, fold, strict=True) if own != part])
        chances[fold == part] = model.predict_proba(signals[fold == part])[:, 1]
    return chances


def points(asked: Sequence[Asked], chances: Floats, part: str) -> dict[str, Any]:
    """What each threshold lets through of one part."""
    here = np.array([one.part == part for one in asked])
    right = np.array([one.right for one in asked])
    hidden = np.array([one.hidden for one in asked])
    found: dict[str, Any] = {
        "questions": int((here & ~hidden).sum()),
        "first": round(float(right[here & ~hidden].mean()), 3),
    }
    if right[here].any():
        found["auc"] = round(float(roc_auc_score(right[here], chances[here])), 3)
    for threshold in THRESHOLDS:
        sure = here & (chances >= threshold)
        answered = sure & ~hidden
        found[str(threshold)] = {
            "answered": round(float(answered.sum() / (here & ~hidden).sum()), 3),
            "wrong_among_answered": round(float((answered & ~right).sum() / max(1, answered.sum())), 3),
            "answered_without_gold": round(float((sure & hidden).sum() / max(1, (here & hidden).sum())), 3),
        }
    return found


if __name__ == "__main__":
    main()
