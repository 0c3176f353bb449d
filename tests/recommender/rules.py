"""Rules and facts to draw from."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from core.catalogue.rules import OPERATORS, Group, Leaf, Rule
from core.citizens.facts import EDUCATION, FACTS, FactKind

DISTRICTS = ("990101", "990102", "990103")
_VALUES = {
    FactKind.FLAG: st.booleans(),
    FactKind.NUMBER: st.integers(0, 120),
    FactKind.CHOICE: st.sampled_from(sorted(EDUCATION)),
    FactKind.DISTRICT: st.sampled_from(DISTRICTS),
}


def proper_values(name: str) -> st.SearchStrategy[Any]:
    """Values of a fact."""
    return _VALUES[FACTS[name].kind].filter(lambda value: not isinstance(value, int) or value <= 20)


@st.composite
def proper_leaves(draw: st.DrawFn) -> Leaf:
    """Comparisons that make sense."""
    name = draw(st.sampled_from(sorted(FACTS)))
    bounded = FACTS[name].kind is FactKind.NUMBER
    op = draw(st.sampled_from(OPERATORS if bounded else ("eq", "ne", "in")))
    if op == "in":
        return Leaf(name, op, tuple(draw(st.lists(proper_values(name), min_size=1, max_size=3))))
    return Leaf(name, op, draw(proper_values(name)))


def any_leaves() -> st.SearchStrategy[Leaf]:
    """Comparisons that a file may hold, also of facts and values that there are not."""
    scalars = st.booleans() | st.integers(-5, 200) | st.floats(-5, 200) | st.text(max_size=8)
    names = st.sampled_from(sorted(FACTS)) | st.just("hat_zu_hause")
    equal = st.builds(Leaf, names, st.sampled_from(("eq", "ne")), scalars)
    bound = st.builds(Leaf, names, st.sampled_from(("ge", "le")), st.integers(0, 200))
    among = st.builds(Leaf, names, st.just("in"), st.lists(scalars, min_size=1, max_size=3).map(tuple))
    return equal | bound | among


def grown(leaves: st.SearchStrategy[Leaf]) -> st.SearchStrategy[Rule]:
    """Rules of such leaves."""
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(
                Group, st.sampled_from(("all", "any")), st.lists(inner, min_size=1, max_size=4).map(tuple)
            )
            | st.builds(lambda part: Group("not", (part,)), inner)
        ),
        max_leaves=8,
    )


@st.composite
def told_facts(draw: st.DrawFn) -> dict[str, Any]:
    """Some facts with values that they may have."""
    names = draw(st.sets(st.sampled_from(sorted(FACTS))))
    return {name: draw(proper_values(name)) for name in sorted(names)}
