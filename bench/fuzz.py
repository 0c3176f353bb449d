"""Bodies that nobody should send to `POST /api/chat`, and some that everybody does; made from a seed."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

JSON: Final = "application/json"
WORDS: Final = (
    "居住证要什么材料", "身份证丢了怎么补办", "公积金怎么提取", "你好", "谢谢", "第二个", "南湖区",
    "多少钱", "在哪里办", "怎么投诉", "2025年的", "电话", "办理时间", "营业执照", "老人补贴",
    "我想问一下", "a", "１２３", "OK",
)  # fmt: skip
COMMANDS: Final = (
    "/restart", "／restart", " /bye", '/choose{"target_kind":"item","target_id":1}', "/session_start",
    "//", "/ ask", "\u2044restart", "/EXTERNAL: x", "\\/restart", "/ask{", '/ask{"aspect":"fee"}',
    "\ufeff/restart", "\u200b/restart",
)  # fmt: skip
ODD: Final = (
    "\0", "\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u0301" * 30, "👨‍👩‍👧‍👦", "🏳️‍🌈",
    "𠮷", "\u2028", "\x1b[31m", "\x7f", "\uffff", "\U0010ffff", "ﷺ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤", "%00", "%s%n",
    "{{7*7}}", "${jndi:x}", "<script>alert(1)</script>", "'; DROP TABLE message;--",
    "../../etc/passwd", "\r\n\r\nGET / HTTP/1.1", "110101199003071234", "13800138000",
)  # fmt: skip
NUMBERS: Final = (
    "1e400", "-1e400", "9" * 300, "9" * 5000, "NaN", "Infinity", "-0", "1.0000000000000001", "1E-999",
    "0x10", "01",
)  # fmt: skip
ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-32", "gb18030", "big5", "utf-8-sig", "shift_jis", "utf-7")
CONTENT_TYPES: Final = (
    "", "text/plain", "application/json; charset=gbk", "APPLICATION/JSON", "application/json;",
    "application/jsonx", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/json, text/html", ";", "*/*", "application/problem+json",
    "application/json; charset=\xff", "application/xml", "a" * 3000,
)  # fmt: skip
FIELDS: Final = ("text", "payload", "client_message_id", "region")


@dataclass(frozen=True)
class Fuzzed:
    """One body; `kind` says what is odd about it."""

    kind: str
    content: bytes
    content_type: str = JSON


def fuzzed(count: int, seed: int) -> Iterator[Fuzzed]:
    """So many bodies, of every kind some."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.choice(_KINDS)(chance)


def _text(chance: random.Random) -> str:
    words = chance.choices(WORDS, k=chance.randint(1, 4))
    return "".join(words)


def _value(chance: random.Random, depth: int = 0) -> Any:
    """Anything that JSON can say."""
    plain = (
        None,
        True,
        False,
        0,
        -1,
        2**31,
        2**63,
        2**64,
        1.5,
        "",
        " ",
        "x",
        chance.choice(ODD),
        _text(chance),
    )
    if depth > 3 or chance.random() < 0.7:
        return chance.choice(plain)
    inner = [_value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    return inner if chance.random() < 0.5 else {str(chance.choice(FIELDS)): one for one in inner}


def _as_json(body: Any, *, ascii_only: bool = False) -> bytes:
    return json.dumps(body, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


def _ordinary(chance: random.Random) -> Fuzzed:
    return Fuzzed("ordinary", _as_json({"text": _text(chance)}))


def _broken(chance: random.Random) -> Fuzzed:
    content = bytearray(_as_json({"text": _text(chance), "region": "990100"}))
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(content))
        if chance.random() < 0.5:
            content[place] = chance.randrange(256)
        else:
            del content[place]
    return Fuzzed("broken JSON", bytes(content))


def _noise(chance: random.Random) -> Fuzzed:
    return Fuzzed("noise", chance.randbytes(chance.choice((0, 1, 2, 50, 5000))))


def _types(chance: random.Random) -> Fuzzed:
    names = chance.sample(FIELDS, k=chance.randint(1, 4))
    body: Any = {name: _value(chance) for name in names}
    return Fuzzed("wrong types", _as_json(body if chance.random() < 0.8 else _value(chance)))


def _number(chance: random.Random) -> Fuzzed:
    name, number = chance.choice(FIELDS), chance.choice(NUMBERS)
    template = '{"%s": %s}' if chance.random() < 0.5 else '{"text": "居住证", "%s": %s}'
    return Fuzzed("huge numbers", (template % (name, number)).encode())


def _surrogate(chance: random.Random) -> Fuzzed:
    half = chr(chance.randint(0xD800, 0xDFFF))
    text = f"{_text(chance)}{half}{_text(chance)}"
    return Fuzzed("lone surrogate", _as_json({"text": text}, ascii_only=chance.random() < 0.5))


def _odd(chance: random.Random) -> Fuzzed:
    pieces = [chance.choice((*WORDS, *ODD)) for _ in range(chance.randint(1, 8))]
    return Fuzzed("odd characters", _as_json({"text": "".join(pieces)}))


def _random_text(chance: random.Random) -> Fuzzed:
    codes = [chance.randrange(sys.maxunicode + 1) for _ in range(chance.randint(1, 60))]
    text = "".join(chr(code) for code in codes if not 0xD800 <= code <= 0xDFFF)
    return Fuzzed("any characters", _as_json({"text": text}))


def _deep(chance: random.Random) -> Fuzzed:
    depth = chance.choice((10, 500, 1500, 8000))
    opening, closing = chance.choice((("[", "]"), ('{"text":', "}")))
    content = opening * depth + "1" + closing * depth
    return Fuzzed("deep nesting", content.encode()[: chance.choice((16_000, 60_000))])


def _long(chance: random.Random) -> Fuzzed:
    length = chance.choice((100, 1999, 2000, 2001, 2001, 5000, 16_000, 70_000))
    text = (chance.choice((*WORDS, *ODD)) * length)[:length]
    return Fuzzed("long text", _as_json({"text": text}))


def _encoded(chance: random.Random) -> Fuzzed:
    text = json.dumps({"text": _text(chance)}, ensure_ascii=False)
    return Fuzzed("other encoding", text.encode(chance.choice(ENCODINGS), "replace"))


def _content_type(chance: random.Random) -> Fuzzed:
    return replace(_ordinary(chance), kind="odd content type", content_type=chance.choice(CONTENT_TYPES))


def _command(chance: random.Random) -> Fuzzed:
    return Fuzzed("slash command", _as_json({"text": chance.choice(COMMANDS)}))


def _fields(chance: random.Random) -> Fuzzed:
    body = {
        "text": _text(chance),
        "client_message_id": chance.choice(("1", "a" * 64, "a" * 65, "../x", "\n", "é", "1\n", *ODD)),
        "region": chance.choice(("", "990100", "000000", "９９０１００", "99010", *ODD)),
        chance.choice(("__class__", "constructor", "$ref", "", "sender", "metadata")): _value(chance),
    }
    return Fuzzed("odd fields", _as_json(body))


def _payload(chance: random.Random) -> Fuzzed:
    payload = chance.choice(("x", "A" * 200, "/restart", "0" * 32, *COMMANDS, *ODD))
    return Fuzzed("made-up choice", _as_json({"payload": payload}))


def _twice(chance: random.Random) -> Fuzzed:
    first, second = json.dumps(_value(chance)), json.dumps(_text(chance))
    return Fuzzed("a field twice", f'{{"text": {first}, "text": {second}}}'.encode())


# What is refused at once is sent more often than what goes through the whole assistant.
_REFUSED: Final = (_broken, _noise, _types, _number, _surrogate, _deep, _encoded, _fields, _payload)
_TAKEN: Final = (_ordinary, _odd, _random_text, _long, _content_type, _command, _twice)
_KINDS: Final[tuple[Callable[[random.Random], Fuzzed], ...]] = (*_REFUSED * 4, *_TAKEN)
