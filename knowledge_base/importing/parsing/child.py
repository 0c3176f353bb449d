"""The child process: bounds itself, parses the file on its standard input and writes what it found."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from knowledge_base.importing.parsing.limits import MEMORY_BYTES, PROCESSOR_S
from knowledge_base.importing.parsing.messages import Archived, Message, Refused, to_wire
from knowledge_base.importing.unreadable import Unreadable

Parser = Callable[[BinaryIO], Iterator[Message]]
END = {"is": "End"}


def main() -> None:
    """Entry point; the one argument names the family of formats that the file's bytes and name tell."""
    output = os.fdopen(os.dup(1), "wb")
    # No library may write between the messages.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # openpyxl would take numpy, with threads of its own, for a type that no file holds.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    _bound()
    parse = _parser(sys.argv[-1])
    for message in _safely(parse, sys.stdin.buffer):
        _write(output, to_wire(message))
        if isinstance(message, Archived):
            output.write(message.content)
    _write(output, END)
    output.flush()
    # Without taking apart what libraries hold: a broken file has made them crash there.
    os._exit(0)


def _bound() -> None:
    """Neither memory nor processor beyond bounds, no file written, no process started, no core dumped."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S + 1))
    for nothing in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(nothing, (0, 0))


def _parser(family: str) -> Parser:
    """Only what one family needs is imported."""
    if family == "pdf":
        from knowledge_base.importing.parsing.pdf import parse_pdf

        return parse_pdf
    if family in ("docx", "xlsx", "zip"):
        from knowledge_base.importing.parsing.zipped import parse_zipped

        return partial(parse_zipped, named=family)
    if family == "csv":
        from knowledge_base.importing.parsing.csv_text import parse_csv

        return parse_csv
    from knowledge_base.importing.parsing.page import parse_page

    return parse_page


def _safely(parse: Parser, stream: BinaryIO) -> Iterator[Message]:
    try:
        yield from parse(stream)
    except Unreadable as error:
        yield Refused(error.reason, error.told, "" if error.line is None else f":{error.line}")
    except MemoryError:
        yield Refused("needs too much memory", "文件过于庞大或复杂，超出内存限制，未读取。")
    except RecursionError:
        yield Refused("is nested too deeply", "文件内部嵌套过深，未读取。")
    # What a library does with a broken file is known to nobody; this process ends with it.
    except Exception as error:
        yield Refused(
            f"cannot be read: {type(error).__name__}",
            "文件已损坏或格式不规范，请用办公软件打开并另存后再上传。",
        )


def _write(output: BinaryIO, plain: object) -> None:
    output.write(json.dumps(plain, ensure_ascii=True).encode() + b"\n")
    output.flush()
