"""Which of a text's first lines is its title. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_TITLE = 120
_LOOKED_AT = 12
_HEADS = re.compile(
    r".{2,30}(?:文件|公报)|.{0,30}[〔\[【(（]\d{4}[〕\]】)）]\d+号|(?:签发人|密级|份号|索引号|发布机构|发文字号)[:：].*"
    r"|\d{1,8}|机密|秘密|特急|加急|平急"
)
_ENDS = re.compile(
    r".*(?:通知|办法|方案|意见|公告|通告|规定|细则|条例|决定|指南|须知|解读|问答|通报|公示|函|批复|规划|计划|报告)"
    r"(?:[(（].{1,20}[)）])?"
)
_SECTION = re.compile(
    r"第[一二三四五六七八九十百\d]{1,4}[编章节条]|[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|附件|目\s*录"
)
_SENTENCE = re.compile(r"[。；;！!？?：:]")
_MOST_LINES = 4


def title_of(lines: Sequence[str], named: str | None = None, heading: str | None = None) -> str | None:
    """The title: what the file calls itself if the text begins with it, else its first heading or line.

    Args:
        named: Title in the file's properties, often that of the template or of another file.
        heading: First line that is set as a title or heading.
    """
    first = [line.strip() for line in lines[:_LOOKED_AT] if line.strip()]
    if named and 2 <= len(named) <= LONGEST_TITLE and _squeezed(named) in _squeezed("".join(first)):
        return named.strip()
    if heading and len(heading) <= LONGEST_TITLE and not _SECTION.match(heading):
        return heading
    while len(first) > 1 and _HEADS.fullmatch(first[0]):
        first = first[1:]
    return _joined(first)


def _joined(first: Sequence[str]) -> str | None:
    """A title may be broken over a few short lines, of which the last ends as titles do."""
    said = ""
    for line in first[:_MOST_LINES]:
        if _SENTENCE.search(line):
            break
        said += line
        if len(said) <= LONGEST_TITLE and _ENDS.fullmatch(said):
            return said
    return first[0] if first and len(first[0]) <= LONGEST_TITLE else None


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
