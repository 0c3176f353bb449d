"""Folding of text for matching and for the index; what is shown is always the raw text. Pure."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Protocol

_BRACKETS = str.maketrans(dict.fromkeys("〔[【［", "(") | dict.fromkeys("〕]】］", ")"))


class _Converter(Protocol):
    def convert(self, text: str) -> str: ...


@cache
def _to_simplified() -> _Converter:
    from opencc import OpenCC

    converter: _Converter = OpenCC("t2s")
    return converter


def fold(text: str) -> str:
    """One form for texts that mean the same: width, traditional characters, brackets of 文号, case."""
    wide = unicodedata.normalize("NFKC", text)
    return _to_simplified().convert(wide).translate(_BRACKETS).lower()
