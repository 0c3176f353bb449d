"""Databases to test on: SQLite always, PostgreSQL wherever its programs are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from core.database.engine import open_engine
from core.database.migrate import migrate

PROGRAMS = max(
    Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), default=None
)
SUPERUSER = "weizheng"
# Alembic's own table, which says how far a database is migrated.
VERSION = "alembic_version"
Opener = Callable[[str], Engine]


def _runs_as() -> str:
    """PostgreSQL refuses to run as root, so that root needs somebody else to run it as."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


# Not skipped where it is missing: a run without PostgreSQL just has fewer tests.
DIALECTS = ["sqlite", "postgresql"] if PROGRAMS else ["sqlite"]


def _call(program: str, *arguments: str) -> None:
    assert PROGRAMS is not None
    user = _runs_as() if os.geteuid() == 0 else None
    groups: list[int] | None = [] if user else None
    command = [str(PROGRAMS / program), *arguments]
    subprocess.run(
        command, user=user, extra_groups=groups, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A throw-away cluster that is reached through a socket in its own folder; yields its URL."""
    # Not in pytest's folder: that one is closed to the user who runs the server.
    home = Path(tempfile.mkdtemp(prefix="weizheng-pg-"))
    data = home / "data"
    shutil.chown(home, user=_runs_as())
    try:
        _call("initdb", "-D", str(data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={home} -c fsync=off -c synchronous_commit=off"
        )
        _call("pg_ctl", "start", "-w", "-D", str(data), "-l", str(home / "log"), "-o", options)
        try:
            yield f"postgresql://{SUPERUSER}@/postgres?host={home}"
        finally:
            _call("pg_ctl", "stop", "-m", "immediate", "-D", str(data))
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _postgres_database(cluster: str, template: str = "template1") -> Iterator[str]:
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(cluster.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield cluster.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """A test that uses it, directly or not, runs once on each database."""
    return str(request.param)


@pytest.fixture
def empty_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path}/home/weizheng.db"
        return
    with _postgres_database(request.getfixturevalue("postgres")) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database to copy: migrating for every test would take longer than the tests."""
    path = tmp_path_factory.mktemp("template") / "weizheng.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> Iterator[str]:
    """The name of a migrated database to copy; nobody is connected to it."""
    with _postgres_database(postgres) as url:
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        yield str(engine.url.database)


@pytest.fixture(scope="session")
def postgres_migrated(postgres: str, postgres_template: str) -> Iterator[str]:
    """A migrated database that the tests use one after the other."""
    with _postgres_database(postgres, postgres_template) as url:
        yield url


def _empty_tables(url: str) -> None:
    """As after migrating. Rows are few: deleting them is quicker than new files for every table."""
    counters = (
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
        " FROM pg_sequences WHERE last_value IS NOT NULL"
    )
    with psycopg.connect(url) as connection:
        # In any order: what refers to a deleted row goes as well.
        connection.execute("SET LOCAL session_replication_role = replica")
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        connection.execute(";".join(f"DELETE FROM {name}" for (name,) in names if name != VERSION).encode())
        connection.execute(counters)
        connection.execute(
            "INSERT INTO catalogue_state (id, epoch, revision) VALUES (1, %s, 0)", [str(uuid.uuid4())]
        )


@pytest.fixture
def migrated_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with this version's tables."""
    if dialect == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "weizheng.db")
        return f"sqlite:///{tmp_path}/weizheng.db"
    url: str = request.getfixturevalue("postgres_migrated")
    _empty_tables(url)
    return url


@pytest.fixture
def open_database() -> Iterator[Callable[[str], Engine]]:
    """Opens engines that are closed at the end of the test."""
    opened: list[Engine] = []

    def _open(url: str) -> Engine:
        opened.append(open_engine(url))
        return opened[-1]

    yield _open
    for engine in opened:
        engine.dispose()


@pytest.fixture
def engine(migrated_url: str, open_database: Callable[[str], Engine]) -> Engine:
    """A database with this version's tables."""
    return open_database(migrated_url)


MADE_BY = Path(__file__).parent / "core" / "database" / "made_by"


@pytest.fixture
def load_made_by(
    dialect: str, empty_url: str, open_database: Callable[[str], Engine]
) -> Callable[[str], Engine]:
    """Loads a database that an earlier version made."""

    def load(version: str) -> Engine:
        dump = (MADE_BY / f"{version}.{dialect}.sql").read_text(encoding="utf-8")
        if dialect == "sqlite":
            path = Path(make_url(empty_url).database or "")
            path.parent.mkdir(parents=True)
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript(dump)
        else:
            with psycopg.connect(empty_url, autocommit=True) as connection_pg:
                connection_pg.execute(dump.encode())
        return open_database(empty_url)

    return load


@pytest.fixture(params=DIALECTS)
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, open_database: Opener) -> Iterator[Engine]:
    """Another database with this version's tables: once of each kind."""
    with ExitStack() as stack:
        if request.param == "postgresql":
            names = map(request.getfixturevalue, ("postgres", "postgres_template"))
            url = stack.enter_context(_postgres_database(*names))
        else:
            path = tmp_path / "elsewhere" / "weizheng.db"
            path.parent.mkdir(mode=0o700)
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        engine = open_database(url)
        yield engine
        engine.dispose()
