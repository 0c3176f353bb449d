"""Abuse and sighs, which ask for nothing: the reviewed list of `abuse.yaml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from core.text.normalise import fold

_LIST = Path(__file__).with_name("abuse.yaml")
# Whoever writes more than this has something to say.
_LONGEST = 300
_CLAUSE = re.compile(r"[^，,。！!？?；;、…~～\s]+[，,。！!？?；;、…~～\s]*")
_MARKS = "，,。！!？?；;、…~～ \t\r\n"
# 垃圾 alone may be what is asked about.
_BARE = 2
# 傻 逼, 傻*逼: what stands between two Chinese characters to get past a list.
_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])[^\w\u4e00-\u9fff]+(?=[\u4e00-\u9fff])")


def is_abuse(text: str) -> bool:
    """Whether a message is nothing but abuse. Whoever is angry about a matter is to be heard."""
    if len(text) > _LONGEST:
        return False
    folded = fold(text)
    if _pattern("matter").search(folded):
        return False
    return bool(_pattern("insults").search(folded) or _pattern("curses").search(_BETWEEN.sub("", folded)))


def without_outbursts(text: str) -> str:
    """A text without clauses and words that only vent anger: "傻逼系统，居住证要什么材料", "累死了，…".

    Where nothing else would be left the text is as it was.
    """
    if len(text) > _LONGEST:
        return text
    kept = [_calmed(clause) for clause in _CLAUSE.findall(text) if not _is_outburst(clause.rstrip(_MARKS))]
    return "".join(kept) if any(clause.strip(_MARKS) for clause in kept) else text


def _is_outburst(clause: str) -> bool:
    folded = fold(clause)
    return (
        bool(_pattern("sighs").fullmatch(folded))
        or (len(folded) > _BARE and is_abuse(clause))
        or _calmed(folded) == ""
    )


def _calmed(clause: str) -> str:
    left = _pattern("curses").sub("", fold(clause))
    return clause if left == fold(clause) else left


@cache
def _pattern(name: str) -> re.Pattern[str]:
    words = {key: f"(?:{_loaded()[key].replace(' ', '')})" for key in ("you",)}
    parts = _loaded()[name]
    for key, alternatives in words.items():
        parts = [part.replace(f"{{{key}}}", alternatives) for part in parts]
    return re.compile("|".join(f"(?:{part})" for part in parts))


@cache
def _loaded() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_LIST.read_text(encoding="utf-8"))
    return loaded
