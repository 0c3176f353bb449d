"""Parameters as `--tune` chose them on validation data, and what it chooses from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from recommender.model.parameters import Parameters

Told = dict[str, Any]

GRIDS: dict[str, tuple[Told, ...]] = {
    "popularity": ({},),
    "lightfm": (
        {"no_components": 64, "learning_rate": 0.02, "max_sampled": 30, "epochs": 50},
        {"no_components": 64, "learning_rate": 0.03, "max_sampled": 30, "epochs": 30},
        {"no_components": 30, "learning_rate": 0.05, "max_sampled": 10, "epochs": 30},
    ),
    "implicit_als": tuple(
        {"factors": factors, "regularization": 0.1, "alpha": alpha, "iterations": 15}
        for factors in (32, 64)
        for alpha in (1.0, 4.0)
    ),
    # It draws what is not liked by popularity, and goes too far soon.
    "implicit_bpr": (
        {"factors": 64, "learning_rate": 0.01, "regularization": 0.01, "iterations": 40},
        {"factors": 64, "learning_rate": 0.01, "regularization": 0.01, "iterations": 100},
        {"factors": 128, "learning_rate": 0.003, "regularization": 0.01, "iterations": 150},
    ),
    "ease": tuple({"penalty": penalty} for penalty in (200.0, 300.0, 500.0, 800.0)),
}
# Of ours: λ of EASE, and what LightFM weighs against it.
PENALTIES = (300.0, 500.0, 800.0)
SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of each method."""

    ours: Parameters
    rivals: dict[str, Told] = field(default_factory=dict)


STORED = Chosen(
    # Everybody here has a history.
    Parameters(ease_penalty=300.0, lightfm=0.8, ease=0.2, citizen_half=0.0),
    {
        "popularity": {},
        "lightfm": {"no_components": 64, "learning_rate": 0.02, "max_sampled": 30, "epochs": 50},
        "implicit_als": {"factors": 32, "regularization": 0.1, "alpha": 4.0, "iterations": 15},
        "implicit_bpr": {"factors": 64, "learning_rate": 0.01, "regularization": 0.01, "iterations": 40},
        "ease": {"penalty": 800.0},
    },
)


def using(chosen: Chosen, workers: int) -> Chosen:
    """The same with so many LightFM models trained at a time, which changes no figure but the time."""
    return replace(chosen, ours=replace(chosen.ours, workers=workers))
