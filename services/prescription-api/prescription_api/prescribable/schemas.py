"""What the list of prescribable tools is asked."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from prescription_api.schemas import OrganisationNumber, Purpose
from shared.paging import DEFAULT_LIMIT, Cursor, Limit
from shared.schemas import Schema
from shared.search import LongSearchText

Code = Annotated[str, StringConstraints(max_length=100)]
Codes: TypeAlias = Annotated[list[Code], Field(default_factory=list, max_length=50)]


class PrescribableFilters(Schema):
    """As the catalogue's: values of one filter are OR, different filters AND."""

    q: LongSearchText = None
    purpose: Annotated[list[Purpose], Field(default_factory=list, max_length=10, description="Any of these")]
    kind: Annotated[list[Literal["standalone", "integrated"]], Field(default_factory=list, max_length=10)]
    subject_area: Codes
    target_group: Codes
    language: Annotated[Codes, Field(description="That the tool itself speaks")]
    national: Annotated[bool | None, Field(description="For everyone, or only for named organisations")] = None
    login_required: Annotated[bool | None, Field(description="To be logged in, on Helsenorge or in the tool")] = None
    prescription_required: Annotated[bool | None, Field(description="By a practitioner, before it can be used")] = None
    organisation: Annotated[OrganisationNumber | None, Field(description="On behalf of which organisation (P5)")] = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None
