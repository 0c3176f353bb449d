"""Histograms, periods, charts and files, each on its own."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answering import AnswerStatus
from core.errors import BadInput
from core.text.spreadsheets import plain_cell
from insight.charts import Series, bars, lines
from insight.histogram import LAST, bucket_of, quantile
from insight.outcomes import COLOURS, FAMILIES, LABELS, Outcomes, by_family
from insight.periods import MOST_DAYS, Period, period

TODAY = date(2026, 3, 2)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 200_000), min_size=1, max_size=300), st.sampled_from((0.5, 0.95, 1.0)))
def test_a_quantile_is_off_by_less_than_a_fifth(times: list[float], share: float) -> None:
    counts: dict[int, int] = {}
    for one in times:
        counts[bucket_of(one)] = counts.get(bucket_of(one), 0) + 1
    place = max(0, -int(-share * len(times) // 1) - 1)
    true = sorted(times)[place]
    found = quantile(counts, share)
    assert found is not None
    assert found <= max(1.0, true * 1.2)
    assert found >= (true / 1.2 if true > 1 else 0)


@pytest.mark.parametrize("spent", [-1.0, 0.0, 1.0, float("nan"), float("inf"), 1e30])
def test_any_time_has_a_bucket(spent: float) -> None:
    assert 0 <= bucket_of(spent) <= LAST


def test_no_times_have_no_quantile() -> None:
    assert quantile({}, 0.5) is None


@settings(deadline=None)
@given(st.dates(date(2001, 1, 1), date(2199, 1, 1)), st.integers(1, MOST_DAYS))
def test_parts_of_a_period_are_its_days_once_each(first: date, days: int) -> None:
    whole = Period(first, first + timedelta(days=days - 1))
    parts = whole.parts()
    assert (parts[0].first, parts[-1].last) == (whole.first, whole.last)
    assert all(one.last + timedelta(days=1) == after.first for one, after in pairwise(parts))
    assert len(parts) <= 92
    assert len({one.label for one in parts}) == len(parts)


def test_a_period_is_asked_for_by_its_ends_or_its_days() -> None:
    assert period("", "", "", TODAY) == Period(date(2026, 2, 1), TODAY)
    assert period("", "", "7", TODAY) == Period(date(2026, 2, 24), TODAY)
    assert period("", "2026-01-31", "", TODAY) == Period(date(2026, 1, 2), date(2026, 1, 31))
    assert period("2024-03-02", "", "", TODAY).days == MOST_DAYS
    for wrong in (("2026-03-03", ""), ("2024-03-01", ""), ("x", ""), ("", "2026-02-30")):
        with pytest.raises(BadInput):
            period(*wrong, "", TODAY)


def test_every_status_has_a_family_a_name_and_a_colour() -> None:
    assert by_family(dict.fromkeys(AnswerStatus, 1)) == {name: len(own) for name, own in FAMILIES.items()}
    assert set(FAMILIES) == set(LABELS) == set(COLOURS)
    assert sum(by_family({"of_another_version": 3}).values()) == 0


def test_rates_leave_out_what_was_no_question() -> None:
    found = Outcomes({"answered": 6, "canned": 90, "clarify": 1, "no_answer": 2, "error": 1}, 3, 1)
    assert (found.turns, found.asked, found.rate("answered"), found.satisfaction) == (100, 10, 0.6, 0.75)
    nothing = Outcomes({"canned": 3})
    assert (nothing.rate("answered"), nothing.satisfaction) == (None, None)


@pytest.mark.parametrize("count", [0, 1, 7, 92])
def test_charts_stay_inside_their_frame_and_hold_no_style_or_script(count: int) -> None:
    chance = random.Random(count)
    labels = [f"<b>{number}</b>" for number in range(count)]
    values = [chance.choice((None, 0, chance.random() * 10 ** chance.randrange(6))) for _ in labels]
    series = [Series("<script>", "#3c9a5f", values), Series("&", "#c98a1b", values[::-1])]
    for picture in (bars("图", labels, series), lines("图", labels, series, "%", most=100)):
        root = ElementTree.fromstring(picture)
        height = float(root.attrib["height"])
        names = {one.tag.split("}")[1] for one in root.iter()}
        assert names <= {"svg", "title", "text", "rect", "path", "circle"}
        assert "style" not in {name for one in root.iter() for name in one.attrib}
        for one in root.iter("{http://www.w3.org/2000/svg}rect"):
            x, y, wide, tall = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
            assert 0 <= x <= x + wide <= 720
            assert 0 <= y <= y + tall <= height + 0.2
        for one in root.iter("{http://www.w3.org/2000/svg}circle"):
            assert 0 <= float(one.attrib["cy"]) <= height


@settings(deadline=None)
@given(st.text())
def test_no_text_begins_a_formula_and_none_is_lost(text: str) -> None:
    shown = plain_cell(text)
    assert not shown.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    printable = "".join(one for one in text if one.isprintable())
    assert "".join(one for one in shown if one.isprintable()).removesuffix(printable) in ("", "'")
    assert plain_cell(shown) == shown
