"""Citizens as they are: district, age and the facts that go with them. Pure, seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.catalogue.rules import Scalar

AGE_BANDS = ((16, 29), (30, 44), (45, 59), (60, 120))
# Share of the age bands in a young, a middling and an old district.
_YOUNG, _OLD = np.array([0.38, 0.38, 0.16, 0.08]), np.array([0.16, 0.24, 0.28, 0.32])
_EDUCATION = ("junior", "senior", "skilled", "college", "bachelor", "master", "doctor")
_EDUCATED = {
    0: (0.08, 0.2, 0.08, 0.24, 0.33, 0.06, 0.01),
    1: (0.16, 0.24, 0.07, 0.22, 0.25, 0.05, 0.01),
    2: (0.38, 0.3, 0.05, 0.14, 0.11, 0.02, 0.0),
    3: (0.62, 0.24, 0.03, 0.06, 0.05, 0.0, 0.0),
}
_SIZES = (1, 3, 8, 15, 40, 90, 200, 500, 2000)


@dataclass(frozen=True, slots=True)
class District:
    """A district: its share of the citizens, and how young it is (0 old, 1 young)."""

    code: str
    share: float
    youth: float


def drawn_districts(codes: Sequence[str], rng: np.random.Generator) -> tuple[District, ...]:
    """Districts of unlike size and age."""
    shares = rng.dirichlet(np.full(len(codes), 8.0))
    youth = np.linspace(0.05, 0.95, len(codes))[rng.permutation(len(codes))]
    return tuple(
        District(code, float(share), float(young))
        for code, share, young in zip(sorted(codes), shares, youth, strict=True)
    )


def age_band(age: int) -> int:
    """Number of the band in `AGE_BANDS`."""
    return next(number for number, (_, oldest) in enumerate(AGE_BANDS) if age <= oldest)


def drawn_facts(districts: Sequence[District], rng: np.random.Generator) -> dict[str, Scalar]:
    """One citizen: every fact of `core.citizens.facts`, as it is in truth."""
    shares = np.array([district.share for district in districts])
    home = districts[int(rng.choice(len(districts), p=shares / shares.sum()))]
    bands = home.youth * _YOUNG + (1 - home.youth) * _OLD
    band = int(rng.choice(4, p=bands / bands.sum()))
    lowest, highest = AGE_BANDS[band][0], min(AGE_BANDS[band][1], 92)
    age = int(rng.integers(lowest, highest + 1))
    works_elsewhere = rng.random() < 0.35
    facts: dict[str, Scalar] = {
        "age": age,
        "hukou_city": bool(rng.random() < (0.55 if home.youth > 0.5 else 0.75) + 0.1 * (band == 3)),
        "resident": bool(rng.random() < 0.96),
        "district": home.code,
        "work_district": str(rng.choice([d.code for d in districts])) if works_elsewhere else home.code,
        "education": _EDUCATION[int(rng.choice(7, p=_EDUCATED[band]))],
        "disabled": bool(rng.random() < 0.03),
        "hardship": bool(rng.random() < 0.05),
    }
    return facts | _family(age, rng) | _work(age, rng)


def _family(age: int, rng: np.random.Generator) -> dict[str, Scalar]:
    married = bool(rng.random() < np.clip((age - 21) / 14, 0, 0.86))
    children = int(rng.poisson(min(1.5, max(0, age - 23) / 9))) if married or rng.random() < 0.05 else 0
    return {
        "married": married,
        "children": min(children, 5),
        "owns_home": bool(rng.random() < np.clip((age - 22) / 28, 0.03, 0.75)),
        "car_owner": bool(18 <= age <= 78 and rng.random() < (0.45 if age < 60 else 0.2)),
    }


def _work(age: int, rng: np.random.Generator) -> dict[str, Scalar]:
    retired = bool(age >= 63 or (age >= 54 and rng.random() < 0.35))
    chance = rng.random()
    working_age = age >= 19 and not retired
    owner = bool(working_age and chance < 0.1)
    employed = bool(working_age and 0.1 <= chance < (0.55 if age < 24 else 0.82))
    unemployed = bool(working_age and not owner and not employed and rng.random() < 0.5)
    insured = bool(employed or retired or rng.random() < 0.35)
    longest = max(0, min(age, 62) - 20) * 12
    return {
        "employed": employed,
        "unemployed": unemployed,
        "retired": retired,
        "business_owner": owner,
        "enterprise_size": int(rng.choice(_SIZES)) if employed or owner else 0,
        "insured": insured,
        "insured_months": int(longest * rng.uniform(0.2, 1.0)) if insured else 0,
    }
