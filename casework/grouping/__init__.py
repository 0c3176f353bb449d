"""Questions grouped by meaning, one after the other: pure over points and words."""

from casework.grouping.assigning import Changes, Grouping, Placed, Thresholds
from casework.grouping.parts import Part, titled
from casework.grouping.points import Points, centre_of, ordinary_subjects, points_of
from casework.grouping.subject import key_of, subject_of
from casework.grouping.titles import title_of

__all__ = [
    "Changes",
    "Grouping",
    "Part",
    "Placed",
    "Points",
    "Thresholds",
    "centre_of",
    "key_of",
    "ordinary_subjects",
    "points_of",
    "subject_of",
    "title_of",
    "titled",
]
