"""What lists of tools are asked for: as the catalogue is (M1)."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, StringConstraints

from helsetilbud_api.citizen.models import Origin
from shared.paging import DEFAULT_LIMIT, Cursor, Limit
from shared.schemas import Schema
from shared.search import DocumentFilters, LongSearchText

Purpose = Literal["learning", "mapping", "treatment"]
ToolKind = Literal["standalone", "integrated"]
_Code = Annotated[str, StringConstraints(max_length=100)]
_Codes: TypeAlias = Annotated[list[_Code], Field(default_factory=list, max_length=50)]

FILTERS: Final = DocumentFilters(
    one_of={"purpose": "purpose", "kind": "kind"},
    some_of={"subject_area": "subjectAreas", "target_group": "targetGroups", "language": "languages"},
    yes_or_no={"login_required": "loginRequired", "prescription_required": "prescriptionRequired"},
)


class ToolFilters(Schema):
    """As the catalogue's: values of one filter are OR, different filters AND."""

    q: LongSearchText = None
    purpose: Annotated[list[Purpose], Field(default_factory=list, max_length=10, description="Any of these")]
    kind: Annotated[list[ToolKind], Field(default_factory=list, max_length=10)]
    subject_area: _Codes
    target_group: _Codes
    language: Annotated[_Codes, Field(description="That the tool itself speaks")]
    login_required: Annotated[bool | None, Field(description="To be logged in, on Helsenorge or in the tool")] = None
    prescription_required: Annotated[bool | None, Field(description="Only such a one can send")] = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None


class MyToolFilters(ToolFilters):
    """The same, and what only one's own tools have."""

    new: Annotated[bool | None, Field(description="Only those that are new, or only those that are not")] = None
    origin: Annotated[Origin | None, Field(description="Prescribed, or added by oneself")] = None
