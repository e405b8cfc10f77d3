"""What a search for organisations is asked and answered."""

from typing import Annotated, Final, TypeAlias

from fastapi import Query
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from shared.plain_text import one_line
from shared.schemas import Schema

MOST: Final = 50
DEFAULT_LIMIT: Final = 20

SearchWords: TypeAlias = Annotated[
    str,
    AfterValidator(one_line),
    Query(
        min_length=2,
        max_length=100,
        description="The beginnings of words of the name, or an organisation number",
        examples=["Solfjell lege"],
    ),
]
SearchLimit: TypeAlias = Annotated[int, Query(ge=1, le=MOST, description="How many at most")]

_PARENT: Final[JsonDict] = {"organisationNumber": "299900177", "name": "Solfjell kommune"}


class NamedOrganisation(Schema):
    """`name` as registered; null where only the number is known, because the register does not answer, say."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PARENT]})

    organisation_number: str
    name: str | None


_FOUND: Final[JsonDict] = {
    "organisationNumber": "299900452",
    "name": "Solfjell legekontor",
    "kind": "BEDR",
    "kindName": "Underenhet til næringsdrivende og offentlig forvaltning",
    "parent": _PARENT,
}


class FoundOrganisation(Schema):
    """An organisation in the register."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FOUND]})

    organisation_number: str
    name: str
    kind: str = Field(description="The register's code of what it is: KOMM, ORGL, BEDR, AS, ...")
    kind_name: str = Field(description="The same in the register's own words, in Norwegian")
    parent: NamedOrganisation | None = Field(description="What it is directly part of")


class FoundOrganisations(Schema):
    """Main entities first, then units."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_FOUND], "more": False}]})

    items: list[FoundOrganisation]
    more: bool = Field(description="Whether there are more than these: say more of the name")


class OwnOrganisations(Schema):
    """The unit first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [{"organisationNumber": "299900452", "name": "Solfjell legekontor"}, _PARENT]}]
        }
    )

    items: list[NamedOrganisation]
