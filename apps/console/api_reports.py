"""What a program tells of applications: which citizen, by a reference they gave, did what with which item."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, ValidationError

from core.errors import BadInput
from recommender.models import Interaction, InteractionType, Origin

_LARGEST_ID = 2**31 - 1


class Reported(BaseModel):
    """One report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,128}$")]
    citizen: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    item_id: Annotated[StrictInt, Field(ge=1, le=_LARGEST_ID)]
    type: Literal["apply", "finish"]
    occurred_at: AwareDatetime

    def interaction(self) -> Interaction:
        """As an agency's word."""
        kind = InteractionType(self.type)
        return Interaction(self.event_id, self.item_id, kind, Origin.AGENCY, self.occurred_at)


def reported(given: dict[str, Any]) -> Reported:
    """The checked report.

    Raises:
        BadInput: A field is missing, unknown or out of bounds; the detail names it, not its value.
    """
    try:
        return Reported.model_validate(given)
    except ValidationError as error:
        fields = sorted({str(one["loc"][0]) for one in error.errors(include_input=False) if one["loc"]})
        told = f"提交的内容有误，请检查：{'、'.join(fields)}"
        raise BadInput(", ".join(fields), public_message=told) from None
