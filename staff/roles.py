"""Roles, and what each of them may do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.commands import Permission


class Role(StrEnum):
    """What an account is for; one account may have several."""

    EDITOR = "editor"
    REVIEWER = "reviewer"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """As pages name it."""
        return _LABELS[self]


_LABELS: Final[Mapping[Role, str]] = {
    Role.EDITOR: "编辑",
    Role.REVIEWER: "审核",
    Role.ANALYST: "分析",
    Role.ADMINISTRATOR: "管理员",
}

GRANTS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.EDITOR: frozenset({Permission.READ, Permission.EDIT, Permission.CASEWORK, Permission.OWN_ACCOUNT}),
    Role.REVIEWER: frozenset(
        {
            Permission.READ,
            Permission.REVIEW,
            Permission.CASEWORK,
            Permission.WORDS,
            Permission.OWN_ACCOUNT,
        }
    ),
    Role.ANALYST: frozenset({Permission.READ, Permission.ANALYSE, Permission.OWN_ACCOUNT}),
    # An administrator looks after people and switches; what citizens read is the agencies' own.
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.READ,
            Permission.REGISTER,
            Permission.AUDIT,
            Permission.MANAGE_STAFF,
            Permission.SWITCH,
            Permission.JOBS,
            # A list that is bought or sent is kept by whoever looks after the installation.
            Permission.WORDS,
            Permission.OWN_ACCOUNT,
        }
    ),
}


# Whoever stands in does the daily work: with more, what is lent for days could be made to last.
LENDABLE: Final = frozenset(
    {Permission.READ, Permission.EDIT, Permission.REVIEW, Permission.CASEWORK, Permission.ANALYSE}
)


@dataclass(frozen=True)
class Rights:
    """What somebody may do, for one agency or, where it is None, for all of them and what belongs to none."""

    roles: frozenset[Role]
    agency: str | None
    lent: bool = False

    def allow(self, permission: Permission, agency: str | None) -> bool:
        """Whether they allow this for what belongs to the agency."""
        if self.agency is not None and agency != self.agency:
            return False
        if self.lent and permission not in LENDABLE:
            return False
        return any(permission in GRANTS[role] for role in self.roles)
