"""Questions come one after the other; each joins the group that it is most like, or begins one. Pure.

How like a question is to a group is the mean of its products with all questions of that group (average
linkage), which the group's sum of points tells without them. A mean, unlike the nearest neighbour, makes no
chains. What is kept is bounded: a group has at most `MOST_PARTS_OF_ONE` parts, and all together
`most_parts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from casework.grouping.parts import Part, Rows, groups_of
from casework.grouping.points import Points
from casework.grouping.tidying import regrouped

MOST_PARTS = 20_000
MOST_PARTS_OF_ONE = 24
# Compared at once with all groups, which is a product of matrices.
_BLOCK = 128


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Mean products from which on questions are taken together (chosen by `bench/groups.py`).

    Attributes:
        joins: A new question joins a group.
        alike: It belongs to one of that group's parts, and is never parted from it again.
        together: Parts make one group, when groups are made anew.
    """

    joins: float = 0.25
    alike: float = 0.42
    together: float = 0.32


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a question came to."""

    group: int
    part: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed of parts since it was last asked for.

    Attributes:
        kept: Parts that are new or different.
        joined: Parts that became one with another, by number.
        retired: Parts that no question is compared with any more.
    """

    kept: Sequence[Part]
    joined: dict[int, int]
    retired: frozenset[int]

    def now(self, placed: Placed) -> Placed:
        """Where a question is by now; part 0 where that part has retired."""
        part = self.joined.get(placed.part, placed.part)
        return replace(placed, part=0 if part in self.retired else part)


class Grouping:
    """Groups of questions; not for several threads.

    Args:
        dimension: Length of a point.
        parts: What was kept before, in the order of their numbers.
        next_part: Number of the next part, larger than any before.
        next_group: Number of the next group, likewise.
        most_parts: Beyond so many those that were touched longest ago retire; a tenth at once.
    """

    def __init__(
        self,
        dimension: int,
        parts: Iterable[Part] = (),
        *,
        next_part: int = 1,
        next_group: int = 1,
        thresholds: Thresholds | None = None,
        most_parts: int = MOST_PARTS,
    ) -> None:
        self.next_part, self.next_group = next_part, next_group
        self._dimension = dimension
        self._thresholds = thresholds or Thresholds()
        self._most_parts = most_parts
        self._parts: dict[int, Part] = {part.id: part for part in parts}
        self._touched = max((part.touched for part in self._parts.values()), default=0)
        self._changed: set[int] = set()
        self._joined: dict[int, int] = {}
        self._retired: list[int] = []
        self._take_groups()

    def __len__(self) -> int:
        return len(self._parts)

    def of_group(self, group: int) -> list[Part]:
        """The parts of a group that questions are compared with."""
        return [self._parts[number] for number in self._members.get(group, ())]

    def groups(self) -> list[int]:
        """Numbers of the groups that have parts."""
        return [group for group, members in self._members.items() if members]

    def assign(self, points: Points, names: Sequence[str]) -> list[Placed]:
        """Where each of these questions belongs, in their order.

        Args:
            points: Shape (n, dimension).
            names: What examples of parts are known by, one each.
        """
        placed: list[Placed] = []
        for start in range(0, len(points), _BLOCK):
            block = slice(start, start + _BLOCK)
            placed += self._assign_block(points[block], names[block])
            if len(self._parts) > self._most_parts:
                self._retire()
        # A part may have become one with another since.
        return [replace(one, part=final(one.part, self._joined)) for one in placed]

    def regroup(self, frozen: Collection[int] = ()) -> dict[int, int]:
        """Makes groups anew of all parts: joins those that turned out to be one, splits those that are
        several.

        Args:
            frozen: Groups that stay whole, and are not joined with each other.

        Returns:
            The new group of every part that changed it.
        """
        parts = list(self._parts.values())
        groups, self.next_group = regrouped(parts, self._thresholds.together, frozen, self.next_group)
        moved = {part.id: group for part, group in zip(parts, groups, strict=True) if part.group != group}
        for number, group in moved.items():
            self._parts[number] = replace(self._parts[number], group=group)
        self._changed |= moved.keys()
        self._take_groups()
        for group in list(self._members):
            self._bound(group)
        return moved

    def changes(self) -> Changes:
        """What has changed since this was last asked."""
        kept = [self._parts[number] for number in sorted(self._changed) if number in self._parts]
        joined = {number: final(number, self._joined) for number in self._joined}
        found = Changes(kept, joined, frozenset(self._retired))
        self._changed, self._joined, self._retired = set(), {}, []
        return found

    def _take_groups(self) -> None:
        self._groups = groups_of(self._parts.values(), self._dimension)
        self._members: dict[int, list[int]] = {}
        for part in self._parts.values():
            self._members.setdefault(part.group, []).append(part.id)

    def _assign_block(self, points: Points, names: Sequence[str]) -> Iterator[Placed]:
        rows = self._groups
        scores = np.full((len(points), rows.size + len(points)), -1, dtype=np.float32)
        scores[:, : rows.size] = points @ rows.totals.T / rows.counts
        for place, (point, name) in enumerate(zip(points, names, strict=True)):
            group = self._group_for(scores[place, : rows.size], rows)
            part = self._part_for(group, point, name)
            row = rows.add(group, point, 1)
            scores[place + 1 :, row] = points[place + 1 :] @ rows.totals[row] / rows.counts[row]
            self._bound(group)
            yield Placed(group, part)

    def _group_for(self, scores: Points, rows: Rows) -> int:
        best = int(scores.argmax()) if rows.size else 0
        if rows.size and scores[best] >= self._thresholds.joins:
            return int(rows.ids[best])
        self.next_group += 1
        return self.next_group - 1

    def _part_for(self, group: int, point: Points, name: str) -> int:
        self._touched += 1
        likeness, best = max(
            ((float(part.total @ point) / part.count, part) for part in self.of_group(group)),
            key=lambda found: (found[0], -found[1].id),
            default=(-1.0, None),
        )
        if best is None or likeness < self._thresholds.alike:
            best = Part(self.next_part, group, 0, np.zeros_like(point), name, point, 0)
            self._members.setdefault(group, []).append(best.id)
            self.next_part += 1
        self._keep(replace(best, count=best.count + 1, total=best.total + point, touched=self._touched))
        return best.id

    def _keep(self, part: Part) -> None:
        self._parts[part.id] = part
        self._changed.add(part.id)

    def _bound(self, group: int) -> None:
        """Joins the parts of a group that are most alike, until they are few enough."""
        while len(self._members[group]) > MOST_PARTS_OF_ONE:
            parts = self.of_group(group)
            totals = np.stack([part.total for part in parts])
            counts = np.array([part.count for part in parts], dtype=np.float32)
            likeness = np.tril(totals @ totals.T / np.outer(counts, counts) + 2, k=-1)
            later, earlier = divmod(int(likeness.argmax()), len(parts))
            self._join(parts[earlier], parts[later])

    def _join(self, first: Part, second: Part) -> None:
        self._members[second.group].remove(second.id)
        del self._parts[second.id]
        self._joined[second.id] = first.id
        self._keep(
            replace(
                first,
                count=first.count + second.count,
                total=first.total + second.total,
                touched=max(first.touched, second.touched),
            )
        )

    def _retire(self) -> None:
        oldest = sorted(self._parts.values(), key=lambda part: part.touched)
        for part in oldest[: len(self._parts) - self._most_parts * 9 // 10]:
            del self._parts[part.id]
            self._retired.append(part.id)
        self._take_groups()


def final(number: int, joined: dict[int, int]) -> int:
    """The part that another one is in by now."""
    while number in joined:
        number = joined[number]
    return number
