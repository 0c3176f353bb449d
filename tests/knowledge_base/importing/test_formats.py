"""Every format and encoding, from real files into a real catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scripts.strict_skips import DATA

Put = Callable[[str, str | bytes], Path]
LINE = (
    '{"docid": "d1", "text": "办理居住证需要租赁合同。", "title": "居住证办法", '
    '"published_on": "2024-05-31"}\n'
)


@pytest.mark.parametrize(
    "raw",
    [
        LINE.encode(),
        b"\xef\xbb\xbf" + LINE.encode(),
        LINE.encode("gb18030"),
        LINE.replace("\n", "\r\n").encode(),
        b"\n\n" + LINE.strip().encode(),
    ],
    ids=["utf-8", "bom", "gb18030", "windows line ends", "blank lines"],
)
def test_jsonl_documents_come_in_whatever_the_encoding(shop: Any, put: Put, raw: bytes) -> None:
    report = shop.run(put("a.jsonl", raw), publish=True)
    assert (report.created, report.problems, report.exit_code) == (1, (), 0)
    document = shop.document("d1")
    assert (document.text, document.title) == ("办理居住证需要租赁合同。", "居住证办法")
    assert document.published_on == date(2024, 5, 31)


def test_a_rare_character_of_gb18030_survives(shop: Any, put: Put) -> None:
    shop.run(put("a.txt", "𬌗某某，㐀㐁\n正文如下。".encode("gb18030")))
    assert shop.document("a.txt").title == "𬌗某某，㐀㐁"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (LINE.encode("utf-16"), "a.jsonl: is UTF-16 or UTF-32; save it as UTF-8"),
        (b"", "a.jsonl: the file is empty"),
        (b" \n\n", "a.jsonl: the file holds nothing but white space"),
        (b'{"docid": "d1", "text": "a\x00b"}', "a.jsonl:1: holds a NUL byte"),
        (b'{"docid": "d1", "text": "a\\u0000b"}', "a.jsonl:1: text: holds a NUL character"),
        (b'{"docid": "d1", "text": "a\\ud800b"}', "a.jsonl:1: text: holds half a surrogate pair"),
        (b'{"docid": "d1", "text": "a", "text": "b"}', "a.jsonl:1: text is given twice"),
        (b'{"docid": "d1", "text": NaN}', "a.jsonl:1: NaN is not a JSON value"),
        (b'{"docid": "d1", "text": ' + b"9" * 5000 + b"}", "a.jsonl:1: is not JSON that can be read"),
        (b"[" * 100_000, "a.jsonl:1: is not JSON"),
        (b"[1]", "a.jsonl:1: is not a JSON object"),
        (b"not json", "a.jsonl:1: is not JSON: Expecting value at character 1"),
        (b'{"title": "a"}', "a.jsonl:1: is neither a document (docid, text) nor a service item (name)"),
        (b'{"docid": "d1"}', "a.jsonl:1: text: is missing"),
        (b'{"text": "a"}', "a.jsonl:1: external_id: is missing"),
        (b'{"docid": "d1", "text": "a", "titel": "b"}', "titel: unknown field (did you mean title?)"),
        (b'{"docid": "d1", "text": "a", "kind": "memo"}', "kind: must be 'policy', 'notice', 'faq'"),
        (b'{"docid": "d1", "text": "a", "region": "51"}', "region: does not look as it should"),
        (b'{"docid": "d1", "text": "a", "source_url": "javascript:x"}', "source_url: "),
        (
            b'{"docid": "d1", "text": "a", "question_variants": [' + b'"q",' * 50 + b'"q"]}',
            "question_variants: has more than 50 entries",
        ),
        (
            b'{"docid": "d1", "text": "abc", "questions": [{"ask": "q", "quote": "abd"}]}',
            "questions.0.quote: does not stand in the text",
        ),
        (
            b'{"docid": "d1", "text": "abc", "questions": [{"ask": "q", "aspect": "fee"}]}',
            "questions.0.aspect: a text is answered from by quote",
        ),
        (
            b'{"external_id": "i1", "name": "abc", "questions": [{"ask": "q", "aspect": "fee"}]}',
            "questions.0.aspect: the guide does not publish this field",
        ),
        (b'{"docid": "d1", "text": "a", "published_on": 20240531}', "published_on: must be a date such as"),
        (b'{"docid": "d1", "text": "a", "published_on": "2024-02-30"}', "published_on: must be a date such"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(shop: Any, put: Put, raw: bytes, reason: str) -> None:
    report = shop.run(put("a.jsonl", raw))
    (problem,) = report.problems
    assert reason in str(problem)
    assert "\n" not in str(problem)
    assert (report.created, report.exit_code) == (0, 2)


def test_a_text_beyond_the_limit_is_refused_and_a_huge_line_is_skipped(shop: Any, put: Put) -> None:
    long, huge = "x" * 2_000_001, "x" * 4_100_000
    lines = [
        json.dumps({"docid": name, "text": text}) for name, text in (("a", long), ("b", huge), ("c", "好。"))
    ]
    report = shop.run(put("a.jsonl", "\n".join(lines)))
    assert [str(problem).rpartition("a.jsonl:")[2] for problem in report.problems] == [
        "1: text: is longer than 2000000 characters",
        "2: the line is longer than 4 MB",
    ]
    assert (report.created, shop.document("c").text) == (1, "好。")


def test_a_faq_has_a_short_answer_and_a_policy_may_be_long(shop: Any, put: Put) -> None:
    lines = [json.dumps({"docid": kind, "kind": kind, "text": "长" * 20_001}) for kind in ("faq", "policy")]
    report = shop.run(put("a.jsonl", "\n".join(lines)))
    assert [problem.reason for problem in report.problems] == [
        "text: of a FAQ is longer than 20000 characters"
    ]
    assert report.created == 1


def test_items_of_a_portal_list_take_their_code_from_the_link(shop: Any, put: Put) -> None:
    link = "http://example.gov.cn/detail?areaCode=511602000000&itemCode=511Z07-1&taskType=10"
    lines = [
        {"name": "甲", "main_item": "未分类", "department": "区经信局", "link": link},
        {"name": "乙", "main_item": "取水许可", "department": "区水务局", "link": "http://example.gov.cn/x"},
        {"name": "乙", "main_item": "取水许可", "department": "区水务局", "link": "http://example.gov.cn/y"},
    ]
    path = put("items.jsonl", "\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    assert shop.run(path).created == 3
    item = shop.item("511Z07-1")
    assert (item.name, item.code, item.agency, item.theme) == ("甲", "511Z07-1", "区经信局", None)
    assert (item.source_url, item.materials, item.fee, item.aliases) == (link, [], None, [])
    assert shop.rows("SELECT theme FROM service_item WHERE title = '乙'") == [("取水许可",)] * 2
    assert shop.run(path).unchanged == 3


@pytest.mark.needs_data("guangan/items.jsonl")
def test_every_real_item_of_guangan_comes_in(shop: Any) -> None:
    path = DATA / "guangan" / "items.jsonl"
    report = shop.run(path, publish=True, region="511602")
    assert (report.created, report.problems) == (1135, ())
    assert shop.reads.counts().items == 1135
    assert shop.run(path, publish=True, region="511602").unchanged == 1135


GUIDES = """
defaults: {demo: true, region: "990100"}
regions: [{code: "990100", name: 示例市}]
agencies: [{external_id: gaj, name: 示例市公安局, hours: [{weekdays: [1], opens: 9:00, closes: 13:30}]}]
documents:
  - {external_id: faq1, kind: faq, title: 怎么办居住证, text: 到派出所办。, published_on: 2024-05-31}
items:
  - external_id: jzz
    name: 居住证
    eligibility: {all: [{fact: age, op: ge, value: 16}]}
    materials: [{name: 身份证, copies: 2}]
"""


def test_yaml_lists_hold_every_kind_with_defaults(shop: Any, put: Put) -> None:
    report = shop.run(put("a.yaml", GUIDES.replace("9:00", "09:00")))
    assert report.problems == ()
    assert (report.regions.created, report.agencies.created, report.created) == (1, 1, 2)
    assert shop.item("jzz").region == "990100"
    assert shop.item("jzz").demo
    assert shop.document("faq1").published_on == date(2024, 5, 31)
    assert shop.reads.agency("gaj").hours[0].closes == "13:30"


def test_a_yaml_file_may_be_one_item(shop: Any, put: Put) -> None:
    shop.run(put("a.yml", "defaults: {demo: true}\nexternal_id: jzz\nname: 居住证\nsteps: [取号, 交表]\n"))
    assert shop.item("jzz").steps == ["取号", "交表"]
    assert shop.item("jzz").demo


def test_a_bad_yaml_record_leaves_the_others_be(shop: Any, put: Put) -> None:
    items = """
items:
  - {external_id: a, name: 甲}
  - {external_id: b, name: 乙, name: 丙}
  - {external_id: c, name: 丁, run: !!python/object/apply:os.system [true]}
  - {external_id: d, name: 戊, eligibility: {fact: age, op: gt, value: 1}}
  - {external_id: e, name: 己, materials: [{name: 表, copys: 1}]}
  - just text
  - {external_id: f, name: 庚}
"""
    report = shop.run(put("a.yaml", items))
    assert report.created == 2
    told = [str(problem).rpartition("a.yaml:")[2] for problem in report.problems]
    assert [line.partition(":")[0] for line in told] == [f"items[{number}]" for number in (1, 2, 3, 4, 5)]
    for line, part in zip(
        told, ["name is given twice", "!!python", "eligibility", "materials[0].copys", "mapping"], strict=True
    ):
        assert part in line.replace("tag:yaml.org,2002:", "!!")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(8)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "values once its aliases are written out"),
        ("items: &a\n  - {external_id: x, name: *a}\n", "an alias contains itself"),
        ("items: " + "[" * 3000, "nested too deeply"),
        ("items:\n  - {external_id: a\n  - b", "a.yaml:3: is not YAML"),
        ("name: 甲\n---\nname: 乙\n", "is not YAML"),
        ("things: []\n", "is neither one record (name or text) nor lists named"),
        ("item: []\nagencies: []\n", "item: unknown field (did you mean items?)"),
        ("items: {}\n", "a.yaml:1: items must be a list"),
        ("defaults: {regoin: '1'}\nitems: []\n", "defaults.regoin: unknown field (did you mean region?)"),
        ("- 1\n", "must be a mapping"),
        ("# nothing\n", "must be a mapping"),
        ("items:\n\t- a\n", "a.yaml:2: is not YAML"),
        ("a: \x07", "is not YAML"),
    ],
)
def test_yaml_that_cannot_be_used_is_one_problem(shop: Any, put: Put, text: str, reason: str) -> None:
    (problem,) = shop.run(put("a.yaml", text)).problems
    assert reason in str(problem)


MARKDOWN = """---
external_id: sybf-1
kind: notice
document_number: 示医保发〔2025〕21号
published_on: 2025-08-22
---
# 关于参保缴费的*通知*

各区医疗保障局：

## 一、参保对象

（一）有本市[户籍](https://a.example/)的居民，以及持有本市有效居住证、未在其他统筹地区参保
的非本市户籍人员。
落款单位

- 身份证
- **户口簿**

3. 第三项
4. 第四项

| 项目 | 标准 |
|---|---|
| 个人缴费 | `400` 元 |

<p>注：<b>免费</b></p>
"""
PLAIN = """关于参保缴费的通知
各区医疗保障局：
一、参保对象
（一）有本市户籍的居民，以及持有本市有效居住证、未在其他统筹地区参保的非本市户籍人员。
落款单位
- 身份证
- 户口簿
3. 第三项
4. 第四项
项目 | 标准
个人缴费 | 400 元
注：免费"""


def test_markdown_becomes_plain_text_with_the_fields_of_its_front_matter(shop: Any, put: Put) -> None:
    assert shop.run(put("a.md", MARKDOWN)).problems == ()
    document = shop.document("sybf-1")
    assert document.text == PLAIN
    assert document.title == "关于参保缴费的通知"
    assert (document.kind, document.published_on) == ("notice", date(2025, 8, 22))


def test_markdown_without_front_matter_is_named_after_its_file(shop: Any, put: Put) -> None:
    folder = put("policies/2025/a.md", "# 标题\n\n正文。\n").parent.parent
    assert shop.run(folder).created == 1
    assert shop.document("2025/a.md").title == "标题"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: a\n", "a.md:1: the front matter is not closed"),
        ("---\ntitle: [a\n---\nb", "a.md:2: is not YAML"),
        ("---\ntitel: a\n---\nb", "titel: unknown field (did you mean title?)"),
        ("---\ntext: a\n---\nb", "text: the body is the text"),
        ("---\ntitle: a\n---\n", "text: is missing"),
    ],
)
def test_broken_front_matter_is_named(shop: Any, put: Put, text: str, reason: str) -> None:
    (problem,) = shop.run(put("a.md", text)).problems
    assert reason in str(problem)


HTML = """<!DOCTYPE html><html><head><title>通知 - 示例市政府网</title>
<meta name="ArticleTitle" content="关于缴费的通知">
<style>p {color: red}</style><script>alert("偷")</script></head><body onload="x()"><!-- 隐 -->
<h1>关于缴费的通知</h1><div><p>第一段<b>重点</b>，
换行不算。</p><p>第二段<br>另起</p></div><script>var 坏 = 1;</script>
<table><tr><th>项目</th><th>标准</th></tr><tr><td><p>个人</p></td><td>400 &amp; 元</td></tr></table>
<ul><li>身份证</li><li>户口簿</li></ul></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_is_read_as_a_person_sees_it(shop: Any, put: Put, encoding: str) -> None:
    assert shop.run(put("a.html", HTML.encode(encoding))).problems == ()
    assert shop.document("a.html").title == "关于缴费的通知"
    assert shop.document("a.html").text == (
        "关于缴费的通知\n第一段重点， 换行不算。\n第二段\n另起\n项目 | 标准\n个人 | 400 & 元\n身份证\n户口簿"
    )


def test_html_without_text_and_html_nested_without_end_do_no_harm(shop: Any, put: Put) -> None:
    (problem,) = shop.run(put("a.html", "<script>x</script>")).problems
    assert problem.reason == "the page shows no text"
    assert shop.run(put("b.html", "<div>" * 20_000 + "深处。")).created == 1
    assert shop.document("b.html").text == "深处。"


def test_plain_text_takes_its_first_line_for_a_title(shop: Any, put: Put) -> None:
    shop.run(put("a.txt", "关于缴费的通知\r\n\r\n正文。\r\n"))
    assert shop.document("a.txt").title == "关于缴费的通知"
    assert shop.document("a.txt").text == "关于缴费的通知\n\n正文。"
    shop.run(put("b.txt", "很长的一行。" * 50))
    assert shop.document("b.txt").title is None
