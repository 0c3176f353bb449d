"""YAML, JSON lines, Markdown and plain text that were made to do harm, or came to it."""

from __future__ import annotations

import random

from knowledge_base.importing.parsing.limits import UPLOAD_BYTES
from tests.knowledge_base.importing.formats.hostile_office import Hostile
from tests.knowledge_base.importing.formats.packing import zipped

_GOOD = '{"docid": "好", "text": "好文"}\n'


def _laughs() -> bytes:
    lines = ["a0: &a0 [哈, 哈, 哈, 哈, 哈, 哈, 哈, 哈, 哈]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join([*lines, "text: *a11"]).encode()


def _merges() -> bytes:
    """Mappings that are merged into each other, each twice."""
    lines = ["m0: &m0 {x: 1}"]
    lines += [f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}], y{n}: 1}}" for n in range(1, 30)]
    return "\n".join([*lines, "text: a"]).encode()


def _noise(size: int) -> bytes:
    return random.Random(8).randbytes(size)


def _one_line(size: int) -> bytes:
    return b"a" * size


_YAML = [
    Hostile("laughs.yaml", _laughs, "超过250000个值"),
    Hostile("merges.yaml", _merges, "。"),
    Hostile("eats-itself.yaml", lambda: b"a: &a [*a]\ntext: t\n", "别名循环引用自己"),
    Hostile("deep.yaml", lambda: b"text: " + b"[" * 1_000_000, "嵌套过深"),
    Hostile("deep-by-indent.yaml", lambda: b"".join(b" " * n + b"a:\n" for n in range(2_000)), "嵌套过深"),
    Hostile("one-line.yaml", lambda: _one_line(UPLOAD_BYTES), "超过5MB"),
    Hostile("one-value.yaml", lambda: b"external_id: a\ntext: " + _one_line(4_900_000), "超过2000000字"),
    Hostile("million-lines.yaml", lambda: b"- a\n" * 300_000, "超过250000个值"),
    Hostile("huge-number.yaml", lambda: b"text: !!int 0x" + b"f" * 1_000_000, "含有无法读取的值"),
    Hostile("many-digits.yaml", lambda: b"text: " + b"9" * 1_000_000, "含有无法读取的值"),
    Hostile("runs-code.yaml", lambda: b"text: !!python/object/apply:os.system ['id']\n", "不是规范的 YAML"),
    Hostile("bytes.yaml", lambda: b"external_id: a\ntext: !!binary aGk=\n", "含有无法读取的值"),
    Hostile("nul.yaml", lambda: b"external_id: a\ntext: a\x00b\n", "空字符"),
    Hostile("noise.yaml", lambda: _noise(1_000_000), "空字符"),
    Hostile(
        "one-bad.yaml",
        lambda: "documents:\n- {external_id: a, text: 好文}\n- {external_id: b, text: !!set {a}}\n".encode(),
        "含有无法读取的值",
        "好文",
    ),
    Hostile(
        "written-out.yaml",
        lambda: (
            f"documents:\n- {{external_id: a, text: 好文}}\n- &t {{x: {'长' * 20_000}}}\n"
            f"- {{external_id: b, text: [{', '.join(['*t'] * 1_000)}]}}\n"
        ).encode(),
        "内容过多",
        "好文",
    ),
]
_JSON_LINES = [
    Hostile("deep.jsonl", lambda: (_GOOD + "[" * 3_000_000).encode(), "JSON", "好文"),
    Hostile(
        "deep-in-a-field.jsonl",
        lambda: (_GOOD + '{"docid": "a", "text": "t", "title": ' + "[" * 400 + "]" * 400 + "}").encode(),
        "嵌套过深",
        "好文",
    ),
    Hostile(
        "one-line.jsonl", lambda: _one_line(UPLOAD_BYTES - 100) + b"\n" + _GOOD.encode(), "超过4MB", "好文"
    ),
    Hostile("million-lines.jsonl", lambda: _GOOD.encode() + b"1\n" * 5_000_000, "问题已超过10000处", "好文"),
    Hostile("empty-lines.jsonl", lambda: b"\n" * 3_000_000, "只有空白"),
    Hostile("nul.jsonl", lambda: _GOOD.encode() + b'{"docid": "\x00"}\n', "空字符", "好文"),
    Hostile("noise.jsonl", lambda: _GOOD.encode() + _noise(300_000), "编码"),
    Hostile("half-a-pair.jsonl", lambda: rb'{"\ud800": 1, "\ud800": 2}' + b"\n", "重复出现"),
    Hostile(
        "date.jsonl",
        lambda: rb'{"docid": "a", "text": "t", "title": {"\u0000date": "x"}}' + b"\n" + _GOOD.encode(),
        "空字符",
        "好文",
    ),
    Hostile("many-numbers.jsonl", lambda: b'{"docid": "a", "text": [' + b"1e15," * 790_000 + b"1]}", "正文"),
]
_MARKDOWN = [
    Hostile("one-line.md", lambda: _one_line(UPLOAD_BYTES), "超过5MB"),
    Hostile("million-paragraphs.md", lambda: b"a\n\n" * 1_600_000, "复杂"),
    Hostile("open-links.md", lambda: b"[a](" * 1_000_000, "复杂"),
    Hostile("stars.md", lambda: b"*a **b " * 600_000, "复杂"),
    Hostile("backticks.md", lambda: b"".join(b"`" * n + b" " for n in range(1, 3_000)), ""),
    Hostile("quotes.md", lambda: b">" * 2_000_000, "缺少"),
    Hostile("cells.md", lambda: b"|a" * 30_000 + b"\n" + b"|-" * 30_000 + b"\n", ""),
    Hostile("open-comments.md", lambda: b"<!--a" * 900_000, "没有对应的"),
    Hostile("open-front-matter.md", lambda: b"---\n" + b"-- \n" * 1_200_000, "没有用 --- 结束"),
    Hostile("laughs-in-front.md", lambda: b"---\n" + _laughs() + b"\n---\na", "超过250000个值"),
    Hostile("nul.md", lambda: b"# a\n\x00", "空字符"),
    Hostile("noise.md", lambda: _noise(1_000_000), "空字符"),
]
_PLAIN = [
    Hostile("one-line.txt", lambda: _one_line(UPLOAD_BYTES), "超过20MB"),
    Hostile("long.txt", lambda: ("长" * 6_000_000).encode(), "超过2000000字"),
    Hostile("million-lines.txt", lambda: b"a\n" * 9_000_000, "超过2000000字"),
    Hostile("nul.txt", lambda: b"a\x00", "空字符"),
    Hostile("noise.txt", lambda: _noise(1_000_000), "空字符"),
]
TEXTS = [
    *_YAML,
    *_JSON_LINES,
    *_MARKDOWN,
    *_PLAIN,
    Hostile(
        "texts.zip",
        lambda: zipped({"a.yaml": _laughs(), "b.jsonl": _GOOD * 3, "c.md": b"[" * 1_000, "d.txt": b"a\x00"}),
        "超过250000个值",
        "好文",
    ),
]
