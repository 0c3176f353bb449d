"""Where a turn's time goes: means of the steps that the processes count themselves, between two looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx
from prometheus_client.parser import text_string_to_metric_families

Totals = Mapping[str, tuple[float, float]]
STEP = "weizheng_step_seconds"
FALLBACKS = "weizheng_fallback_turns_total"


def step_totals(urls: Sequence[str]) -> Totals:
    """Seconds and number of each step so far, over the pages on which processes show their figures."""
    found: dict[str, tuple[float, float]] = {}
    for url in urls:
        page = httpx.get(url, trust_env=False).raise_for_status().text
        for family in text_string_to_metric_families(page):
            for sample in family.samples if family.name == STEP else ():
                seconds, count = found.get(sample.labels["step"], (0.0, 0.0))
                seconds += sample.value if sample.name.endswith("_sum") else 0.0
                count += sample.value if sample.name.endswith("_count") else 0.0
                found[sample.labels["step"]] = (seconds, count)
    return found


def turns_past_rasa(urls: Sequence[str]) -> int:
    """Turns that were answered although the dialogue engine failed: faster, but not what is measured."""
    pages = [httpx.get(url, trust_env=False).raise_for_status().text for url in urls]
    samples = [s for page in pages for f in text_string_to_metric_families(page) for s in f.samples]
    return int(sum(sample.value for sample in samples if sample.name == FALLBACKS))


def mean_ms(before: Totals, after: Totals, turns: int) -> dict[str, float]:
    """Milliseconds of each step for each of the turns, also of those that had no such step."""
    return {
        step: round((seconds - before.get(step, (0.0, 0.0))[0]) / turns * 1000, 2)
        for step, (seconds, _) in sorted(after.items())
        if seconds > before.get(step, (0.0, 0.0))[0]
    }
