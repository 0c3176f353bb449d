"""The report as a Markdown page. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.cli.report.charts import FAMILY_LABELS
from insight.outcomes import by_family


def page(report: Mapping[str, Any]) -> str:
    """The whole page; chapters that were not measured are named at its end."""
    lines = [f"# 评测报告 evaluation, {report['made_at']}", "", f"- 城市 city: {report['city']}"]
    lines += [f"- 版本 version: {report['version']}, 向量模型 model: {report['index']['model']}"]
    for chapter in (_index, _retrieval, _refusals, _traffic):
        lines += ["", *chapter(report)]
    if report["left_out"]:
        lines += ["", "## 未评测 left out", "", *(f"- {one}" for one in report["left_out"])]
    return "\n".join(lines) + "\n"


def _index(report: Mapping[str, Any]) -> Iterator[str]:
    index = report["index"]
    yield from ("## 知识库 knowledge base", "")
    names = ("documents", "items", "passages", "agencies", "regions", "revision")
    yield from _table(names, [[index[name] for name in names]])
    service = index["service"]
    yield ""
    if service is None:
        yield "服务未运行，本命令自行载入索引。The service does not run: this command loaded an index itself."
    else:
        lag = index["revision"] - service["revision"]
        ready = "就绪 ready" if service["ready"] else "加载中 loading"
        yield f"服务 service: {ready}, 落后修订数 revisions behind: {lag}"


def _retrieval(report: Mapping[str, Any]) -> Iterator[str]:
    found = report["retrieval"]
    if found is None:
        return
    figures = found["figures"]
    yield from (f"## 检索与作答 retrieval and answers ({figures['n']})", "")
    rows = [
        [name, _number(value), _interval(figures["intervals"].get(name))]
        for name, value in figures.items()
        if name not in ("intervals", "n")
    ]
    yield from _table(("指标 figure", "值 value", "95 % 区间 interval"), rows)
    yield from ("", "每个阈值的代价 what each threshold costs:", "", "![curve](curve.svg)")


def _refusals(report: Mapping[str, Any]) -> Iterator[str]:
    found = report["refusals"]
    if found is None:
        return
    yield from ("## 应拒答的问题 questions that should be refused", "")
    rows = [
        [kind, shares["n"], _number(shares["answered"]), _interval(shares["intervals"]["answered"]),
         _number(shares["clarified"])]
        for kind, shares in found["kinds"].items()
    ]  # fmt: skip
    yield from _table(("类别 kind", "n", "误答 answered", "95 %", "反问 clarified"), rows)
    for one in found["answered"]:
        yield f"\n- {_cell(one['question'])} → {one['external_id']}"


def _traffic(report: Mapping[str, Any]) -> Iterator[str]:
    found = report["traffic"]
    days = found["days"]
    yield from (f"## 最近 {len(days)} 天的问答 turns of the last {len(days)} days ({found['turns']})", "")
    if not found["turns"]:
        yield "没有记录。No turn is in the answer log."
        return
    yield from ("![turns by day](turns.svg)", "")
    names = list(FAMILY_LABELS.values())
    rows = [
        [day["day"], day["turns"], *by_family(day["statuses"]).values(), day["useful"], day["not_useful"]]
        for day in days
    ]
    yield from _table(("日期 day", "全部 all", *names, "有用 useful", "没用 not useful"), rows)
    yield from ("", f"有用的比例 useful share of opinions: {_number(found['useful_share'])}", "")
    if found["steps"]:
        yield from ("### 各步骤用时 time by step", "", "![time by step](steps.svg)", "")
        steps = [[one["step"], one["n"], one["p50_ms"], one["p95_ms"]] for one in found["steps"]]
        yield from _table(("步骤 step", "n", "p50 ms", "p95 ms"), steps)


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(_cell(value) for value in row)} |"


def _cell(value: object) -> str:
    return " ".join(str(value).replace("|", "\\|").split())


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _interval(ends: Sequence[float] | None) -> str:
    return f"{ends[0]:.3f} – {ends[1]:.3f}" if ends else "-"
