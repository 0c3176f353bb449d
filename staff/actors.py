"""Who acts: an account with its rights and those lent to it, the operator of the machine, or a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.commands import Permission
from staff.roles import Rights

# A program works on contents; it looks after no people, words or switches, whatever its roles grant a person.
TOKEN_PERMISSIONS: Final = frozenset({Permission.READ, Permission.EDIT, Permission.REVIEW})


@dataclass(frozen=True)
class AccountActor:
    """Somebody signed in.

    Attributes:
        account_id: Number of the account.
        rights: The account's own first, then those of the accounts that it stands in for today.
        session: Digest of the session that it acts in; empty for none.
    """

    account_id: int
    login: str
    rights: tuple[Rights, ...]
    session: str = ""

    def may(self, permission: Permission, agency: str | None) -> bool:
        """Whether any of the rights allows it."""
        return any(one.allow(permission, agency) for one in self.rights)


@dataclass(frozen=True)
class Operator:
    """Whoever has a shell on the machine: may do everything, and is named so in the audit log."""

    login: str = "@operator"

    def may(self, permission: Permission, agency: str | None) -> bool:
        """Always."""
        return True


@dataclass(frozen=True)
class TokenActor:
    """A program of an agency, known by its token."""

    token_id: int
    login: str
    rights: Rights

    def may(self, permission: Permission, agency: str | None) -> bool:
        """Whether its roles allow it, and programs may at all."""
        return permission in TOKEN_PERMISSIONS and self.rights.allow(permission, agency)
