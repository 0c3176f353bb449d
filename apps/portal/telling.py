"""What a citizen says about recommendations, and what picking a choice does about them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from apps.portal import recommendation_words as words
from apps.portal.meaning import meant
from apps.portal.past import LOOKED_AT, Past, Shown
from apps.portal.ports import Pick, Profiles
from apps.portal.service_refs import eligibility_ref
from apps.portal.subjects import Subjects
from core.catalogue.keys import RecordKey
from core.catalogue.models import ServiceItem
from core.citizens.consents import Consents, OutdatedNotice, Purpose
from core.citizens.conversations import Conversations
from core.citizens.deeds import Deed, DeedKind
from core.errors import BadInput, NotFound
from knowledge_base.contract import (
    Choice,
    ChoicesPart,
    Part,
    RecommendPart,
    ServiceRef,
    ServicesPart,
    Target,
    TextPart,
)
from recommender.eligibility import assess

# Of one thing and not of its kind.
_ONE: Final = re.compile(r"[这那]([个一]?(项|个事项|件)|个(?!类|种))|这项|这件|本事项")
_MOST: Final = 5
_OF_THEME: Final = (DeedKind.DISMISS_THEME, DeedKind.RESTORE_THEME)


class Telling:
    """Explains, dismisses, restores and keeps facts; the methods block. Doing it twice changes nothing.

    Args:
        profiles: What is kept of citizens.
        consents: What they have agreed to.
        conversations: What was shown to them.
        subjects: What citizens may see now.
    """

    def __init__(
        self, profiles: Profiles, consents: Consents, conversations: Conversations, subjects: Subjects
    ) -> None:
        self._profiles = profiles
        self._consents = consents
        self._conversations = conversations
        self._subjects = subjects

    def explain(self, citizen: str, text: str, wanted: RecommendPart) -> list[Part]:
        """Why what was shown was recommended."""
        shown = self._shown(citizen)
        if not shown.items:
            return [TextPart(text=wanted.text)]
        found = meant(text, shown.items, shown.latest)
        reasons = [words.why(one.name, one.reason, one.source) for one in found or shown.items]
        before = [] if found else [words.NOT_SHOWN + words.THE_SHOWN]
        rests = words.ON_WHAT_IT_RESTS if shown.personalized else words.ON_NOBODY
        return [TextPart(text="\n".join([*before, *reasons, rests]))]

    def dismiss(self, citizen: str, text: str, wanted: RecommendPart) -> list[Part]:
        """Recommends no more of what was shown; asks back of what, where that is not plain."""
        shown = self._shown(citizen)
        if not shown.items:
            return [TextPart(text=wanted.text)]
        kind = DeedKind.DISMISS_ITEM if _ONE.search(text) else DeedKind.DISMISS_THEME
        found = meant(text, shown.items, shown.latest)
        choices = _each_once(found or shown.items, kind)
        if found and len(choices) == 1:
            return self._dismiss(citizen, choices[0].target, choices[0].deed or Deed(kind))
        asked = words.WHICH_NOT if found else words.NOT_SHOWN + words.WHICH_NOT
        return [ChoicesPart(text=asked, choices=choices[:_MOST])]

    def picked(self, citizen: str, pick: Pick, deed: Deed) -> list[Part]:
        """What is said to a picked choice.

        Raises:
            BadInput: The fact that it tells is none any more.
        """
        match deed.kind:
            case DeedKind.DISMISS_ITEM | DeedKind.DISMISS_THEME:
                return self._dismiss(citizen, pick.target, deed)
            case DeedKind.RESTORE_ITEM | DeedKind.RESTORE_THEME:
                done = self._profiles.restore(citizen, pick.target.id, theme=deed.kind in _OF_THEME)
                return [TextPart(text=words.RESTORED if done else words.NOTHING_TO_RESTORE)]
            case DeedKind.TELL:
                return self._tell(citizen, pick.target, deed)
            case DeedKind.KEEP_QUIET:
                return [TextPart(text=words.NOT_ASKED_AGAIN)]

    def _dismiss(self, citizen: str, target: Target, deed: Deed) -> list[Part]:
        if not self._is_agreed(citizen, Purpose.PERSONALIZE):
            return [TextPart(text=words.CONSENT_TO_REMEMBER)]
        item = self._item(target)
        if item is None:
            return [TextPart(text=words.GONE)]
        of_theme = deed.kind in _OF_THEME and item.theme is not None
        try:
            self._profiles.dismiss(citizen, target.id, theme=of_theme)
        except (BadInput, NotFound) as error:
            # There are too many, or the item has gone meanwhile.
            return [TextPart(text=error.public_message)]
        title = item.theme if of_theme and item.theme else item.name
        back = Deed(DeedKind.RESTORE_THEME if of_theme else DeedKind.RESTORE_ITEM)
        undo = Choice(title=words.UNDO, target=target, deed=back)
        return [ChoicesPart(text=words.dismissed(title, theme=of_theme), choices=[undo])]

    def _tell(self, citizen: str, target: Target, deed: Deed) -> list[Part]:
        value = deed.value
        if deed.agreed:
            try:
                self._consents.put(citizen, {Purpose.PROFILE_FACTS: True}, deed.agreed)
            except OutdatedNotice as error:
                return [TextPart(text=error.public_message)]
        if not self._is_agreed(citizen, Purpose.PROFILE_FACTS):
            return [TextPart(text=words.CONSENT_TO_KEEP)]
        self._profiles.tell(citizen, deed.fact, value)
        told = next((one for one in self._shown(citizen).items if one.item_id == target.id), None)
        item = self._item(target)
        if told is None or item is None:
            return [TextPart(text=words.NOTED)]
        known = assess(item, self._profiles.facts(citizen))
        new = told.model_copy(update={"eligibility": eligibility_ref(known)})
        return [ServicesPart(text=words.NOTED, items=[new], personalized=True)]

    def _shown(self, citizen: str) -> Shown:
        return Past(self._conversations.history(citizen, LOOKED_AT)).shown

    def _is_agreed(self, citizen: str, purpose: Purpose) -> bool:
        return self._consents.of(citizen)[purpose].given

    def _item(self, target: Target) -> ServiceItem | None:
        """The item, if citizens may see it now."""
        for stored in self._subjects.published([RecordKey(target.kind, target.id)]):
            if isinstance(stored.record, ServiceItem):
                return stored.record
        return None


def _each_once(items: Sequence[ServiceRef], kind: DeedKind) -> list[Choice]:
    """A choice for each theme; an item without one stands for itself."""
    by_title: dict[str, Choice] = {}
    for one in items:
        of_theme = kind is DeedKind.DISMISS_THEME and one.theme
        title = f"{one.theme}（如“{one.name}”）" if of_theme else one.name
        deed = Deed(kind if of_theme else DeedKind.DISMISS_ITEM)
        choice = Choice(title=title, target=Target(kind="item", id=one.item_id), deed=deed)
        by_title.setdefault(str(one.theme) if of_theme else title, choice)
    return list(by_title.values())
