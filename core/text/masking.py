"""Personal numbers in citizens' text replaced by placeholders before anything else sees the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

ID_NUMBER = "〔身份证号〕"
PHONE = "〔电话号码〕"
BANK_CARD = "〔银行卡号〕"
DOCUMENT = "〔证件号码〕"
PLATE = "〔车牌号〕"
EMAIL = "〔邮箱〕"

_PLACEHOLDER = re.compile(f"(?:{'|'.join((ID_NUMBER, PHONE, BANK_CARD, DOCUMENT, PLATE, EMAIL))})")
# "我叫张三，我的身份证号是〔身份证号〕": what introduces a number says as little of the matter as the number.
_WHOSE = (
    r"(?:我(?:的名字)?叫[\u4e00-\u9fff·]{2,4}?[，,、\s]*)?(?:打|拨打)?"
    r"(?:(?:我|俺|本人|他|她|孩子|老人)(?:爸|妈|爹|娘|老公|老婆|儿子|女儿|孩子|父亲|母亲|爷爷|奶奶)?)?的?[老新旧]?"
)
_PHONE_THING = "(?:联系)?(?:手机|电话|联系方式)(?:号码?)?"
_THING = "(?:身份证|证件|银行卡|社保卡|医保卡|护照|通行证|账户?|帐户?|卡|车牌|邮箱|号)"
_IS = "(?:就?[是为]|[：:=])"
# "身份证〔身份证号〕丢了": the card itself is meant.
_LOST = r"(?![，,\s]*(?:丢|掉|坏|遗失|不见|找不|被|损|磨|消磁|快?要?(?:过|到)期|到了))"
_ENDS = r"(?=[，,。；;！!？?、\s]|$|〔)"
_INTRODUCED = re.compile(
    rf"{_WHOSE}(?:{_PHONE_THING} ?{_IS}? ?{PHONE}|{_THING}(?:"
    rf"(?:号码?|码|地址) ?{_IS}? ?{_PLACEHOLDER.pattern}"
    rf"|(?: ?{_IS} ?{_PLACEHOLDER.pattern}| ?{_PLACEHOLDER.pattern}{_ENDS}){_LOST}))"
)
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云渝藏陕甘青宁新使领"
_PATTERNS = (
    (EMAIL, re.compile(r"[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,5}", re.IGNORECASE)),
    (
        PLATE,
        re.compile(
            rf"[{_PROVINCES}][a-hj-z][·•‧・. \-]?(?=[a-z]{{0,5}}\d)"
            r"(?:[a-hj-np-z0-9]{5,6}|[a-hj-np-z0-9]{4}[挂学警港澳领使])(?![a-z0-9])",
            re.IGNORECASE,
        ),
    ),
    # Passports, Hong Kong and Macao permits, home return permits.
    (
        DOCUMENT,
        re.compile(
            r"(?<![a-z0-9])(?:[egpsdk]\d{8}|e[a-hj-np-z]\d{7}|[chm]\d{8}(?:\d{2})?)(?![a-z0-9])",
            re.IGNORECASE,
        ),
    ),
    (PHONE, re.compile(r"(?<![\d.])1[3-9]\d\.\d{4}\.\d{4}(?![\d.])")),
    # Seven or eight digits alone may be a date or an amount: a number only where the text says so.
    (
        PHONE,
        re.compile(
            r"(?:(?<=电话)|(?<=座机)|(?<=号码)|(?<=致电)|(?<=拨打))"
            r"[ :是为]{0,3}([2-8]\d{6,7})(?![\d元万亿年.\-])"
        ),
    ),
)
_DIGITS = re.compile(r"\d+")
_GAP_CHARACTERS = frozenset(" -()")
_LONGEST_GAP = 3
_LONGEST_NUMBER = 19
_MONEY_AFTER = re.compile(r"(?:\.\d)? ?(?:\d* ?)(?:元|块|万|亿|%|人民币)|\.\d")
_AMOUNT_BEFORE = re.compile(r"[¥￥$]$|\d\.$")
_ID_REGION = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[1-3])\d{4}")
_ID_18 = re.compile(
    rf"{_ID_REGION.pattern}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}[\dx]"
)
_ID_15 = re.compile(rf"{_ID_REGION.pattern}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}")
_CHECK_LETTER = re.compile(r"[ \-]?x(?![a-z])", re.IGNORECASE)
_MOBILE = re.compile(r"(?:0|\+?86|0086)?1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0?0?86)?(?:010|02\d|0[3-9]\d\d)[1-9]\d{6,7}")
_MOBILE_SPLITS = frozenset(
    {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (5, 6), (6, 5), (3, 3, 5), (3, 5, 3), (4, 7), (1,) * 11}
)
_CARD_PREFIX = re.compile(r"62|4|5[1-5]|3[57]|60|9[5-9]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class _Span(NamedTuple):
    start: int
    end: int
    label: str


def mask(text: str) -> str:
    """The text with identity, phone, card, document and plate numbers and e-mail addresses replaced.

    Reads full-width digits and numbers split by spaces, dashes or invisible characters. Public
    numbers (12345), years, document numbers, dates and amounts stay.
    """
    folded, places = _fold(text)
    pieces: list[str] = []
    shown = 0
    for span in _spans(folded):
        pieces += text[shown : places[span.start]], span.label
        shown = places[span.end - 1] + 1
    return "".join([*pieces, text[shown:]])


def without_placeholders(text: str) -> str:
    """A masked text as it is searched for: what stands for a number says nothing of the matter asked.

    Nor do the words that introduce it: "我的电话〔电话号码〕" asks for none.
    """
    return _PLACEHOLDER.sub(" ", _INTRODUCED.sub(" ", text))


def _fold(text: str) -> tuple[str, list[int]]:
    """Plain characters for the patterns, and the place in `text` of each."""
    kept = [(_plain(character), at) for at, character in enumerate(text)]
    kept = [(plain, at) for plain, at in kept if plain]
    return "".join(plain for plain, _ in kept), [at for _, at in kept]


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Pd" or character in "−_":
        return "-"
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if character != "\n" and character.isspace():
        return " "
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _spans(text: str) -> Iterator[_Span]:
    """Spans in order; where two overlap the one that begins first, then the longer, counts."""
    found = sorted([*_pattern_spans(text), *_number_spans(text)], key=lambda span: (span.start, -span.end))
    end = 0
    for span in found:
        if span.start >= end:
            yield span
            end = span.end


def _pattern_spans(text: str) -> Iterator[_Span]:
    for label, pattern in _PATTERNS:
        yield from (_Span(*match.span(match.lastindex or 0), label) for match in pattern.finditer(text))


def _number_spans(text: str) -> Iterator[_Span]:
    groups = [match.span() for match in _DIGITS.finditer(text)]
    joined = [_joins(text[left[1] : right[0]]) for left, right in pairwise(groups)] + [False]
    at = 0
    while at < len(groups):
        run = _run_from(groups, joined, at)
        found = next(
            (hit for hit in (_recognise(text, run[:n]) for n in range(len(run), 0, -1)) if hit), None
        )
        if found is None:
            at += 1
            continue
        span, used = found
        yield span
        at += used


def _joins(gap: str) -> bool:
    return len(gap) <= _LONGEST_GAP and _GAP_CHARACTERS.issuperset(gap)


def _run_from(groups: list[tuple[int, int]], joined: list[bool], at: int) -> list[tuple[int, int]]:
    """The group at `at` and those that may belong to the same number."""
    run = [groups[at]]
    length = groups[at][1] - groups[at][0]
    while joined[at]:
        at += 1
        length += groups[at][1] - groups[at][0]
        if length > _LONGEST_NUMBER:
            break
        run.append(groups[at])
    return run


def _recognise(text: str, groups: list[tuple[int, int]]) -> tuple[_Span, int] | None:
    digits = "".join(text[start:end] for start, end in groups)
    splits = tuple(end - start for start, end in groups)
    start, end = groups[0][0], groups[-1][1]
    if len(digits) == len(_ID_WEIGHTS):
        tail = _CHECK_LETTER.match(text, end)
        if tail and _ID_18.fullmatch(digits + "x"):
            return _Span(start, tail.end(), ID_NUMBER), len(groups)
    label = _label(digits, splits, text[max(0, start - 2) : start], text[end : end + 8])
    if label is None:
        return None
    if text[max(0, start - 1) : start] in ("+", "("):
        start -= 1
    return _Span(start, end, label), len(groups)


def _label(digits: str, splits: tuple[int, ...], before: str, after: str) -> str | None:
    if not _AMOUNT_BEFORE.search(before) and not _MONEY_AFTER.match(after) and _is_phone(digits, splits):
        return PHONE
    if _is_identity(digits, splits):
        return ID_NUMBER
    return BANK_CARD if _is_card(digits, splits) else None


def _is_phone(digits: str, splits: tuple[int, ...]) -> bool:
    if _MOBILE.fullmatch(digits):
        prefix = len(digits) - 11
        return any(tail in _MOBILE_SPLITS for tail in _without_prefix(splits, prefix))
    return bool(_LANDLINE.fullmatch(digits)) and len(splits) <= 4


def _without_prefix(splits: tuple[int, ...], prefix: int) -> Iterator[tuple[int, ...]]:
    """The group lengths after a country code or a zero, written apart or together."""
    if splits[0] > prefix:
        yield (splits[0] - prefix, *splits[1:])
    else:
        used = next((at for at, total in enumerate(accumulate(splits), 1) if total == prefix), len(splits))
        yield splits[used:]


def _is_identity(digits: str, splits: tuple[int, ...]) -> bool:
    if len(digits) > _LONGEST_NUMBER:
        return any(bool(_ID_18.match(part)) and _checksum_holds(part) for part in (digits[:18], digits[-18:]))
    if _ID_18.fullmatch(digits):
        return True
    return bool(_ID_15.fullmatch(digits)) and splits[0] in (1, 3, 6, 15)


def _checksum_holds(identity: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, identity, strict=False))
    return "10x98765432"[total % 11] == identity[17].lower()


def _is_card(digits: str, splits: tuple[int, ...]) -> bool:
    if not 15 <= len(digits) <= _LONGEST_NUMBER or not _CARD_PREFIX.match(digits):
        return False
    if len(splits) > 1 and not (set(splits[:-1]) in ({4}, {1}) or splits[0] == 6):
        return False
    # A mistyped card of the national network is still somebody's.
    return _luhn_holds(digits) or (digits.startswith("62") and len(digits) >= 16)


def _luhn_holds(digits: str) -> bool:
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
