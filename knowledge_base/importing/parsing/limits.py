"""What a file that somebody sends may cost. `docs/import.md` states these figures."""

from __future__ import annotations

from typing import Final

# Of the file as it comes.
UPLOAD_BYTES: Final = 50_000_000
TABLE_TEXT_BYTES: Final = 20_000_000

# Of the child process that reads one file.
MEMORY_BYTES: Final = 1_000_000_000
PROCESSOR_S: Final = 30
WALL_S: Final = 60.0
OUTPUT_LINE_BYTES: Final = 16_000_000
OUTPUT_BYTES: Final = 100_000_000
MOST_NOTES: Final = 20
NOTE_LENGTH: Final = 300

# Of a ZIP container: archives, DOCX and XLSX.
MOST_ENTRIES: Final = 5_000
UNPACKED_BYTES: Final = 200_000_000
PART_BYTES: Final = 50_000_000
MOST_RATIO: Final = 200
RATIO_FROM_BYTES: Final = 1_000_000

# Of one file that a clerk sends, an archive with all that it holds: mistakes that are told.
PROBLEMS: Final = 10_000

# Of an archive that a clerk sends.
ARCHIVED_FILES: Final = 500
ARCHIVE_WALL_S: Final = 600.0

# Of a text.
TEXT_LENGTH: Final = 2_000_000
PAGES: Final = 1_000
PAGE_CHARACTERS: Final = 50_000
DRAWN_OBJECTS: Final = 5_000

# Of a table.
ROWS: Final = 20_000
COLUMNS: Final = 200
CELLS: Final = 200_000
CELL_LENGTH: Final = 100_000
MERGES: Final = 2_000
HEADER_ROWS: Final = 20
SHEETS: Final = 50
