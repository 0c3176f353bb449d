"""Years that a text names. Pure."""

from __future__ import annotations

import re

from core.text.normalise import fold

_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_IN_WORDS = re.compile(r"[一二][〇○零一二三四五六七八九]{3}(?=年|届)")
# A number alone may be a price: a year stands before 年 or 届, in a range before one, or in a date.
_YEAR = re.compile(
    r"(?<!\d)((?:19[5-9]|20[0-4])\d)(?=年|届|学年|(?:[-—~至到](?:20)?\d\d)+(?:学)?年|[-./]\d{1,2}[-./])"
)
YEAR_IN_WORDS = re.compile(r"(?<!\d)(?:19[5-9]|20[0-4])\d年度?|前年|去年|今年|明年")
_SAID = re.compile(
    r"[(\[]?(?:(?<!\d)(?:19[5-9]|20[0-4])\d[-—~至到])?(?<!\d)(?:19[5-9]|20[0-4])\d(?:学年度?|年度?|届)[)\]]?"
)
# What somebody has done or has been through, with the year before it.
_CIRCUMSTANCE = re.compile(
    r"(?<!\d)(?:19[5-9]|20[0-4])\d年(?:\d{1,2}月)?(?:\d{1,2}[日号])?(?:份|初|底|的时候)?[^,，。?？!！\s]{0,3}?"
    "(?:办|领|结婚?|离婚?|买|毕业|退休|出生|生|签|迁|落户|搬|开|注册|考|入职|来|建|租|装|拿|换|补|登记|取得|下岗|失业|去世|交|缴)"
    "(?:的|了|过|于|到)"
)
_LAST_OF_RANGE = re.compile(r"(?<=\d[-—~至到])((?:19[5-9]|20[0-4])\d)(?=学?年)")


def years(text: str) -> frozenset[int]:
    """The years named in full, in digits or in Chinese numerals."""
    digits = _in_digits(text)
    return frozenset(int(year) for form in (_YEAR, _LAST_OF_RANGE) for year in form.findall(digits))


def without_years(text: str) -> str:
    """The text without the years it names; as it is where it is nothing else."""
    if not years(text):
        return text
    return _SAID.sub("", _in_digits(text)).strip() or text


def years_asked_for(question: str) -> frozenset[int]:
    """The years that a question is about: not those in which somebody did something ("2019年办的")."""
    return years(_CIRCUMSTANCE.sub("", _in_digits(question)))


def _in_digits(text: str) -> str:
    return _IN_WORDS.sub(lambda found: found.group().translate(_DIGITS), fold(text))
