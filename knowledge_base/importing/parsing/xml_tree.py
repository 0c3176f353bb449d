"""XML of office files as a tree: no entities, no network, no depth or size beyond the parser's own bounds."""

from __future__ import annotations

from typing import Any

from lxml import etree

from knowledge_base.importing.parsing.containers import Container
from knowledge_base.importing.unreadable import Unreadable

# lxml comes without types.
Element = Any


def tree(content: bytes) -> Element:
    """The root of a part.

    Raises:
        Unreadable: It is no XML, or nested too deeply.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(
            f"holds XML that cannot be read: {str(error)[:100]}",
            told="文件内部结构有误或嵌套过深，请用办公软件打开并另存后再上传。",
        ) from None


def part_tree(container: Container, name: str) -> Element | None:
    """The root of a part of a container; None where there is none."""
    content = container.xml(name)
    return None if content is None else tree(content)


def targets(container: Container, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to within the container: by id the last word of the kind, and the part's name."""
    folder, _, name = part.rpartition("/")
    root = part_tree(container, f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
    found: dict[str, tuple[str, str]] = {}
    for one in () if root is None else root.iter("{*}Relationship"):
        if one.get("TargetMode") != "External" and one.get("Target"):
            kind = (one.get("Type") or "").rpartition("/")[2]
            found[one.get("Id") or ""] = kind, _joined(folder, one.get("Target"))
    return found


def _joined(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)
