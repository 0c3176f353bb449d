"""The materials of several service items as one list: what is the same is brought once. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from core.catalogue.models import Material
from core.text.normalise import fold
from recommender.bundles.models import MergedMaterial, PlannedStep, StepState

FORMS: Final = {
    "original": "原件", "copy": "复印件", "original_and_copy": "原件和复印件", "electronic": "电子件",
}  # fmt: skip
# What a name says of the form, which stands in fields of its own.
_FORM: Final = re.compile(r"[(（](?:原件|复印件|电子件|电子版|[一二两三四五\d]+份|[及和、,，\s])+[)）]")
_MARKS: Final = re.compile(r"[\s《》“”\"'「」]+")
_VALID: Final = re.compile("^(?:有效的?)")
# Two names of one paper.
_SAME: Final = (
    ("居民身份证", "身份证"),
    ("户口本", "户口簿"),
    ("居民户口簿", "户口簿"),
    ("结婚证书", "结婚证"),
    ("户口簿(本人那一页)", "户口簿本人页"),
)
# Guides call whoever applies, and the child, in different ways; each name is then told in the remarks.
_APPLICANT: Final = re.compile("^(?:申请人|申领人|登记人|参保人|本人)的?(?=(?:身份证|户口簿)$)")
_CHILD: Final = re.compile("^(?:孩子|子女|婴幼儿|新生儿|婴儿)的?(?=出生医学证明$)")


def checklist(steps: Sequence[PlannedStep]) -> list[MergedMaterial]:
    """All materials of the steps that are still to be done, in the order of their first step.

    Of a material of several steps the number of copies is the largest that one of them asks for, and who
    wants something else is told in the remarks.
    """
    wanted: dict[str, list[tuple[PlannedStep, Material]]] = {}
    for step in steps:
        if step.state in (StepState.READY, StepState.WAITS):
            for material in step.item.materials:
                wanted.setdefault(material_key(material.name), []).append((step, material))
    return [_merged(entries) for entries in wanted.values()]


def material_key(name: str) -> str:
    """The form in which names of materials are compared."""
    return _CHILD.sub("", _APPLICANT.sub("", _paper(name)))


def _paper(name: str) -> str:
    """A name without what tells nothing of which paper it is; whose it is stays."""
    key = _VALID.sub("", _MARKS.sub("", fold(_FORM.sub("", name))))
    for one, other in _SAME:
        key = key.replace(one, other)
    return key


def _merged(entries: Sequence[tuple[PlannedStep, Material]]) -> MergedMaterial:
    materials = [material for _, material in entries]
    named_alike = len({_paper(one.name) for one in materials}) == 1
    copies = [one.copies for one in materials if one.copies is not None]
    return MergedMaterial(
        name=materials[0].name if named_alike else material_key(materials[0].name),
        copies=max(copies, default=None),
        original=_form(one.original for one in materials),
        required=any(one.required for one in materials),
        items=tuple(dict.fromkeys(step.item.external_id for step, _ in entries)),
        remarks=_remarks(entries, named_alike=named_alike),
    )


def _form(forms: Iterable[str | None]) -> str | None:
    """One form for all: who wants the original and who wants a copy need both."""
    found = {one for one in forms if one is not None}
    if len(found) > 1:
        found.discard("electronic")
    if len(found) > 1:
        return "original_and_copy"
    return next(iter(found), None)


def _remarks(entries: Sequence[tuple[PlannedStep, Material]], *, named_alike: bool) -> tuple[str, ...]:
    differ = len({(one.original, one.copies, one.required) for _, one in entries}) > 1
    said: dict[str, list[str]] = {}
    for step, material in entries:
        name = () if named_alike else (material.name,)
        words = [*name, *(_amount(material) if differ else ()), *_own_words(material)]
        if words:
            said.setdefault("；".join(words), []).append(step.item.name)
    everybody = len(entries)
    return tuple(
        words if len(names) == everybody else f"{'、'.join(dict.fromkeys(names))}：{words}"
        for words, names in said.items()
    )


def _amount(material: Material) -> list[str]:
    form = FORMS.get(material.original or "", "")
    copies = f"{material.copies}份" if material.copies is not None else ""
    return [part for part in (f"{form}{copies}", "" if material.required else "非必需") if part]


def _own_words(material: Material) -> list[str]:
    source = f"获取方式：{material.source}" if material.source else ""
    return [part for part in ((material.note or "").removesuffix("。"), source) if part]
