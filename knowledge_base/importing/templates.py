"""Workbooks that agencies fill in: questions with their answers, or guides."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

_EXPLAINING: Final = "填写说明"
# By column: how it is filled in, and an example.
_FAQ: Final[Mapping[str, tuple[str, str]]] = {
    "问题": ("必填。群众会怎么问，写一句话。", "居住证到期了怎么续？"),
    "答案": (
        "必填。完整的答复，可以换行。",
        "居住证每年签注一次。到期前三十日内，到居住地派出所办理。",
    ),
    "其他问法": ("同一个问题的别的问法，用；或换行隔开。", "居住证过期怎么办；居住证怎么签注"),
    "发布日期": ("写成 2024-05-31。", "2024-05-31"),
    "有效期至": ("答案到哪一天为止有效，写成 2026-12-31；长期有效的不填。", ""),
    "机构": ("答复的部门，写部门名称。不填的按上传时选择的部门。", ""),
    "区划代码": ("六位数字。不填的按上传时的选择。", ""),
    "编号": ("再次上传时凭编号更新同一条；不填的凭文件名和问题更新。", ""),
}
_GUIDE: Final[Mapping[str, tuple[str, str]]] = {
    "事项名称": ("必填。", "居住证签注"),
    "编号": ("事项编码。再次上传时凭编号更新同一事项；不填的凭文件名和事项名称更新。", ""),
    "别名": ("群众的叫法，用；或换行隔开。", "居住证续期；居住证年审"),
    "机构": ("实施部门的名称。不填的按上传时选择的部门。", ""),
    "区划代码": ("六位数字。不填的按上传时的选择。", ""),
    "服务对象": ("个人、法人，或都写，用；隔开。", "个人"),
    "受理条件": ("每行一条。", "持有本市居住证\n居住证在有效期内或逾期未满一年"),
    "申请材料": (
        "每行一份，可在括号里写原件或复印件和份数，如：身份证（原件，1份）。",
        "身份证（原件，1份）\n居住证（原件，1份）",
    ),
    "办理步骤": ("每行一步。", "到居住地派出所提交材料\n窗口核对信息\n当场完成签注"),
    "费用": ("不收费写“不收费”；是一个数的写数字，单位是元；其他情况写一句话。", "不收费"),
    "法定时限": ("如：15个工作日。", "15个工作日"),
    "承诺时限": ("如：当场办结。", "当场办结"),
    "办理地点": ("每行一处，写成“名称：地址”。", "城南派出所：城南路1号"),
    "咨询电话": ("一个或几个电话。", "12345"),
    "网上办理": ("网址（以 http:// 或 https:// 开头），或一句说明。", "暂不支持网上办理"),
    "设定依据": ("每行一条。", "《居住证暂行条例》第十条"),
    "结果": ("办成后拿到什么。", "居住证（已签注）"),
}
_TITLES: Final[Mapping[Literal["faq", "guide"], tuple[str, Mapping[str, tuple[str, str]]]]] = {
    "faq": ("问答", _FAQ),
    "guide": ("办事指南", _GUIDE),
}
_GENERAL: Final = (
    "每行一条。第一行表头请不要改动；示例行请删去或改写。",
    "单元格里可以换行（Alt+Enter）。隐藏的行、列和工作表不会读取。公式按计算结果读取。",
)


def template(kind: Literal["faq", "guide"]) -> bytes:
    """An XLSX with a header, one example and a sheet that explains each column."""
    title, columns = _TITLES[kind]
    book = Workbook()
    table = book.active
    assert isinstance(table, Worksheet)  # noqa: S101 - for the type checker
    table.title = title
    _fill(table, list(columns), [example for _, example in columns.values()])
    explained = book.create_sheet(_EXPLAINING)
    explained.append(["列", "怎么填"])
    for name, (how, _) in columns.items():
        explained.append([name, how])
    for line in _GENERAL:
        explained.append(["", line])
    explained.column_dimensions["A"].width, explained.column_dimensions["B"].width = 14, 90
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _fill(table: Worksheet, names: Sequence[str], example: Sequence[str]) -> None:
    table.append(list(names))
    table.append(list(example))
    for place in range(1, len(names) + 1):
        heading = table.cell(1, place)
        heading.font = Font(bold=True)
        heading.fill = PatternFill("solid", fgColor="DDE6F2")
        table.column_dimensions[get_column_letter(place)].width = 40 if len(example[place - 1]) > 12 else 16
        # Text, so that a code keeps its zeros and a date stays as it is typed.
        for row in range(2, 200):
            table.cell(row, place).number_format = "@"
        table.cell(2, place).alignment = Alignment(wrap_text=True, vertical="top")
    table.freeze_panes = "A2"
