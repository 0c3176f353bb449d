"""What an import does to the catalogue, and what it leaves alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.catalogue.models import Status
from core.catalogue.writes import CatalogueWrites
from core.errors import BadInput
from knowledge_base.embedding.cache import CachedEmbedder
from knowledge_base.importing import pipeline
from knowledge_base.importing.pipeline import Importer
from knowledge_base.passages.chunk import chunk
from tests.knowledge_base.importing.formats.packing import docx, paragraph, zipped

Put = Callable[[str, str | bytes], Path]


def lines(*texts: str, **fields: Any) -> str:
    return "\n".join(
        json.dumps({"docid": f"d{number}", "text": text, **fields}, ensure_ascii=False)
        for number, text in enumerate(texts)
    )


def status(shop: Any, external_id: str) -> Status:
    found: Status = shop.reads.by_external_id("document", external_id).status
    return found


def test_the_same_import_again_costs_nothing(shop: Any, put: Put) -> None:
    path = put("a.jsonl", lines("第一条。", "第二条。"))
    shop.run(path, publish=True)
    before = shop.embedder.texts, shop.chunked, shop.reads.state().revision
    report = shop.run(path, publish=True)
    assert (report.created, report.changed, report.unchanged, report.passages) == (0, 0, 2, 0)
    assert (shop.embedder.texts, shop.chunked, shop.reads.state().revision) == before


def test_a_changed_document_replaces_its_passages(shop: Any, put: Put) -> None:
    shop.run(put("a.jsonl", lines("旧的规定。", "不变的规定。")), publish=True)
    report = shop.run(put("a.jsonl", lines("新的规定。", "不变的规定。")), publish=True)
    assert (report.created, report.changed, report.unchanged, report.passages) == (0, 1, 1, 1)
    stored = shop.reads.by_external_id("document", "d0")
    assert [passage.text for passage in shop.reads.passages([stored.key])] == ["新的规定。"]
    assert (stored.version, shop.rows("SELECT count(*) FROM passage")) == (2, [(2,)])


def test_records_cut_by_older_rules_are_cut_anew_under_their_version(shop: Any, put: Put) -> None:
    path = put("a.jsonl", lines("第一条。", "第二条。"))
    shop.run(path, publish=True)
    newer = CatalogueWrites(shop.engine, cutting=1)
    vectors = CachedEmbedder(shop.embedder, shop.engine)
    importer = Importer(shop.reads, newer, vectors, lambda record, title: chunk(record, "新标题"))
    assert importer.run([path]).changed == 2
    assert importer.run([path]).unchanged == 2
    stored = shop.reads.by_external_id("document", "d0")
    assert (stored.version, stored.status) == (1, Status.PUBLISHED)
    assert [p.embed_text for p in shop.reads.passages([stored.key])] == ["新标题\n第一条。"]


def test_a_broken_line_in_the_middle_loses_no_other(shop: Any, put: Put) -> None:
    one, two, three = lines("一。", "二。", "三。").split("\n")
    raw = b"\n".join([one.encode(), two.encode()[:-5], b"\xff\xfe" + three.encode(), three.encode()])
    report = shop.run(put("a.jsonl", raw))
    assert [problem.place.rpartition(":")[2] for problem in report.problems] == ["2", "3"]
    assert (report.created, report.stopped, report.exit_code) == (2, False, 2)


def test_strict_writes_nothing_and_names_the_first_problem(shop: Any, put: Put) -> None:
    folder = put("a.yaml", 'regions: [{code: "990100", name: 市}]').parent
    put("b.jsonl", lines("一。") + "\nbroken\nbroken too\n")
    report = shop.run(folder, strict=True)
    assert [problem.place.rpartition("/")[2] for problem in report.problems] == ["b.jsonl:2"]
    assert (report.stopped, report.created, report.exit_code) == (True, 0, 2)
    assert (shop.reads.state().revision, shop.reads.regions()) == (0, [])


def test_regions_and_agencies_come_before_what_refers_to_them(shop: Any, put: Put) -> None:
    folder = put("a.jsonl", lines("一。")).parent
    put("y.yaml", "agencies: [{external_id: gaj, name: 公安局}]")
    put("z.yaml", 'regions: [{code: "990100", name: 市}]')
    order: list[str] = []

    def noting(name: str) -> Callable[[object], object]:
        original = getattr(shop.writes, name)

        def call(value: object) -> object:
            order.append(name)
            return original(value)

        return call

    for name in ("put_region", "put_agency", "put_many"):
        setattr(shop.writes, name, noting(name))
    shop.run(folder)
    assert order == ["put_region", "put_agency", "put_many"]


def test_an_external_id_given_twice_names_both_places(shop: Any, put: Put) -> None:
    folder = put("a.jsonl", lines("先来的。")).parent
    put("b.jsonl", lines("后到的。"))
    put("c.yaml", "items: [{external_id: d0, name: 事项与文件可以同号}]")
    report = shop.run(folder)
    (problem,) = report.problems
    assert problem.place.endswith("b.jsonl:1")
    assert problem.reason == f"document d0 is already given at {folder / 'a.jsonl'}:1"
    assert shop.document("d0").text == "先来的。"
    assert report.created == 2


def test_without_publish_the_new_is_a_draft_and_the_known_keeps_its_status(shop: Any, put: Put) -> None:
    path = put("a.jsonl", lines("一。", "二。"))
    shop.run(path)
    assert status(shop, "d0") is Status.DRAFT
    assert shop.run(path, publish=True).changed == 2
    shop.writes.withdraw("document", "d1")
    report = shop.run(put("a.jsonl", lines("一，改。", "二，改。")))
    assert report.changed == 2
    assert (status(shop, "d0"), status(shop, "d1")) == (Status.PUBLISHED, Status.WITHDRAWN)
    assert shop.run(path, publish=True).changed == 1
    assert status(shop, "d1") is Status.PUBLISHED


@pytest.mark.parametrize("publish", [True, False])
def test_a_file_that_does_not_say_so_opens_nothing(shop: Any, put: Put, publish: bool) -> None:
    shop.run(put("a.jsonl", lines("内部口径。", internal=True)), publish=True)
    assert status(shop, "d0") is Status.INTERNAL
    again = put("b.jsonl", lines("内部口径，改过。"))
    assert shop.run(again, publish=publish).changed == 1
    assert status(shop, "d0") is Status.INTERNAL
    assert shop.run(again, publish=publish).unchanged == 1


@pytest.mark.parametrize("publish", [True, False])
def test_a_file_that_does_not_say_so_opens_nothing_that_is_withdrawn(
    shop: Any, put: Put, publish: bool
) -> None:
    shop.run(put("a.jsonl", lines("内部口径。", internal=True)), publish=True)
    shop.writes.set_status("document", "d0", Status.WITHDRAWN)
    shop.run(put("b.jsonl", lines("内部口径，改过。")), publish=publish)
    shop.writes.set_status("document", "d0", Status.PUBLISHED)
    assert status(shop, "d0") is Status.INTERNAL


@pytest.mark.parametrize("internal", [True, False])
def test_a_file_that_says_for_whom_is_obeyed_when_it_is_published(
    shop: Any, put: Put, internal: bool
) -> None:
    shop.run(put("a.jsonl", lines("一。", internal=not internal)), publish=True)
    before = status(shop, "d0")
    file = put("b.jsonl", lines("一。", internal=internal))
    shop.run(file)
    assert status(shop, "d0") is before
    shop.run(file, publish=True)
    assert status(shop, "d0") is (Status.INTERNAL if internal else Status.PUBLISHED)


def test_what_is_withdrawn_while_an_import_writes_stays_withdrawn(shop: Any, put: Put) -> None:
    shop.run(put("a.jsonl", lines("一。")), publish=True)
    put_many = shop.writes.put_many

    def withdrawn_first(batch: object) -> object:
        shop.writes.withdraw("document", "d0")
        return put_many(batch)

    shop.writes.put_many = withdrawn_first
    assert shop.run(put("a.jsonl", lines("一，改。"))).changed == 1
    assert status(shop, "d0") is Status.WITHDRAWN
    assert shop.document("d0").text == "一，改。"


def test_agency_and_region_fill_only_what_a_record_leaves_open(shop: Any, put: Put) -> None:
    shop.run(put("r.yaml", "agencies: [{external_id: gaj, name: 示例市公安局, aliases: [公安]}]"))
    own = '{"docid": "x", "text": "一。", "agency": "医保局", "region": "990102"}'
    shop.run(
        put("a.jsonl", f'{own}\n{{"docid": "y", "text": "二。", "agency": ""}}'),
        agency="公安",
        region="990100",
    )
    assert (shop.document("x").agency, shop.document("x").region) == ("医保局", "990102")
    assert (shop.document("y").agency, shop.document("y").region) == ("示例市公安局", "990100")


AGENCIES = """agencies:
  - {external_id: gaj, name: 示例市公安局, aliases: [公安局, 政务窗口]}
  - {external_id: ybj, name: 示例市医疗保障局, aliases: [政务窗口]}
"""


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("gaj", "示例市公安局"),
        ("公安局", "示例市公安局"),
        ("示例市公安局", "示例市公安局"),
        ("政务窗口", "政务窗口"),
        ("外市某局", "外市某局"),
    ],
)
def test_a_record_is_kept_under_the_official_name_of_its_agency(
    shop: Any, put: Put, said: str, kept: str
) -> None:
    folder = put("a.jsonl", lines("一。", agency=said)).parent
    put("b.yaml", f"items: [{{external_id: i, name: 居住证, agency: {said}}}]\n{AGENCIES}")
    assert shop.run(folder, publish=True).created == 2
    assert (shop.document("d0").agency, shop.item("i").agency) == (kept, kept)
    assert shop.run(folder, publish=True).unchanged == 2


def test_an_agency_that_is_renamed_renames_its_records_in_the_same_import(shop: Any, put: Put) -> None:
    folder = put("a.jsonl", lines("一。", agency="gaj")).parent
    put("z.yaml", AGENCIES)
    shop.run(folder)
    put("z.yaml", AGENCIES.replace("示例市公安局", "示例市公安与移民局"))
    assert shop.run(folder).changed == 1
    assert shop.document("d0").agency == "示例市公安与移民局"


@pytest.mark.parametrize(
    ("name", "agency"), [("notice.txt", "B局"), ("notice.html", None), ("notice.md", "B局")]
)
def test_a_file_name_replaces_no_document_of_another_agency(
    shop: Any, put: Put, name: str, agency: str | None
) -> None:
    shop.run(put(f"A/{name}", "甲局的通知。").parent, agency="A局", publish=True)
    path = put(f"B/{name}", "乙局的通知。")
    report = shop.run(path.parent, agency=agency, publish=True)
    (problem,) = report.problems
    assert problem.place == str(path)
    assert f"would replace {name} of A局, but is of {agency or 'no agency'}" in problem.reason
    assert (report.created, report.changed, report.stopped) == (0, 0, False)
    assert shop.document(name).text == "甲局的通知。"
    assert shop.run(path.parent, agency=agency, strict=True).stopped


def test_a_file_name_replaces_what_is_of_its_own_agency_or_of_none(shop: Any, put: Put) -> None:
    shop.run(put("r.yaml", AGENCIES))
    shop.run(put("notice.txt", "第一版。"))
    assert shop.run(put("notice.txt", "第二版。"), agency="gaj").changed == 1
    assert shop.run(put("notice.txt", "第三版。"), agency="公安局").changed == 1
    assert shop.document("notice.txt").text == "第三版。"


def test_an_external_id_that_is_given_may_replace_a_document_of_another_agency(shop: Any, put: Put) -> None:
    shop.run(put("A/notice.md", "甲局的通知。").parent, agency="A局")
    other = put("B/moved.md", "---\nexternal_id: notice.md\n---\n乙局的通知。")
    assert shop.run(other.parent, agency="B局").changed == 1
    assert shop.document("notice.md").agency == "B局"


def test_a_region_that_is_no_code_is_refused(shop: Any, put: Put) -> None:
    with pytest.raises(BadInput, match="six digits"):
        shop.run(put("a.jsonl", lines("一。")), region="51")


def test_progress_counts_every_passage_once(shop: Any, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "BATCH_RECORDS", 3)
    told: list[tuple[int, int]] = []
    path = put("a.jsonl", lines(*(f"第{number}号规定。" for number in range(10))))
    report = shop.run(path, on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (10, 10) == (report.passages, 10)
    assert told == sorted(told)
    assert {total for _, total in told} == {10}


def test_folders_are_read_in_order_without_what_is_hidden_or_outside(
    shop: Any, put: Put, tmp_path: Path
) -> None:
    folder = put("b/a.txt", "乙。").parent.parent
    for name in (".hidden.txt", ".git/c.txt", "README.md", "b/LICENSE"):
        put(name, "不该读到。")
    put("a.txt", "甲。")
    put("c.odt", "?")
    (tmp_path / "outside.txt").write_text("外面。")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "again.txt").symlink_to(folder / "a.txt")
    report = shop.run(folder, folder / "a.txt")
    assert shop.rows("SELECT external_id FROM document ORDER BY id") == [("a.txt",), ("b/a.txt",)]
    assert [str(problem).rpartition("/")[2] for problem in report.problems] == [
        "c.odt: unknown kind of file; known are .jsonl .ndjson .yaml .yml .md .markdown .html .htm .txt "
        ".docx .pdf .xlsx .csv .zip",
        "link.txt: a link that leads out of the folder is not followed",
    ]


def test_a_missing_path_and_an_empty_folder_are_problems(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    report = shop.run(tmp_path / "nowhere", tmp_path / "empty")
    assert [problem.reason for problem in report.problems] == [
        "no such file or folder",
        "the folder holds nothing to import",
    ]


def test_a_file_of_nothing_but_problems_is_given_up(
    shop: Any, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "MOST_PROBLEMS", 5)
    report = shop.run(put("a.jsonl", "x\n" * 50))
    assert (len(report.problems), report.stopped) == (6, True)


def test_office_files_come_in_with_everything_else(shop: Any, put: Put) -> None:
    folder = put("b/通知.docx", docx(paragraph("关于甲的通知") + paragraph("甲。"))).parent.parent
    put("问答.csv", "问题,答案\n几点上班,九点。\n")
    put("包.zip", zipped({"乙.txt": "乙。", "坏.pdf": "?"}))
    put("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
    report = shop.run(folder, publish=True)
    assert report.created == 3
    assert (shop.document("通知").title, shop.document("通知").text) == ("关于甲的通知", "关于甲的通知\n甲。")
    assert shop.document("乙").text == "乙。"
    assert sorted(str(problem).rpartition("/in/")[2] for problem in report.problems) == [
        "包.zip/坏.pdf: is called .pdf but is plain text",
        "旧.doc: is an Office file of before 2007",
    ]
    assert shop.run(folder, publish=True).unchanged == 3
