"""`weizheng restore`: a backup in the place of what an installation holds, also while it runs."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import typer
from rich.console import Console

from apps.cli.backing_up import make_backup, own_target, workplace
from apps.cli.importing import progress_bar
from apps.cli.installation import ensure_home, one_at_a_time, opened_database
from apps.cli.leftovers import is_supervised
from apps.cli.preparing import DEMO_STAMP
from apps.cli.processes import MODEL
from apps.cli.training import STAMP, is_trained
from core.clock import SystemClock
from core.errors import BadInput
from core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from core.backup.archive import Opened
    from core.backup.manifest import Manifest
    from core.citizens.personal import PersonalData
    from staff.audit import Entry


class Restored(TypedDict):
    """A finished restore; `safety_copy` holds what was there before, null where nothing was."""

    file: str
    created: str
    schema_revision: str
    migrated: bool
    epoch: str
    revision: int
    rows: dict[str, int]
    vectors: bool
    keys: bool
    model: bool
    safety_copy: str | None
    restart: bool
    seconds: float


class Restore:
    """One restore, step by step.

    Args:
        settings: Of the installation that is restored into.
        passphrase: Opens the backup's keys, where they are wanted.
        keys: Take the keys of the backup, also in place of others.
        safety_copy: Back up first what is there.
        console: Where progress is shown.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        passphrase: str | None,
        keys: bool,
        safety_copy: bool,
        console: Console,
    ) -> None:
        self._settings = settings
        self._passphrase = passphrase
        self._keys = keys
        self._safety_copy = safety_copy
        self._console = console
        self._clock = SystemClock(settings.zone)

    def run(self, file: Path, manifest: Manifest, *, yes: bool) -> Restored:
        """Check everything, then replace.

        Raises:
            BadInput: The backup cannot be used, or nobody agreed; nothing was changed.
        """
        from core.backup.restoring import make_ready, new_epoch, require_room

        begun = time.monotonic()
        settings = self._settings
        with workplace(settings) as scratch:
            require_room(manifest, settings.home, self._present_bytes())
            with progress_bar(self._console, "核对 checking") as on_progress:
                ready = make_ready(file, scratch, self._clock, settings.transcript_days, on_progress)
            keys = self._opened_keys(ready)
            epoch = new_epoch(ready.database)
            with opened_database(settings) as engine:
                copy = self._replace(engine, ready, scratch, yes=yes)
                rows = _rows(engine)
            model = self._put_model(ready)
            self._put_keys(keys)
            self._put_stamp(manifest, epoch)
        return {
            "file": str(file),
            "created": manifest.created.isoformat(),
            "schema_revision": manifest.schema_revision,
            "migrated": manifest.schema_revision != _head(),
            "epoch": epoch,
            "revision": manifest.revision,
            "rows": rows,
            "vectors": manifest.vectors,
            "keys": bool(keys),
            "model": model,
            "safety_copy": copy,
            "restart": is_supervised(settings.run_dir) and (bool(keys) or model),
            "seconds": round(time.monotonic() - begun, 1),
        }

    def _present_bytes(self) -> int:
        """Room that the copy of what is there takes."""
        database = self._settings.home / "weizheng.db"
        return 2 * database.stat().st_size if self._safety_copy and database.exists() else 0

    def _opened_keys(self, ready: Opened) -> dict[str, str]:
        from core.backup.keys import opened_keys
        from core.backup.manifest import KEYS

        if KEYS not in ready.small or self._passphrase is None:
            return {}
        return opened_keys(ready.small[KEYS], self._passphrase)

    def _replace(self, engine: Engine, ready: Opened, scratch: Path, *, yes: bool) -> str | None:
        from core.backup.restoring import holds_data, put_back
        from staff.audit import witness

        full = holds_data(engine)
        if full and not yes:
            _ask(self._settings)
        copy = own_target(self._settings, "restore") if full and self._safety_copy else None
        entry = self._noted(engine, ready)
        place = scratch / "before"
        place.mkdir(mode=0o700)

        def before() -> None:
            if copy is not None:
                passphrase = self._passphrase if self._keys else None
                # A bar of its own would not fit beside the one that is shown.
                silent = Console(quiet=True)
                make_backup(self._settings, engine, copy, place, passphrase=passphrase, console=silent)

        with progress_bar(self._console, "恢复 restoring") as on_progress:
            put_back(engine, ready.database, self._clock, before, on_progress, _further)
        witness(entry)
        return str(copy) if copy else None

    def _noted(self, engine: Engine, ready: Opened) -> Entry:
        """The log of what staff did becomes the backup's; in it stands where the one ended that was here."""
        from core.backup.snapshot import opened
        from core.commands import Subject
        from core.database.engine import reading, writing
        from staff.actors import Operator
        from staff.audit import append, end

        with reading(engine) as connection:
            former = asdict(end(connection))
        details = {"backup": ready.manifest.created.isoformat(), "former_log": former}
        with opened(ready.database) as snapshot, writing(snapshot) as connection:
            subject = Subject("installation", "")
            return append(
                connection, self._clock.now(), Operator().login, "installation.restore", subject, details
            )

    def _put_model(self, ready: Opened) -> bool:
        """Takes the backup's dialogue model over, unless there is one made from what `bot/` holds now."""
        from core.backup.manifest import MODELS

        models = self._settings.models_dir
        if any(name not in ready.small for name in MODELS):
            return False
        with one_at_a_time(self._settings.run_dir / "training.lock"):
            if is_trained(models):
                return False
            models.mkdir(mode=0o700, parents=True, exist_ok=True)
            (models / STAMP).unlink(missing_ok=True)
            for name, part in zip((MODEL, STAMP), MODELS, strict=True):
                draft = models / f".{name}.restored"
                draft.write_bytes(ready.small[part])
                draft.replace(models / name)
        return True

    def _put_keys(self, keys: dict[str, str]) -> None:
        from core.backup.keys import put_keys

        put_keys(self._settings.home, keys)
        ensure_home(self._settings)

    def _put_stamp(self, manifest: Manifest, epoch: str) -> None:
        """So that the demonstration city counts as loaded: what was withdrawn of it stays so."""
        if manifest.demo:
            stamp = self._settings.home / DEMO_STAMP
            stamp.write_text(f"{epoch} {manifest.demo}", encoding="ascii")


def restore(
    settings: Settings,
    file: Path,
    *,
    yes: bool,
    keys: bool,
    passphrase_file: Path | None,
    safety_copy: bool,
    console: Console,
) -> Restored:
    """Restore a backup into an installation.

    Raises:
        BadInput: The backup cannot be used here; nothing was changed.
    """
    from apps.cli.passphrases import passphrase_for_restore
    from core.backup.keys import has_keys
    from core.backup.manifest import KEYS
    from core.backup.restoring import check

    manifest = check(file, SystemClock(settings.zone))
    sealed = KEYS in manifest.parts
    if keys and not sealed:
        raise BadInput("the backup holds no keys: leave --keys out. 备份中没有密钥。")
    wanted = sealed and (keys or not has_keys(settings.home))
    passphrase = passphrase_for_restore(passphrase_file) if wanted else None
    if keys and passphrase is None:
        raise BadInput(
            "--keys needs the passphrase: --passphrase-file FILE, or BACKUP_PASSPHRASE. 需要密钥口令。"
        )
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    one = Restore(settings, passphrase=passphrase, keys=keys, safety_copy=safety_copy, console=console)
    return one.run(file, manifest, yes=yes)


def _ask(settings: Settings) -> None:
    if not sys.stdin.isatty():
        raise BadInput(
            f"{settings.home} holds data, which a restore replaces: add --yes. 现有数据将被替换，请加 --yes。"
        )
    question = f"用备份替换 {settings.home} 中的全部数据？Replace all data of this installation?"
    typer.confirm(question, abort=True, err=True)


def _further(engine: Engine) -> Sequence[PersonalData]:
    from casework.ratings.personal import RatingData
    from recommender.personal import RecommenderData

    return (RatingData(engine), RecommenderData(engine))


def _rows(engine: Engine) -> dict[str, int]:
    from core.backup.tables import counts, tables_of
    from core.database.engine import reading

    with reading(engine) as connection:
        return counts(connection, tables_of(connection))


def _head() -> str:
    from core.database.migrate import head

    return head()


def print_restored(done: Restored, console: Console) -> None:
    """What there is now, where the former data are, and what is left to do."""

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True, markup=False)

    records = sum(done["rows"].get(name, 0) for name in ("document", "service_item"))
    say(
        f"已恢复 restored: {records} records, {done['rows'].get('conversation', 0)} conversations of"
        f" {done['created']} ({done['seconds']} s)"
    )
    if done["migrated"]:
        say(f"  数据库已升级 migrated from schema {done['schema_revision']}")
    if done["safety_copy"]:
        say(f"  恢复前的数据 what was there before: {done['safety_copy']}")
    if not done["vectors"]:
        say("  备份不含向量 the backup has no vectors: run `weizheng kb reindex`")
    if done["restart"]:
        what = "密钥 keys" if done["keys"] else "对话模型 dialogue model"
        say(f"  {what}已更换，请重启 weizheng up (changed: restart `weizheng up`)")
