"""The one door: kinds told by bytes, names that are never paths, archives, and the process that parses."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge_base.importing import sandbox
from knowledge_base.importing.found import Found, Problem, SourceFile
from knowledge_base.importing.records import Builder
from knowledge_base.importing.uploads import document_id, read_upload
from tests.knowledge_base.importing.formats.packing import (
    QUESTIONS,
    docx,
    page,
    paragraph,
    said,
    xlsx,
    zipped,
)
from tests.knowledge_base.importing.formats.reading import documents, only, told

Upload = Callable[[str, bytes], Any]


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.txt", "标题\n正文".encode(), "标题\n正文"),
        ("a.md", "# 标题\n\n正文".encode("gb18030"), "标题\n正文"),
        ("a.html", b"<title>T</title><body><p>Text<script>x</script>", "T\nText"),
        ("a.yaml", 'external_id: y\ntext: "正文"'.encode(), "正文"),
        ("a.jsonl", '{"docid": "y", "text": "正文"}'.encode(), "正文"),
        ("a.DOCX", docx(paragraph("正文")), "正文"),
        ("a.pdf", page(said()), "Hello"),
        ("a.xlsx", xlsx(QUESTIONS), "九点。"),
        ("a.csv", "问题,答案\n问,九点。".encode(), "九点。"),
        ("a.zip", zipped({"b.txt": "正文"}), "正文"),
    ],
)
def test_every_kind_is_read(upload: Upload, name: str, content: bytes, text: str) -> None:
    assert only(upload(name, content)).text == text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", page(said()), "扩展名是 .docx，实际内容是PDF"),
        ("a.pdf", docx(paragraph("甲")), "扩展名是 .pdf，实际内容是ZIP 格式"),
        ("a.xlsx", docx(paragraph("甲")), "扩展名是 .xlsx，实际内容是Word 文件"),
        ("a.zip", docx(paragraph("甲")), "扩展名是 .zip，实际内容是Word 文件"),
        ("a.docx", zipped({"a.txt": "甲"}), "扩展名是 .docx，实际内容是ZIP 压缩包"),
        ("a.xlsx", b"<html><table>", "实际内容是网页"),
        ("a.txt", page(said()), "扩展名是 .txt，实际内容是PDF"),
        ("a.exe", b"MZ\x00\x00", "可执行程序"),
        ("a", b"text", "扩展名“无”"),
        ("a.rtf", b"{\\rtf1 text}", "RTF"),
        ("a.ofd", zipped({"OFD.xml": "<a/>"}), "不支持的文件类型"),
        ("a.zip", zipped({"OFD.xml": "<a/>"}), "OFD"),
    ],
)
def test_a_wrong_extension_names_what_the_file_really_is(
    upload: Upload, name: str, content: bytes, reason: str
) -> None:
    ((_, text),) = told(upload(name, content))
    assert reason in text


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("../../etc/通知.docx", "通知"),
        ("C:\\文件\\通知.v2.pdf", "通知.v2"),
        ("坏\x00名\x1b[2J.txt", "坏名[2J"),
        ("长" * 300 + ".txt", "长" * 200),
        ("\u202e反.txt", "反"),
        (".txt", ".txt"),
        ("\x00", "未命名"),
        ("a/", "未命名"),
    ],
)
def test_the_id_is_the_name_without_folder_and_extension(name: str, known: str) -> None:
    assert document_id(name) == known


def test_a_place_is_shown_without_control_characters(upload: Upload) -> None:
    (found,) = upload("a\x00\x1b\n" + "长" * 400 + ".txt", "甲".encode())
    assert "\x00" not in found.place
    assert "\n" not in found.place
    assert len(found.place) == 300


def test_an_archive_gives_each_file_its_place(upload: Upload) -> None:
    results = upload(
        "包.zip",
        zipped(
            {
                "通知/甲.docx": docx(paragraph("甲文")),
                "问.xlsx": xlsx(QUESTIONS),
                "坏.pdf": b"no",
                "__MACOSX/._a": b"x",
                ".DS_Store": b"x",
                "~$甲.docx": b"x",
                "乙.txt": "乙文",
            }
        ),
    )
    assert [one.place for one in results] == [
        "包.zip/通知/甲.docx",
        "包.zip/问.xlsx:问答:2",
        "包.zip/坏.pdf",
        "包.zip/乙.txt",
    ]
    assert [record.external_id for record in documents(results)][::2] == ["甲", "乙"]


def test_names_of_chinese_programs_are_read(upload: Upload) -> None:
    raw = zipped({"????.txt": "甲\n"}).replace(b"????", "通知".encode("gbk"))
    (found,) = upload("a.zip", raw)
    assert found.place == "a.zip/通知.txt"


def test_problems_of_files_in_an_archive_are_told_in_chinese(upload: Upload) -> None:
    results = upload("a.zip", zipped({"a.yaml": "items: 1", "b.jsonl": "{}", "c.txt": ""}))
    assert told(results) == [
        ("a.zip/a.yaml:1", "items 应为列表。"),
        ("a.zip/b.jsonl:1", "既不是文件（要有 text）也不是办事事项（要有 name）。"),
        ("a.zip/c.txt", "文件是空的。"),
    ]


def _slow(seconds: int) -> str:
    return f"import time; time.sleep({seconds})"


@pytest.fixture
def good(tmp_path: Path) -> SourceFile:
    path = tmp_path / "good"
    path.write_bytes(docx(paragraph("好")))
    return SourceFile(path, "a.docx", "a.docx")


def _read(file: SourceFile) -> list[Found | Problem]:
    return list(read_upload(file, Builder()))


def test_a_child_that_hangs_is_ended(good: SourceFile, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(sandbox, "_PROGRAM", "import time; time.sleep(600)")
    monkeypatch.setattr(sandbox, "WALL_S", 0.5)
    with caplog.at_level(logging.INFO, "knowledge_base.importing.sandbox"):
        ((_, reason),) = told(_read(good))
    assert "超时" in reason
    assert [record.exit for record in caplog.records] == [-9]


def test_whoever_takes_long_over_each_record_gets_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "WALL_S", 3.0)
    path = tmp_path / "many"
    path.write_bytes(zipped({f"{n}.docx": docx(paragraph(f"第{n}份")) for n in range(8)}))
    found = []
    for one in read_upload(SourceFile(path, "a.zip", "a.zip"), Builder()):
        found.append(one)
        time.sleep(0.5)
    assert [type(one) for one in found] == [Found] * 8


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os.abort()", "未能读取"),
        ("import os; os.close(1); import time; time.sleep(600)", "读取超时"),
        ("print('nonsense')", "未能读取"),
        ('print(\'{"is": "Parsed", "kind": "agency", "values": {}, "notes": []}\')', "未能读取"),
        ("print('[' * 100000)", "未能读取"),
        ('print(\'{"is": "Archived", "name": "a", "size": 999999999999}\')', "未能读取"),
        ("import sys\nwhile True: sys.stdout.write('x' * 100000)", "内容过多"),
        ('print(\'{"is": "Refused", "reason": 1, "told": "", "where": ""}\')', "未能读取"),
        ('print(\'{"is": "End"}\' * 2)', "未能读取"),
    ],
)
def test_what_a_child_writes_is_not_believed(
    good: SourceFile, monkeypatch: pytest.MonkeyPatch, program: str, reason: str
) -> None:
    monkeypatch.setattr(sandbox, "_PROGRAM", program)
    ((_, text),) = told(_read(good))
    assert reason in text


def test_fields_that_a_child_makes_up_are_refused(good: SourceFile, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up = {
        "is": "Parsed",
        "kind": "document",
        "values": {"evil": 1},
        "where": "",
        "identity": "",
        "notes": [],
    }
    lines = [json.dumps(made_up), json.dumps({"is": "End"})]
    monkeypatch.setattr(sandbox, "_PROGRAM", f"print({lines[0]!r}); print({lines[1]!r})")
    assert told(_read(good)) == [("a.docx", "evil：不认识的字段。")]


def test_closing_the_iterator_ends_the_child_and_what_it_started(
    good: SourceFile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "pid"
    program = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {_slow(600)!r}])\n"
        f"open({str(mark)!r}, 'w').write(str(child.pid))\n"
        'print(\'{"is": "Refused", "reason": "a", "told": "b", "where": ""}\', flush=True)\n'
        "time.sleep(600)"
    )
    monkeypatch.setattr(sandbox, "_PROGRAM", program)
    results: Iterator[Found | Problem] = read_upload(good, Builder())
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert _is_gone(int(mark.read_text()))


def test_a_child_ends_with_its_parent_whatever_it_is_doing(good: SourceFile, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    # Of what a library does in C, Python hears nothing before it is done.
    busy = (
        "import os, re, sys; sys.path[:0] = sys.argv[1:4]\n"
        "from knowledge_base.importing.parsing import child\n"
        "child._end_with_the_parent(int(sys.argv[-1]))\n"
        f"open({str(mark)!r}, 'w').write(str(os.getpid()))\n"
        "child._bound()\n"
        "re.match('(a*)*b', 'a' * 60)"
    )
    parent = (
        "from knowledge_base.importing import sandbox\n"
        f"sandbox._PROGRAM = {busy!r}\n"
        f"next(sandbox.parsed(open({str(good.path)!r}, 'rb'), 'docx'))"
    )
    with subprocess.Popen([sys.executable, "-c", parent], cwd=os.getcwd()) as running:
        while not (mark.exists() and mark.read_text()):
            assert running.poll() is None
            time.sleep(0.01)
        child = int(mark.read_text())
        assert not _is_gone(child, tries=10)
        running.kill()
    assert _is_gone(child)


def test_a_child_whose_parent_is_gone_already_does_not_begin() -> None:
    ends, holding = os.pipe()
    os.close(holding)
    program = (
        "from knowledge_base.importing.parsing import child\n"
        f"child._end_with_the_parent({ends}); print('begun')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], pass_fds=[ends], capture_output=True, check=False, cwd=os.getcwd()
    )
    os.close(ends)
    assert (done.returncode, done.stdout) == (1, b"")


def _is_gone(process: int, tries: int = 100) -> bool:
    for _ in range(tries):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_the_child_knows_no_secret_and_cannot_do_much(
    good: SourceFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It tells its environment and limits as a child that was started for a real file has them."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from knowledge_base.importing.parsing import child\n"
        "child._bound()\n"
        "import json, os, resource\n"
        "heavy = sorted({'torch', 'faiss', 'numpy', 'sqlalchemy', 'pydantic'} & set(sys.modules))\n"
        "names = ('RLIMIT_AS', 'RLIMIT_CPU', 'RLIMIT_FSIZE', 'RLIMIT_NPROC', 'RLIMIT_CORE')\n"
        "limits = {name: resource.getrlimit(getattr(resource, name))[0] for name in names}\n"
        "told = json.dumps({'env': dict(os.environ), 'heavy': heavy, 'limits': limits, 'cwd': os.getcwd()})\n"
        "print(json.dumps({'is': 'Refused', 'reason': told, 'told': 'x', 'where': ''}))\n"
        "print(json.dumps({'is': 'End'}))"
    )
    monkeypatch.setattr(sandbox, "_PROGRAM", program)
    (problem,) = _read(good)
    assert isinstance(problem, Problem)
    assert "secret" not in problem.reason
    assert '"heavy": []' in problem.reason
    for limit in ('"RLIMIT_AS": 1000000000', '"RLIMIT_CPU": 30', '"RLIMIT_FSIZE": 0', '"RLIMIT_NPROC": 0'):
        assert limit in problem.reason


def test_the_child_imports_nothing_heavy_for_any_kind() -> None:
    program = (
        "import sys\nsys.modules['numpy'] = None\n"
        "from knowledge_base.importing.parsing import child, csv_text, page, pdf, zipped\n"
        "from knowledge_base.importing.parsing import json_lines, markdown, plain_text, yaml_lists\n"
        "import pdfplumber\n"
        "print(sorted({'torch', 'faiss', 'sqlalchemy', 'pydantic', 'tantivy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=os.getcwd()
    )
    assert done.stdout.strip() == "[]"
