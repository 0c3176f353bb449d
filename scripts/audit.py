"""Looks every locked version up among the known vulnerabilities: `make audit`; needs the network."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import machine, setup
from scripts.machine import ROOT, SetupError

PIP_AUDIT = "pip-audit==2.10.1"
ACCEPTED = ROOT / "docs" / "operating" / "accepted-vulnerabilities.txt"
# A version of a package of ours with a hole that every source knows: who finds none there knows nothing.
CANARY = "pyyaml==5.3"
SOURCES = ("pypi", "osv")


@dataclass(frozen=True)
class Finding:
    """A vulnerability of a locked version."""

    package: str
    version: str
    identifier: str
    fixed_in: str


@dataclass(frozen=True)
class Report:
    """What a source says of a lock file; `unknown` are packages that it does not have."""

    findings: tuple[Finding, ...]
    unknown: tuple[str, ...]


def read_accepted(text: str) -> dict[str, str]:
    """Identifiers and the reason why each may stay; a line is `IDENTIFIER  reason`.

    Raises:
        SetupError: A line gives no reason.
    """
    lines = [line.split(None, 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    bare = [words[0] for words in lines if len(words) < 2]
    if bare:
        raise SetupError(f"{ACCEPTED.name}: no reason is given for {', '.join(bare)}")
    return {words[0]: words[1].strip() for words in lines}


def parse_report(printed: str) -> Report:
    """The report that pip-audit prints as JSON.

    Raises:
        ValueError: It is none.
    """
    dependencies: list[dict[str, Any]] = json.loads(printed)["dependencies"]
    findings = [
        Finding(one["name"], one["version"], hole["id"], ", ".join(hole.get("fix_versions") or ["-"]))
        for one in dependencies
        for hole in one.get("vulns", ())
    ]
    return Report(tuple(findings), tuple(one["name"] for one in dependencies if "skip_reason" in one))


def judge(report: Report, accepted: dict[str, str]) -> list[str]:
    """What has to be done, in words; unused acceptances are for the caller, who knows all locks."""
    open_ones = [one for one in report.findings if one.identifier not in accepted]
    return [f"{one.package} {one.version}: {one.identifier}, fixed in {one.fixed_in}" for one in open_ones]


def ask(lock: Path, source: str, env: dict[str, str]) -> Report | None:
    """What the source says of a lock file; None where it says nothing."""
    command = [
        str(machine.UV), "tool", "run", "--from", PIP_AUDIT, "pip-audit", "--requirement", str(lock),
        "--no-deps", "--disable-pip", "--vulnerability-service", source, "--format", "json",
        "--progress-spinner", "off", "--timeout", "20",
    ]  # fmt: skip
    try:
        return parse_report(machine.run(command, env).stdout)
    except (ValueError, KeyError, TypeError):
        return None


def find_source(env: dict[str, str]) -> str | None:
    """The first source that knows the vulnerability of the canary."""
    descriptor, name = tempfile.mkstemp(suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(CANARY + "\n")
    try:
        for source in SOURCES:
            report = ask(Path(name), source, env)
            if report is not None and report.findings:
                return source
        return None
    finally:
        Path(name).unlink()


def audit(env: dict[str, str]) -> list[str]:
    """Everything that has to be done about both lock files.

    Raises:
        SetupError: No source of vulnerabilities is in reach.
    """
    source = find_source(env)
    if source is None:
        raise SetupError(
            "no source of known vulnerabilities is in reach (asked: PyPI's and OSV's interfaces):"
            " nothing was checked. 无法访问漏洞库，未作检查。"
        )
    accepted, todo, seen = read_accepted(ACCEPTED.read_text(encoding="utf-8")), [], set()
    for target in (setup.MAIN, setup.BOT):
        report = ask(target.lock, source, env)
        if report is None:
            raise SetupError(f"{source} did not answer for the {target.label}")
        seen |= {one.identifier for one in report.findings}
        todo += judge(report, accepted)
        print(
            f"audit: {target.label}: {len(report.findings)} known, {len(report.unknown)} packages not found"
        )
    return todo + [
        f"{name} is accepted, but nothing has it any more" for name in accepted if name not in seen
    ]


def main() -> int:
    """Check both lock files; 1 where something has to be done or could not be checked."""
    base = machine.base_environment()
    try:
        todo = audit(machine.uv_environment(base, machine.pip_config(base)))
    except SetupError as error:
        print(f"audit: {error}", file=sys.stderr)
        return 1
    for line in todo:
        print(f"audit: {line}")
    print("audit: nothing to do (无待处理项)" if not todo else f"audit: {len(todo)} to look at")
    return int(bool(todo))


if __name__ == "__main__":
    sys.exit(main())
