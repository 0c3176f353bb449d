"""`weizheng token`, as the operator uses it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner, Result

from apps.cli.main import app
from core.catalogue.models import Agency
from core.catalogue.writes import CatalogueWrites
from core.database.engine import open_engine


def run(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, list(arguments))


def test_a_token_is_created_listed_and_revoked(home: Path) -> None:
    run("user", "list")
    engine = open_engine(f"sqlite:///{home}/weizheng.db")
    CatalogueWrites(engine).put_agency(Agency(external_id="ybj", name="示例市医保局"))
    engine.dispose()
    expires = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    wanted = ("token", "create", "ybj-cms", "--agency", "ybj", "--role", "editor", "--expires", expires)
    done = run(*wanted)
    assert done.exit_code == 0, done.output
    secret = done.stdout.strip()
    assert secret.startswith("wz_")
    (held,) = json.loads(run("token", "list", "--json").stdout)["tokens"]
    assert held == {
        "name": "ybj-cms", "agency": "ybj", "roles": "editor", "expires": expires, "last_used": None,
        "revoked": False,
    }  # fmt: skip
    assert secret not in run("token", "list").stdout
    assert run(*wanted).exit_code == 2
    assert run("token", "revoke", "ybj-cms").exit_code == 0
    assert "revoked=True" in run("token", "list").stdout
    assert run("token", "revoke", "nobody").exit_code == 2
