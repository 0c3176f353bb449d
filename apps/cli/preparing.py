"""What `init` and `upgrade` do, step by step; a step whose work is done costs next to nothing."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine

from apps.cli.errors import CommandFailed
from apps.cli.importing import import_into
from apps.cli.installation import ensure_home, migrate_database, opened_database
from apps.cli.leftovers import is_supervised
from apps.cli.processes import MODEL, PROJECT
from apps.cli.training import ensure_trained
from core.settings import Settings

DEMO = PROJECT / "examples" / "shili"
DEMO_STAMP = "demo.inputs"


def initialise(
    settings: Settings,
    console: Console,
    *,
    demo: bool,
    train: bool,
    backup: bool = True,
    demo_folder: Path = DEMO,
) -> None:
    """Make an installation ready for `up`.

    Args:
        demo: Import the demonstration city too.
        train: Train the dialogue model if what it is made from changed.
        backup: Back a database up that holds data, before its tables change.
    """
    with _step(console, "数据目录与密钥 folder and keys"):
        ensure_home(settings)
    bring_up_to_date(settings, console, backup=backup)
    with _step(console, "向量模型 embedding model"):
        unpack_model(settings)
    if demo:
        load_demo(settings, console, demo_folder)
    if train:
        train_dialogue(settings, console)
    console.print(f"[bold green]已就绪 prepared:[/] {settings.home}", highlight=False, soft_wrap=True)


def bring_up_to_date(settings: Settings, console: Console, *, backup: bool) -> None:
    """Give the database this version's tables; an error in between leaves it as it was."""
    from core.database.engine import open_engine
    from core.database.migrate import head, schema_revision

    engine = open_engine(settings.database_url)
    try:
        before = schema_revision(engine)
        outdated = before is not None and before != head()
        if outdated and backup:
            _back_up_first(settings, engine, console)
    finally:
        engine.dispose()
    with _step(console, f"数据库 database{f' {before} → {head()}' if outdated else ''}"):
        migrate_database(settings)


def _back_up_first(settings: Settings, engine: Engine, console: Console) -> None:
    # Here and not above: those modules need this one.
    from apps.cli.backing_up import make_backup, own_target, workplace
    from core.backup.restoring import holds_data

    if not holds_data(engine):
        return
    target = own_target(settings, "upgrade")
    with _step(console, f"升级前备份 backup before: {target}"), workplace(settings) as scratch:
        make_backup(settings, engine, target, scratch, console=Console(quiet=True))


def upgrade_installation(settings: Settings, console: Console, *, train: bool, backup: bool = True) -> None:
    """Bring an installation to this version: database tables, embedding model, dialogue model.

    Raises:
        CommandFailed: It is running.
    """
    if is_supervised(settings.run_dir):
        raise CommandFailed("it is running: stop `weizheng up` first. 请先停止正在运行的服务。")
    initialise(settings, console, demo=False, train=train, backup=backup)


def unpack_model(settings: Settings) -> None:
    """Have the embedding model on disk; only one that is not ours has to be opened to find out."""
    if settings.embedding_model == "builtin":
        from knowledge_base.embedding.unpack import unpacked_model

        unpacked_model(settings.model_cache)
    else:
        from knowledge_base.embedding.loading import open_embedder

        open_embedder(settings)


def load_demo(settings: Settings, console: Console, folder: Path = DEMO) -> None:
    """Import the demonstration city, published, once: what was changed or withdrawn since stays so."""
    if not folder.is_dir():
        raise CommandFailed(f"the demonstration city {folder} is missing. 缺少示例城市数据。")
    begun = time.monotonic()
    stamp = settings.home / DEMO_STAMP
    with opened_database(settings) as engine:
        loaded = f"{_epoch(engine)} {_digest(folder)}"
        if stamp.exists() and stamp.read_text(encoding="ascii") == loaded:
            _done(console, "示例市 demonstration city (unchanged)", begun)
            return
        report = import_into(settings, engine, [folder], publish=True, strict=True, console=console)
    if report.problems:
        raise CommandFailed(
            f"the demonstration city cannot be imported: {report.problems[0]}. 示例城市数据有误。"
        )
    stamp.write_text(loaded, encoding="ascii")
    changed = report.created + report.changed
    _done(console, f"示例市 demonstration city ({changed} changed, {report.unchanged} unchanged)", begun)


def _epoch(engine: Engine) -> str:
    from core.catalogue.reads import CatalogueReads

    return CatalogueReads(engine).state().epoch


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(f"\0{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return found.hexdigest()


def train_dialogue(settings: Settings, console: Console) -> None:
    """The dialogue model, trained if needed."""
    with _step(console, "对话模型 dialogue model"):
        ensure_trained(settings)


@contextmanager
def _step(console: Console, label: str) -> Iterator[None]:
    begun = time.monotonic()
    with console.status(label):
        yield
    _done(console, label, begun)


def _done(console: Console, label: str, begun: float) -> None:
    console.print(f"  [green]✓[/] {label} {time.monotonic() - begun:.1f} s", highlight=False, soft_wrap=True)


def require_prepared(settings: Settings) -> None:
    """Make sure that `init` was run, before processes are started that could only complain.

    Raises:
        CommandFailed: The database is empty or the dialogue model is missing.
        SchemaOutdated: The database was made by an older version.
    """
    from core.database.engine import open_engine
    from core.database.migrate import require_current

    if not (settings.models_dir / MODEL).exists():
        raise CommandFailed(
            f"{settings.home} is not prepared: run `weizheng init` first. 请先运行 weizheng init。"
        )
    engine = open_engine(settings.database_url)
    try:
        require_current(engine)
    finally:
        engine.dispose()
