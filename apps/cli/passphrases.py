"""The passphrase of a backup's keys: from a file, the environment or a hidden prompt, never an argument."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from core.errors import BadInput

VARIABLE = "BACKUP_PASSPHRASE"
_MOST_BYTES = 4096


def passphrase_for_backup(file: Path | None) -> str | None:
    """The passphrase to seal keys with; None where there is none: keys are left out then.

    Raises:
        BadInput: It is too short, or the file cannot be used.
    """
    from core.backup.sealing import check_passphrase

    found = _given(file)
    if found is None and sys.stdin.isatty():
        found = _asked("密钥口令 passphrase for the keys (empty: leave them out)", twice=True)
    if found is not None:
        check_passphrase(found)
    return found


def passphrase_for_restore(file: Path | None) -> str | None:
    """The passphrase to open keys with; None where there is none.

    Raises:
        BadInput: The file cannot be used.
    """
    found = _given(file)
    if found is None and sys.stdin.isatty():
        found = _asked("密钥口令 passphrase of the keys", twice=False)
    return found


def _asked(label: str, *, twice: bool) -> str | None:
    answer: str = typer.prompt(label, default="", show_default=False, hide_input=True, err=True)
    if answer and twice:
        again: str = typer.prompt(
            "再输入一次 once more", default="", show_default=False, hide_input=True, err=True
        )
        if again != answer:
            raise BadInput("the two passphrases differ. 两次输入的口令不一致。")
    return answer or None


def _given(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(VARIABLE) or None
    try:
        with file.open("rb") as opened:
            text = opened.read(_MOST_BYTES).decode("utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"--passphrase-file {file} cannot be read. 无法读取口令文件。") from None
    if not text:
        raise BadInput(f"--passphrase-file {file} is empty. 口令文件为空。")
    return text
