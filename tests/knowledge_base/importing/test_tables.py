"""Tables of real files: each row is found with its header."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Put = Callable[[str, str | bytes], Path]
ROWS = [(f"第 {n} 项补助", "600 元/月。按月 发放") for n in range(40)]
MARKDOWN = "| 项目 名称 | 发放 标准 |\n|---|---|\n" + "".join(f"| {a} | {b} |\n" for a, b in ROWS)
HTML = "<table><tr><th>项目 名称</th><th>发放 标准</th></tr>" + "".join(
    f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in ROWS
)
TABBED = "项目 名称\t发放 标准\n" + "".join(f"{a}\t{b}\n" for a, b in ROWS)


@pytest.mark.parametrize(
    ("name", "content", "mark"),
    [
        ("a.md", f"# 补助办法\n\n一、标准\n\n{MARKDOWN}", " | "),
        ("a.html", f"<h1>补助办法</h1><p>一、标准</p>{HTML}</table><p>完</p>", " | "),
        ("a.txt", f"补助办法\n一、标准\n{TABBED}", "\t"),
    ],
)
def test_every_row_is_whole_and_embedded_with_its_header(
    shop: Any, put: Put, name: str, content: str, mark: str
) -> None:
    assert shop.run(put(name, content)).problems == ()
    passages = shop.reads.passages([shop.reads.by_external_id("document", name).key])
    assert len(passages) > 2
    lines = [line for passage in passages for line in passage.text.split("\n")]
    for cells in ROWS:
        assert mark.join(cells) in lines
    header = mark.join(("项目 名称", "发放 标准"))
    assert all(header in passage.embed_text for passage in passages)
    assert [passage.heading for passage in passages[1:]] == ["一、标准"] * (len(passages) - 1)
