"""CSV as rows of texts: UTF-8 or GB18030, parted by commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from knowledge_base.importing.decoding import decoded
from knowledge_base.importing.parsing.limits import CELL_LENGTH, COLUMNS, HEADER_ROWS, ROWS, TABLE_TEXT_BYTES
from knowledge_base.importing.parsing.messages import Message
from knowledge_base.importing.parsing.table_columns import header_of
from knowledge_base.importing.parsing.table_records import Row, records_of
from knowledge_base.importing.unreadable import Unreadable

_DELIMITERS = ",;\t，；"
_LOOKED_AT = 20_000


def parse_csv(stream: BinaryIO) -> Iterator[Message]:
    """The records of the one table.

    Raises:
        Unreadable: It is no text, has too many columns or no header that is known.
    """
    text = decoded(stream.read(TABLE_TEXT_BYTES + 1), TABLE_TEXT_BYTES)
    yield from records_of(_rows(text, _delimiter(text[:_LOOKED_AT])), "")


def _delimiter(beginning: str) -> str:
    """The one by which the header is recognised; else the most frequent one."""
    lines = beginning.split("\n")[:HEADER_ROWS]
    for delimiter in _DELIMITERS:
        if any(header_of(line.replace('"', "").split(delimiter)) for line in lines):
            return delimiter
    return max(_DELIMITERS, key=beginning.count)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    # A limit of the module: this process reads one file and ends.
    csv.field_size_limit(CELL_LENGTH)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for number, cells in enumerate(reader, 1):
            if number > ROWS:
                raise Unreadable(f"holds more than {ROWS} rows", told=f"表格超过{ROWS}行，请分成几个文件。")
            if len(cells) > COLUMNS:
                raise Unreadable(
                    f"holds more than {COLUMNS} columns", line, told=f"表格超过{COLUMNS}列，请检查文件。"
                )
            yield Row(line, [cell.strip() for cell in cells])
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(f"is no CSV: {error}", line, told="不是规范的 CSV 表格，请检查引号。") from None
