"""A small assistant under the real supervisor, run as a program by tests: Valkey and some web servers.

Arguments: `name=port` for each web server; `name=port:crash` for one that ends at once, `name=port:blind` for
one that nobody can ask whether it answers.
"""

from __future__ import annotations

import os
import sys

from rich.console import Console

from apps.cli.errors import CommandFailed
from apps.cli.installation import ensure_home
from apps.cli.probes import answers_http
from apps.cli.processes import Process, processes
from apps.cli.up import up
from core.settings import load_settings

CRASHES = "import sys; print('the cause is written here'); sys.exit(3)"


def no_answer() -> bool:
    """A probe with a fault of its own."""
    raise ValueError("the probe is broken")


def server(name: str, port: int, fault: str) -> Process:
    """A process that answers on a port, or one that cannot."""
    serve = ("-m", "http.server", "--bind", "127.0.0.1", str(port))
    return Process(
        name=name,
        label=name,
        argv=(sys.executable, *(("-c", CRASHES) if fault == "crash" else serve)),
        env=dict(os.environ),
        host="127.0.0.1",
        port=port,
        port_setting=f"{name.upper()}_PORT",
        probe=no_answer if fault == "blind" else answers_http(f"http://127.0.0.1:{port}/"),
    )


def main() -> int:
    """Run until told to stop; the last line on standard error says why it could not."""
    settings = load_settings()
    keys = ensure_home(settings)
    servers = []
    for argument in sys.argv[1:]:
        name, _, rest = argument.partition("=")
        port, _, fault = rest.partition(":")
        servers.append(server(name, int(port), fault))
    redis = [process for process in processes(settings, keys) if process.name == "redis"]
    try:
        up(settings, keys, [*redis, *servers], Console(width=200))
    except CommandFailed as error:
        print(f"weizheng: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
