"""SQL tables of casework.

None holds a word of a citizen: titles are read from the answer log, where words are erased.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from core.database.metadata import metadata
from core.database.types import UtcDateTime

# `title_from` is the answer whose question the group is called by; `due` is a day of the city.
question_group = Table(
    "question_group",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("title_from", String(32), ForeignKey("answer_log.id", ondelete="SET NULL"), index=True),
    Column("agency", String(200), index=True),
    Column("owner", String(64)),
    Column("due", Date),
    Column("state", String(16), nullable=False),
    # A record by the name its agency gave it, which answers; or why nothing is to be done.
    Column("answered_kind", String(10)),
    Column("answered_by", String(200)),
    Column("reason", String(500)),
    Column("questions", Integer, nullable=False),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    # The board shows a state's groups, those asked most often first.
    Index("ix_question_group_state_questions_id", "state", "questions", "id"),
)

# What new questions are compared with: very like questions of a group, as a sum of points beside one of them.
# Numbers are little-endian: four bytes each in `total`, two in `point`. Of another model than `model`, or
# without `example`, a part is to be made anew.
question_part = Table(
    "question_part",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column(
        "group_id",
        Integer,
        ForeignKey("question_group.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("count", Integer, nullable=False),
    Column("total", LargeBinary, nullable=False),
    Column("example", String(32), ForeignKey("answer_log.id", ondelete="SET NULL"), index=True),
    Column("point", LargeBinary, nullable=False),
    Column("touched", Integer, nullable=False),
    Column("model", String(64), nullable=False, index=True),
)

# Every question that was looked at; without a group where it has no words. `subject` is a digest of what it
# is about: the next one of the same words goes where this one went. `at` is when it was asked, or rated
# badly. What the board is filtered by stands here as in the answer log, `asked` as its `created`: looked up
# there for each question of each group it would take seconds.
grouped_question = Table(
    "grouped_question",
    metadata,
    Column("answer_id", String(32), ForeignKey("answer_log.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", Integer, ForeignKey("question_group.id", ondelete="SET NULL")),
    Column("part_id", Integer, ForeignKey("question_part.id", ondelete="SET NULL"), index=True),
    Column("subject", String(32), index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("asked", UtcDateTime),
    Column("channel", String(16)),
    Column("region", String(6)),
    Column("item_id", Integer),
    Index("ix_grouped_question_group_id_at", "group_id", "at", "answer_id"),
    Index("ix_grouped_question_filters", "group_id", "asked", "channel", "region", "item_id", "answer_id"),
)

# One row: how far the answer log has been read, and of which model the points are. `revision` grows with
# every change, so that a process knows that another one was faster.
grouping_state = Table(
    "grouping_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("model", String(64), nullable=False),
    Column("centre", LargeBinary, nullable=False),
    Column("answers_seen", UtcDateTime),
    Column("opinions_seen", UtcDateTime),
    Column("next_part", Integer, nullable=False),
    Column("next_group", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("untidied", Integer, nullable=False),
)

# What staff have told those whose answers quoted an older version of a record than `version`, from `since` to
# `at`; of a record that citizens did not see any more also `version` itself. `told` is how many got it.
correction = Table(
    "correction",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("record_id", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("told", Integer, nullable=False),
    Index("ix_correction_record", "kind", "record_id", "id"),
)
