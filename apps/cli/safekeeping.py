"""`weizheng backup` and `weizheng restore` as commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from core.settings import load_settings

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="File with the passphrase of the keys; else BACKUP_PASSPHRASE, else a hidden prompt.",
    ),
]


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="Where to write it; there must be no such file. Default: backups/ in WEIZHENG_HOME.",
            show_default=False,
        ),
    ] = None,
    without_vectors: Annotated[
        bool, typer.Option("--without-vectors", help="Leave the vectors out: smaller, slower to restore.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", min=1, help="Keep the newest N backups in the default folder."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write everything that must not be lost into one file, also while the assistant runs.

    Example: weizheng backup --keep 14 --passphrase-file ~/passphrase
    """
    from apps.cli.backing_up import back_up, print_backed_up
    from apps.cli.passphrases import passphrase_for_backup

    done = back_up(
        load_settings(),
        file,
        vectors=not without_vectors,
        passphrase=passphrase_for_backup(passphrase_file),
        keep=keep,
        console=Console(stderr=True),
    )
    if as_json:
        typer.echo(json.dumps(done, ensure_ascii=False, indent=2))
    else:
        print_backed_up(done, Console())


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Replace what is there without asking.")] = False,
    keys: Annotated[
        bool, typer.Option("--keys", help="Take the backup's keys too, in place of those that are there.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    no_safety_copy: Annotated[
        bool, typer.Option("--no-safety-copy", help="Do not back up first what is replaced.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put a backup in the place of all data, also while the assistant runs; all or nothing.

    Example: weizheng restore weizheng-20260302T010000Z.tar
    """
    from apps.cli.restoring import print_restored
    from apps.cli.restoring import restore as run

    done = run(
        load_settings(),
        file,
        yes=yes,
        keys=keys,
        passphrase_file=passphrase_file,
        safety_copy=not no_safety_copy,
        console=Console(stderr=True),
    )
    if as_json:
        typer.echo(json.dumps(done, ensure_ascii=False, indent=2))
    else:
        print_restored(done, Console())
