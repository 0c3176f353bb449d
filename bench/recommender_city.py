"""Acceptance run of the recommender in a made-up city, by time, and in the null city.

`python -m bench.recommender_city [--home FOLDER] [--citizens N]`. In no district and age band may the
interval of the difference to what is popular lie below zero, and a trained model has to be taken; in the
null city the interval has to hold zero.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.running import RESULTS, described, told, weizheng, write_result

CITIZENS = 3000


def problems(city: Mapping[str, Any], null: Mapping[str, Any]) -> list[str]:
    """What is not as promised, in words."""
    found = [f"behind what is popular: {band}" for band in city["lost"]]
    if not any(one["taken"] for one in city["trainings"]):
        found.append("no trained model was taken: what was measured is what serves without one")
    if city["differences"]["popular"]["ndcg"]["low"] <= 0:
        found.append("not surely ahead of what is popular")
    if not null["covers_zero"]:
        found.append("in the null city the interval does not hold zero")
    return found


def main() -> int:
    """Runs, writes, judges; 1 where something is not as promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="an installation that holds the demonstration city alone")
    parser.add_argument("--citizens", type=int, default=CITIZENS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.home.resolve() if given.home else Path(scratch) / "home"
        if given.home is None:
            weizheng(home, "init", "--demo", "--no-train")
        arguments = ("recommender", "evaluate", "city", "--citizens", str(given.citizens))
        city = told(home, *arguments)
        null = told(home, *arguments, "--null")
    found = problems(city, null)
    result = {**described(), "city": city, "null": null, "missed": found}
    write_result(RESULTS / "recommender_city.json", result)
    for name, one in (("city", city), ("null", null)):
        print(f"{name}: {json.dumps(one['rows'])} {json.dumps(one['differences'])}")
    print(f"missed: {found}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
