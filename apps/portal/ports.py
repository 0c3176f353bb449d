"""What the portal needs from outside, as its tests replace it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from apps.portal.addresses import noted_address
from apps.portal.deadline import Deadline
from core.answering import Aspect
from core.catalogue.keys import RecordKey
from core.catalogue.models import Region
from core.catalogue.records import CatalogueState, StoredRecord
from core.catalogue.rules import Scalar
from core.citizens.conversations import new_id
from core.citizens.deeds import Deed
from core.citizens.personal import PersonalData
from core.citizens.wishes import Wish
from core.errors import Unavailable
from knowledge_base.contract import AnswerReply, AnswerRequest, SearchReply, ServiceState, Target
from recommender.models import Recommended


class DialogueFailed(Unavailable):
    """The dialogue engine refused, failed, or answered what is not a reply."""


@dataclass(frozen=True)
class Pick:
    """A picked choice; `region` where it tells the citizen's district, `wish` or `deed` where it is none."""

    target: Target
    aspect: Aspect | None
    title: str
    region: str | None = None
    wish: Wish | None = None
    deed: Deed | None = None


@dataclass(frozen=True)
class Said:
    """What a citizen said, safe to hand on: masked, and never an intent command.

    `answer_id` is that of the turn, whatever it ends in. `address` is where it came from; it is kept nowhere.
    """

    conversation: str
    text: str
    pick: Pick | None
    region: str | None
    request_id: str
    client_message_id: str | None = None
    answer_id: str = field(default_factory=new_id)
    address: str | None = field(default_factory=noted_address, repr=False)


class Dialogue(Protocol):
    """The dialogue engine."""

    async def turn(self, said: Said, deadline: Deadline) -> AnswerReply:
        """The reply to one message.

        Raises:
            DialogueFailed: There is none.
            DeadlineExceeded: There was none in time.
        """
        ...

    async def close(self) -> None:
        """Ends its connections."""
        ...


class Trackers(PersonalData, Protocol):
    """What the dialogue engine remembers of citizens."""

    def wipe(self) -> None:
        """Takes what was erased out of the files that it is kept in.

        Raises:
            Unavailable: It does not answer.
        """
        ...

    def close(self) -> None:
        """Ends the connections."""
        ...


class Knowledge(Protocol):
    """The knowledge service, as `knowledge_base.client.KnowledgeClient` reaches it."""

    async def answer(self, request: AnswerRequest, *, request_id: str | None = None) -> AnswerReply:
        """Answers one question."""
        ...

    async def look_ahead(self, request: AnswerRequest, *, request_id: str | None = None) -> None:
        """Tells that a question is about to be asked."""
        ...

    async def search(self, text: str, k: int = 10, region: str | None = None) -> SearchReply:
        """The best passages for a text."""
        ...

    async def state(self) -> ServiceState:
        """What the service has loaded."""
        ...


class Catalogue(Protocol):
    """The reads of `core.catalogue.reads.CatalogueReads` that pages are made of; they block."""

    def record(self, key: RecordKey) -> StoredRecord | None:
        """One record, whatever its status."""
        ...

    def shown(self, keys: list[RecordKey], region: str | None, today: date) -> dict[RecordKey, int]:
        """Of these records those that may be shown."""
        ...

    def items(
        self,
        *,
        q: str | None = None,
        theme: str | None = None,
        agency: str | None = None,
        region: str | None = None,
        today: date,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[list[StoredRecord], int]:
        """Service items that may be shown, and how many there are in all."""
        ...

    def regions(self) -> list[Region]:
        """Every region, by code."""
        ...

    def state(self) -> CatalogueState:
        """Which catalogue this is, and the number of its latest change."""
        ...

    def holds_demo(self) -> bool:
        """Whether the demonstration city is among the data."""
        ...


class Recommending(Protocol):
    """What may be recommended, as `recommender.serving` makes it."""

    async def recommend(
        self, citizen: str | None, region: str | None, k: int, context: tuple[int, ...], personal: bool
    ) -> Recommended:
        """At most `k` items, the best first; without consent by nothing that is known of the citizen.

        Args:
            region: District chosen in the session.
            context: Ids of the items that the conversation is about, which are not offered.
            personal: The citizen wants it by what is known of them.
        """
        ...

    async def prepare(self) -> None:
        """Reads what the first answer would wait for; it never fails."""
        ...


class Profiles(Protocol):
    """What is kept of a citizen for recommending, as the conversation changes it; the methods block."""

    def facts(self, citizen: str) -> Mapping[str, Scalar]:
        """What they told, where `profile_facts` is agreed to; else nothing."""
        ...

    def tell(self, citizen: str, fact: str, value: Scalar) -> None:
        """Keeps a fact.

        Raises:
            FactsNotAgreedTo: `profile_facts` is not agreed to.
        """
        ...

    def dismiss(self, citizen: str, item: int, *, theme: bool) -> None:
        """Recommends the item, or all of its theme, no more; without `personalize` nothing is kept.

        Raises:
            NotFound: The item is not published any more.
            BadInput: There is a most of them.
        """
        ...

    def restore(self, citizen: str, item: int, *, theme: bool) -> bool:
        """Undoes the dismissal of an item or of its theme; whether there was one."""
        ...
