"""Groups made anew of their parts: the two most alike become one, again and again (average linkage). Pure."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from casework.grouping.parts import Part
from casework.grouping.points import Points

_BLOCK = 1024


def regrouped(
    parts: Sequence[Part], together: float, frozen: Collection[int], next_group: int
) -> tuple[list[int], int]:
    """The group of each part, and the number of the next new group.

    A group keeps its number with whoever has most of its questions. Frozen groups stay whole and apart.

    Args:
        together: Mean product of questions from which on parts make one group.
        frozen: Numbers of groups.
    """
    starts = _starts(parts, frozen)
    clusters = _Clusters(parts, starts, frozen)
    clusters.join_all(together)
    return _numbered(parts, clusters.members(), frozen, next_group)


def _starts(parts: Sequence[Part], frozen: Collection[int]) -> list[list[int]]:
    """Places of parts that belong together from the beginning."""
    whole: dict[int, list[int]] = {}
    alone: list[list[int]] = []
    for place, part in enumerate(parts):
        if part.group in frozen:
            whole.setdefault(part.group, []).append(place)
        else:
            alone.append([place])
    return [*whole.values(), *alone]


class _Clusters:
    """Clusters of parts, of which those that are alike enough are known as neighbours.

    A mean of means never exceeds the larger one: two clusters none of whose beginnings were neighbours can
    never be alike enough, so that only neighbours of neighbours are ever compared.
    """

    def __init__(self, parts: Sequence[Part], starts: Sequence[list[int]], frozen: Collection[int]) -> None:
        self._of = [list(places) for places in starts]
        self._frozen = [parts[places[0]].group in frozen for places in starts]
        shape = (len(starts), len(parts[0].total) if parts else 0)
        self._totals = np.zeros(shape, dtype=np.float32)
        self._counts = np.zeros(len(starts), dtype=np.float32)
        for place, own in enumerate(starts):
            for part in own:
                self._totals[place] += parts[part].total
                self._counts[place] += parts[part].count
        self._near: list[set[int]] = [set() for _ in starts]
        self._version = [0] * len(starts)
        self._heap: list[tuple[float, int, int, int, int]] = []

    def join_all(self, together: float) -> None:
        """Joins the most alike first, until none are alike enough."""
        for first, second, likeness in self._pairs(together):
            self._near[first].add(second)
            self._near[second].add(first)
            self._heap.append((-likeness, first, second, 0, 0))
        heapq.heapify(self._heap)
        while self._heap:
            _, first, second, *versions = heapq.heappop(self._heap)
            if versions == [self._version[first], self._version[second]]:
                self._join(first, second, together)

    def members(self) -> list[list[int]]:
        """Places of the parts of each cluster that is left."""
        return [places for places in self._of if places]

    def _pairs(self, together: float) -> Iterator[tuple[int, int, float]]:
        for start in range(0, len(self._of), _BLOCK):
            block = slice(start, start + _BLOCK)
            rest = self._totals[start:]
            likeness = self._totals[block] @ rest.T / np.outer(self._counts[block], self._counts[start:])
            for first, second in np.argwhere(np.triu(likeness >= together, k=1)).tolist():
                if not (self._frozen[start + first] and self._frozen[start + second]):
                    yield start + first, start + second, float(likeness[first, second])

    def _join(self, first: int, second: int, together: float) -> None:
        self._of[first] += self._of[second]
        self._of[second] = []
        self._totals[first] += self._totals[second]
        self._counts[first] += self._counts[second]
        self._frozen[first] |= self._frozen[second]
        self._version[first] += 1
        self._version[second] += 1
        near = (self._near[first] | self._near[second]) - {first, second}
        self._near[first], self._near[second] = near, set()
        for other in near:
            self._near[other].discard(second)
            self._near[other].add(first)
        self._push(first, sorted(near), together)

    def _push(self, first: int, near: Sequence[int], together: float) -> None:
        others = [other for other in near if not (self._frozen[first] and self._frozen[other])]
        if not others:
            return
        likeness: Points = self._totals[others] @ self._totals[first]
        likeness /= self._counts[others] * self._counts[first]
        for other, value in zip(others, likeness.tolist(), strict=True):
            if value >= together:
                low, high = sorted((first, other))
                versions = (self._version[low], self._version[high])
                heapq.heappush(self._heap, (-value, low, high, *versions))


def _numbered(
    parts: Sequence[Part], clusters: Sequence[Sequence[int]], frozen: Collection[int], next_group: int
) -> tuple[list[int], int]:
    """Numbers for clusters: that of a frozen group, else of the group that it has most of, else a new one."""
    claims: list[tuple[bool, int, int, int]] = []
    for cluster, places in enumerate(clusters):
        shares: dict[int, int] = {}
        for place in places:
            shares[parts[place].group] = shares.get(parts[place].group, 0) + parts[place].count
        claims += [(group not in frozen, -share, group, cluster) for group, share in shares.items()]
    numbers: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, group, cluster in sorted(claims):
        if cluster not in numbers and group not in taken:
            numbers[cluster] = group
            taken.add(group)
    found = [0] * len(parts)
    for cluster, places in enumerate(clusters):
        if cluster not in numbers:
            numbers[cluster], next_group = next_group, next_group + 1
        for place in places:
            found[place] = numbers[cluster]
    return found, next_group
