"""Runs the child process that parses a file, and believes nothing that it writes."""

from __future__ import annotations

import logging
import os
import select
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from knowledge_base.importing.parsing.limits import (
    ARCHIVED_FILES,
    MOST_NOTES,
    NOTE_LENGTH,
    OUTPUT_BYTES,
    OUTPUT_LINE_BYTES,
    PART_BYTES,
    UNPACKED_BYTES,
    WALL_S,
)
from knowledge_base.importing.parsing.messages import (
    KINDS,
    Archived,
    Contents,
    Defaults,
    Message,
    Parsed,
    Refused,
    from_line,
)
from knowledge_base.importing.sniffing import Family
from knowledge_base.importing.unreadable import Unreadable

log = logging.getLogger(__name__)
_ROOT: Final = Path(__file__).resolve().parents[2]
# Isolated, so that neither the folder it is started in nor the environment says what is imported; without
# `site`, which takes longer than the rest of its start.
_PACKAGES: Final = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
_PROGRAM: Final = (
    "import sys; sys.path[:0] = sys.argv[1:4]; "
    "from knowledge_base.importing.parsing.child import main; main()"
)
_PIECE = 1 << 16
_TEXT_LENGTH = 2000


def parsed(stream: BinaryIO, family: Family) -> Generator[Message, None, None]:
    """What the child finds in an open file of a family, one by one.

    Closing the iterator ends the child, and so does whatever ends this process.

    Raises:
        Unreadable: The child was ended or has failed; what came before holds.
        OSError: No process can be started.
    """
    child = _start(stream, family)
    began = time.monotonic()
    try:
        yield from _messages(_Output(child, WALL_S))
    finally:
        code = child.ended()
        seconds = round(time.monotonic() - began, 2)
        told = {"family": family, "seconds": seconds, "exit": code, "peak_bytes": child.peak_bytes}
        log.info("a file was parsed", extra=told)


def _start(stream: BinaryIO, family: str) -> _Child:
    # The child reads on where this descriptor stands.
    os.lseek(stream.fileno(), 0, os.SEEK_SET)
    ends, holding = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-I", "-S", "-c", _PROGRAM, str(_ROOT), *_PACKAGES, family, str(ends)],
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LANG": "C.UTF-8"},
            start_new_session=True,
            pass_fds=[ends],
        )
    except OSError:
        os.close(holding)
        raise
    finally:
        os.close(ends)
    return _Child(process, holding)


class _Child:
    """The process, and what it took once it has ended.

    Args:
        holding: The end of a pipe which is open as long as this process lives.
    """

    def __init__(self, process: subprocess.Popen[bytes], holding: int) -> None:
        assert process.stdout is not None  # noqa: S101 - for the type checker
        self._process = process
        self._holding = holding
        self.output = process.stdout
        self.peak_bytes = 0

    def ended(self) -> int:
        """Ends it, with whatever it has started; how it ended by itself stays as it was."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self.output.close()
            os.close(self._holding)
            _, status, usage = os.wait4(self._process.pid, 0)
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self.peak_bytes = usage.ru_maxrss * 1024
        return self._process.returncode


class _Output:
    """What the child writes, read within bounds of time and size.

    Args:
        seconds: How long the child is waited for in all; what is done with its messages does not count.
    """

    def __init__(self, child: _Child, seconds: float) -> None:
        self._child = child
        self._ready = select.poll()
        self._ready.register(child.output, select.POLLIN)
        self._left = seconds
        self._held = bytearray()
        self._read = 0

    def line(self) -> bytes:
        """The next line without its end."""
        looked = 0
        while (end := self._held.find(b"\n", looked)) < 0:
            looked = len(self._held)
            if looked > OUTPUT_LINE_BYTES:
                raise _too_much()
            self._more()
        return self._taken(end + 1)[:-1]

    def exactly(self, size: int) -> bytes:
        """The next bytes."""
        while len(self._held) < size:
            self._more()
        return self._taken(size)

    def _taken(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _more(self) -> None:
        began = time.monotonic()
        if self._left <= 0 or not self._ready.poll(self._left * 1000):
            raise _too_long()
        self._left -= time.monotonic() - began
        piece = os.read(self._child.output.fileno(), _PIECE)
        self._read += len(piece)
        if not piece:
            raise self._failed()
        if self._read > OUTPUT_BYTES + UNPACKED_BYTES:
            raise _too_much()
        self._held += piece

    def _failed(self) -> Unreadable:
        """It has ended without saying that it is done: by a limit, or by a crash in a library."""
        code = self._child.ended()
        if -code in (signal.SIGXCPU, signal.SIGKILL):
            return _too_long()
        return Unreadable(
            f"makes its parser fail ({code})", told="文件已损坏或过于复杂，未能读取，请重新保存后再上传。"
        )


def _messages(output: _Output) -> Iterator[Message]:
    while True:
        try:
            message = _message(from_line(output.line()), output)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise Unreadable("its parser wrote nonsense", told="文件未能读取，请重新保存后再上传。") from None
        if message is None:
            return
        yield message


def _message(plain: Mapping[str, Any], output: _Output) -> Message | None:
    """A message by its parts, each of which must be of its type; None at the end."""
    if plain["is"] == "Refused":
        return Refused(*(_text(plain[name], _TEXT_LENGTH) for name in ("reason", "told", "where")))
    if plain["is"] == "Defaults":
        return Defaults(_fields(plain["values"]), int(plain["line"]))
    if plain["is"] == "Contents":
        files = int(plain["files"])
        if not 0 < files <= ARCHIVED_FILES:
            raise ValueError("an archive beyond its bounds")
        return Contents(files)
    if plain["is"] == "Archived":
        size = int(plain["size"])
        if not 0 <= size <= PART_BYTES:
            raise ValueError("a file beyond its bounds")
        return Archived(_text(plain["name"], _TEXT_LENGTH), output.exactly(size))
    if plain["is"] == "Parsed":
        return _parsed(plain)
    if plain["is"] == "End":
        return None
    raise ValueError("an unknown message")


def _parsed(plain: Mapping[str, Any]) -> Parsed:
    if plain["kind"] not in KINDS:
        raise ValueError("an unknown kind of record")
    notes = [_text(note, NOTE_LENGTH) for note in list(plain["notes"])[:MOST_NOTES]]
    said, where = plain["identity"], _text(plain["where"], _TEXT_LENGTH)
    identity = None if said is None else _text(said, OUTPUT_LINE_BYTES)
    return Parsed(plain["kind"], _fields(plain["values"]), where, identity, notes)


def _fields(said: object) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise TypeError("must be a mapping of fields")
    return said


def _text(said: object, most: int) -> str:
    if not isinstance(said, str):
        raise TypeError("must be text")
    return said[:most]


def _too_long() -> Unreadable:
    return Unreadable("takes too long to read", told="文件过于复杂，读取超时，未读取。")


def _too_much() -> Unreadable:
    return Unreadable("holds too much", told="文件内容过多，未读取，请分成几份。")
