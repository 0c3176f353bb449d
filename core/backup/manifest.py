"""What a backup says of itself: versions, row counts, and a digest of each part."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from core.errors import BadInput

# Raised by a change that an older program would misread.
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DATABASE: Final = "database.sqlite"
KEYS: Final = "keys.sealed"
MODELS: Final = ("models/dialogue.tar.gz", "models/dialogue.inputs")
PARTS: Final = (DATABASE, KEYS, *MODELS)
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """One file of a backup: its size in bytes and its SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: Count
    sha256: Digest


class Manifest(BaseModel):
    """A backup's first member.

    Attributes:
        program: Version of weizheng that made it.
        schema_revision: Latest migration of its database.
        epoch, revision: Of its catalogue.
        vectors: Whether the vectors are in it.
        demo: Digest of the demonstration city it holds, if it does.
        rows: Number of rows of each table.
        parts: Every other member, by name.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Annotated[int, Field(ge=1)]
    program: str
    schema_revision: Annotated[str, Field(min_length=1, max_length=64)]
    epoch: str
    revision: Count
    created: AwareDatetime
    vectors: bool
    demo: str | None = None
    rows: dict[str, Count]
    parts: dict[str, Part]

    def as_json(self) -> bytes:
        """The member's text."""
        return (self.model_dump_json(indent=2) + "\n").encode()

    def age_days(self, now: datetime) -> int:
        """Whole days since it was made."""
        return (now - self.created).days


class _Versioned(BaseModel):
    model_config = ConfigDict(extra="ignore")

    format: Annotated[int, Field(ge=1)]


def parse(text: bytes) -> Manifest:
    """Reads a manifest.

    Raises:
        BadInput: It is none, or one of a newer program.
    """
    try:
        # First the one field whose meaning never changes: a newer manifest may look otherwise.
        if (found := _Versioned.model_validate_json(text).format) > FORMAT:
            raise BadInput(
                f"the backup has format {found}, and this version knows {FORMAT}: restore it with a newer"
                " weizheng. 备份由更新的版本制作。"
            )
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        raise BadInput(f"its {MANIFEST} cannot be used: a damaged backup, or none. 备份清单无效。") from None
    if DATABASE not in manifest.parts or set(manifest.parts) - set(PARTS):
        raise BadInput(f"{MANIFEST} names other parts than a backup has. 备份清单无效。")
    return manifest
