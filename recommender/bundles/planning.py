"""Puts the steps of a bundle in order and tells where each stands. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from core.catalogue.bundles import Bundle, BundleStep
from core.catalogue.models import ServiceItem
from core.catalogue.rules import evaluate, parse_rule
from recommender.bundles.models import PlannedStep, StepState
from recommender.conditions import PlaceName, nowhere, requirement
from recommender.eligibility import assess


def plan(
    bundle: Bundle,
    items: Mapping[str, ServiceItem],
    facts: Mapping[str, object],
    done: Collection[str] = (),
    place: PlaceName = nowhere,
) -> list[PlannedStep]:
    """The steps of a bundle, each after those that it waits for, else as the bundle lists them.

    A step whose item is not among `items` is left out. What would wait for it, or for one that this citizen
    need not do, waits for what that one waits for instead. What waits for one whose conditions are not met
    waits on: there is no way around that.

    Args:
        items: Those that may be shown, by external id.
        done: External ids of items that are done.
        place: Names districts by their codes.

    Raises:
        BadInput: An item's rule is malformed.
    """
    facts = {name: value for name, value in facts.items() if name not in bundle.leaves_open}
    present = [step for step in bundle.steps if step.item in items]
    spared = {step.item: _why_spared(step, facts, place) for step in present}
    found = {step.item: assess(items[step.item], facts, place) for step in present}
    after = {step.item: step.after for step in bundle.steps}
    counting = {item for item, reason in spared.items() if not reason or item in done}
    unmet = {item for item in counting if found[item].verdict.verdict == "not_eligible"}.difference(done)
    names = {item: items[item].name for item in counting}
    optional = {step.item for step in present if step.optional}
    steps: list[PlannedStep] = []
    for step in in_order(present, after):
        waits_for = _waits_for(step.item, after, counting)
        held = _held_up_by(waits_for, optional, done, unmet)
        assessment = found[step.item]
        if step.item in done:
            state, reason = StepState.DONE, ""
        elif spared[step.item]:
            state, reason = StepState.NOT_NEEDED, spared[step.item]
        elif step.item in unmet:
            state, reason = StepState.NOT_ELIGIBLE, assessment.text
        else:
            reason = _told(held, names, unmet)
            state = StepState.WAITS if reason else StepState.READY
        note, item = _note(step, facts, place), items[step.item]
        steps.append(PlannedStep(item, state, waits_for, step.optional, reason, note, assessment))
    return steps


def in_order(steps: Sequence[BundleStep], after: Mapping[str, Iterable[str]]) -> list[BundleStep]:
    """The steps so that each stands behind all that it waits for, directly or not; stable otherwise."""
    placed: list[BundleStep] = []
    left = list(steps)
    while left:
        waiting = {step.item for step in left}
        ready = next(step for step in left if not waiting & _all_before(step.item, after))
        placed.append(ready)
        left.remove(ready)
    return placed


def _all_before(item: str, after: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    left = list(after[item])
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left.extend(after[one])
    return found


def _waits_for(item: str, after: Mapping[str, Iterable[str]], counting: Collection[str]) -> tuple[str, ...]:
    """What a step waits for, of what counts; what does not count hands on what it waits for itself."""
    found: list[str] = []
    seen: set[str] = set()
    left = list(after[item])
    while left:
        one = left.pop(0)
        if one in seen:
            continue
        seen.add(one)
        if one in counting:
            found.append(one)
        else:
            left = [*after[one], *left]
    return tuple(found)


def _why_spared(step: BundleStep, facts: Mapping[str, object], place: PlaceName) -> str:
    """Why the citizen need not do it; empty where nothing says so."""
    if step.when is None:
        return ""
    rule = parse_rule(step.when)
    if evaluate(rule, facts).verdict != "not_eligible":
        return ""
    return f"按您说的情况不用办：这一步{requirement(rule, place)}。"


def _held_up_by(
    waits_for: Sequence[str], optional: Collection[str], done: Collection[str], unmet: Collection[str]
) -> tuple[str, list[str]]:
    """How it is joined, and what has to be done first: all that is necessary, else one that is optional."""
    necessary = [one for one in waits_for if one not in optional]
    if necessary:
        return "”“", [one for one in necessary if one not in done]
    if any(one in done for one in waits_for):
        return "", []
    return "”或者“", [one for one in waits_for if one not in unmet] or [*waits_for]


def _told(held: tuple[str, list[str]], names: Mapping[str, str], unmet: Collection[str]) -> str:
    """What comes first, and which of it cannot be done as things stand; empty where nothing does."""
    joint, first = held
    if not first:
        return ""
    barred = "”“".join(names[one] for one in first if one in unmet)
    why = f"按您说的情况，“{barred}”暂不符合条件。" if barred else ""
    return f"先办“{joint.join(names[one] for one in first)}”。{why}"


def _note(step: BundleStep, facts: Mapping[str, object], place: PlaceName) -> str:
    """Whom a step concerns where that is not known, that it is optional, and the bundle's own words."""
    said = []
    if step.when is not None:
        rule = parse_rule(step.when)
        if evaluate(rule, facts).verdict == "unknown":
            said.append(f"不是人人要办：{requirement(rule, place)}。")
    elif step.optional:
        said.append("按需要办理。")
    return "".join([*said, step.note or ""])
