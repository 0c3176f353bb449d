"""`weizheng backup`: one file with everything that must not be lost, taken while the assistant runs."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from rich.console import Console

from apps.cli.importing import progress_bar
from apps.cli.installation import FOLDER_MODE, ensure_home, one_at_a_time, opened_database
from apps.cli.preparing import DEMO_STAMP
from apps.cli.processes import MODEL
from apps.cli.training import STAMP
from core.clock import SystemClock
from core.errors import BadInput
from core.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from core.backup.manifest import Manifest

FOLDER = "backups"
OWN_NAME = re.compile(r"weizheng-\d{8}T\d{6}Z(-before-[a-z]+)?\.tar")
_SCRATCH = "backup-"


class BackedUp(TypedDict):
    """A finished backup; `removed` are older ones that `--keep` took away."""

    file: str
    bytes: int
    created: str
    schema_revision: str
    epoch: str
    revision: int
    rows: dict[str, int]
    vectors: bool
    keys: bool
    model: bool
    removed: list[str]
    seconds: float


def back_up(
    settings: Settings,
    file: Path | None,
    *,
    vectors: bool,
    passphrase: str | None,
    keep: int | None,
    console: Console,
) -> BackedUp:
    """Back an installation up, running or not.

    Args:
        file: Where to; a folder gets a file named after the time; None: the installation's own folder.
        passphrase: Seals the keys; without one they are left out.
        keep: So many backups stay in the installation's own folder.

    Raises:
        BadInput: The file exists, or its folder does not.
    """
    begun = time.monotonic()
    ensure_home(settings)
    target = _target(settings, file)
    with workplace(settings) as scratch, opened_database(settings, older=True) as engine:
        manifest = make_backup(
            settings, engine, target, scratch, vectors=vectors, passphrase=passphrase, console=console
        )
        own = target.parent == own_folder(settings)
        removed = _remove_oldest(target.parent, keep) if keep and own else []
    from core.backup.manifest import KEYS, MODELS

    return {
        "file": str(target),
        "bytes": target.stat().st_size,
        "created": manifest.created.isoformat(),
        "schema_revision": manifest.schema_revision,
        "epoch": manifest.epoch,
        "revision": manifest.revision,
        "rows": manifest.rows,
        "vectors": manifest.vectors,
        "keys": KEYS in manifest.parts,
        "model": MODELS[0] in manifest.parts,
        "removed": removed,
        "seconds": round(time.monotonic() - begun, 1),
    }


def make_backup(
    settings: Settings,
    engine: Engine,
    target: Path,
    scratch: Path,
    *,
    vectors: bool = True,
    passphrase: str | None = None,
    console: Console,
) -> Manifest:
    """The same for a caller that holds the installation's workplace."""
    from core.backup.keys import sealed_keys
    from core.backup.making import Contents, make
    from core.backup.manifest import KEYS

    small = _dialogue_model(settings)
    if passphrase:
        small[KEYS] = sealed_keys(settings.home, passphrase)
    with progress_bar(console, "备份 backing up") as on_progress:
        contents = Contents(_program(), vectors, demo_digest(settings, engine), small)
        return make(engine, target, scratch, contents, SystemClock(settings.zone), on_progress)


def own_folder(settings: Settings) -> Path:
    """The folder of the installation's backups."""
    return settings.home / FOLDER


def own_target(settings: Settings, reason: str = "") -> Path:
    """A file in that folder named after the time, and what it was made before."""
    folder = own_folder(settings)
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    now = SystemClock(settings.zone).now()
    return folder / f"weizheng-{now:%Y%m%dT%H%M%SZ}{reason and f'-before-{reason}'}.tar"


def _target(settings: Settings, file: Path | None) -> Path:
    if file is None:
        return own_target(settings)
    if file.is_dir():
        return file.resolve() / own_target(settings).name
    if not file.parent.is_dir():
        raise BadInput(f"{file.parent}: no such folder. 找不到目录。")
    if file.exists():
        from core.backup.archive import already_there

        raise already_there(file)
    return file.resolve()


@contextlib.contextmanager
def workplace(settings: Settings) -> Iterator[Path]:
    """An empty private folder; one backup or restore of an installation at a time."""
    with one_at_a_time(settings.run_dir / "backup.lock"):
        for left in settings.run_dir.glob(f"{_SCRATCH}*"):
            # Of one that was killed.
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
        for left in own_folder(settings).glob(".weizheng-*.partial"):
            left.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=settings.run_dir) as folder:
            yield Path(folder)


def _remove_oldest(folder: Path, keep: int) -> list[str]:
    own = sorted(path for path in folder.iterdir() if OWN_NAME.fullmatch(path.name))
    outdated = own[:-keep]
    for path in outdated:
        path.unlink()
    return [str(path) for path in outdated]


def _dialogue_model(settings: Settings) -> dict[str, bytes]:
    """The trained model with what it was made from; nothing where it is being replaced just now."""
    from core.backup.manifest import MODELS

    model, stamp = settings.models_dir / MODEL, settings.models_dir / STAMP
    if not (model.exists() and stamp.exists()):
        return {}
    made_from = stamp.read_bytes()
    found = model.read_bytes()
    if not stamp.exists() or stamp.read_bytes() != made_from:
        return {}
    return dict(zip(MODELS, (found, made_from), strict=True))


def demo_digest(settings: Settings, engine: Engine) -> str | None:
    """Digest of the demonstration city, if this database holds it as it was loaded."""
    from core.catalogue.reads import CatalogueReads

    stamp = settings.home / DEMO_STAMP
    epoch, _, digest = stamp.read_text(encoding="ascii").partition(" ") if stamp.exists() else ("", "", "")
    return digest if epoch and epoch == CatalogueReads(engine).state().epoch else None


def _program() -> str:
    try:
        return version("weizheng")
    except PackageNotFoundError:
        return "unknown"


def print_backed_up(done: BackedUp, console: Console) -> None:
    """What is in it, and what is not."""
    size = f"{done['bytes'] / 1024**2:.1f} MB, {done['seconds']} s"
    console.print(f"已备份 backed up: {done['file']} ({size})", highlight=False, soft_wrap=True)
    for left in done["removed"]:
        console.print(f"  已删除旧备份 removed: {left}", highlight=False, soft_wrap=True)
    if not done["vectors"]:
        console.print("  不含向量 without vectors: after a restore they are computed anew", highlight=False)
    if not done["keys"]:
        console.print(
            "  不含密钥 without keys: an installation restored from it elsewhere makes new ones, and citizens"
            " lose their cookies; to take them along give a passphrase (--passphrase-file)",
            highlight=False,
            soft_wrap=True,
        )
