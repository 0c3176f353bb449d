"""The child process: bounds itself, parses the file on its standard input and writes what it found."""

from __future__ import annotations

import fcntl
import os
import resource
import select
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import BinaryIO, Final

from knowledge_base.importing.parsing.limits import MEMORY_BYTES, OUTPUT_LINE_BYTES, PROCESSOR_S
from knowledge_base.importing.parsing.messages import (
    Archived,
    Defaults,
    Message,
    Parsed,
    Refused,
    refused,
    to_line,
)
from knowledge_base.importing.unreadable import Unreadable

Parser = Callable[..., Iterator[Message]]
END = b'{"is": "End"}\n'
_PARSERS: Final[Mapping[str, tuple[str, str]]] = {
    "docx": ("zipped", "parse_zipped"),
    "xlsx": ("zipped", "parse_zipped"),
    "zip": ("zipped", "parse_zipped"),
    "pdf": ("pdf", "parse_pdf"),
    "csv": ("csv_text", "parse_csv"),
    "html": ("page", "parse_page"),
    "markdown": ("markdown", "parse_markdown"),
    "plain": ("plain_text", "parse_plain"),
    "yaml": ("yaml_lists", "parse_yaml"),
    "jsonl": ("json_lines", "parse_json_lines"),
}


def main() -> None:
    """Entry point.

    The last two arguments are the family of formats that the file's bytes and name tell, and the
    descriptor of a pipe whose other end the parent holds.
    """
    family, held = sys.argv[-2:]
    _end_with_the_parent(int(held))
    output = os.fdopen(os.dup(1), "wb")
    # No library may write between the messages.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # openpyxl would take numpy, with threads of its own, for a type that no file holds.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    parse = _parser(family)
    # Only now, so that what Python compiles is kept for the next child.
    _bound()
    for written in _safely(parse, sys.stdin.buffer):
        output.write(written)
        output.flush()
    output.write(END)
    output.flush()
    # Without taking apart what libraries hold: a broken file has made them crash there.
    os._exit(0)


def _end_with_the_parent(held: int) -> None:
    """The kernel ends this process once the parent is gone, whatever this one is doing then."""
    # Elsewhere than on Linux it would not by itself.
    is_enough = sys.platform == "linux"
    signal.signal(signal.SIGIO, signal.SIG_DFL if is_enough else lambda *_: os._exit(1))
    fcntl.fcntl(held, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(held, fcntl.F_SETFL, fcntl.fcntl(held, fcntl.F_GETFL) | os.O_ASYNC)
    # Nothing is ever written to it: it has come to its end before the kernel was asked.
    if select.select([held], [], [], 0)[0]:
        os._exit(1)


def _bound() -> None:
    """Neither memory nor processor beyond bounds, no file written, no process started, no core dumped."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S + 1))
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(nothing, (0, 0))


def _parser(family: str) -> Parser:
    """Only what one family needs is imported."""
    module, name = _PARSERS[family]
    parse: Parser = getattr(import_module(f"knowledge_base.importing.parsing.{module}"), name)
    return partial(parse, named=family) if module == "zipped" else parse


def _safely(parse: Parser, stream: BinaryIO) -> Iterator[bytes]:
    """What is written: a line for each message, behind that of an archived file its bytes."""
    try:
        for message in parse(stream):
            yield _line(message)
            if isinstance(message, Archived):
                yield message.content
    except Unreadable as error:
        yield to_line(refused(error))
    except MemoryError:
        yield to_line(Refused("needs too much memory", "文件过于庞大或复杂，超出内存限制，未读取。"))
    except RecursionError:
        yield to_line(Refused("is nested too deeply", "文件内部嵌套过深，未读取。"))
    # What a library does with a broken file is known to nobody; this process ends with it.
    except Exception as error:
        reason = f"cannot be read: {type(error).__name__}"
        yield to_line(Refused(reason, "文件已损坏或格式不规范，请用办公软件打开并另存后再上传。"))


def _line(message: Message) -> bytes:
    """A record that the parent would not take costs only itself."""
    line = to_line(message)
    if len(line) <= OUTPUT_LINE_BYTES:
        return line
    if isinstance(message, Defaults):
        # Without them the records that follow would be others.
        raise Unreadable("holds too much", told="默认值内容过多，整个文件未读取，请分成几份。")
    where = message.where if isinstance(message, Parsed) else ""
    return to_line(Refused("holds too much", "内容过多，未读取，请分成几份。", where))
