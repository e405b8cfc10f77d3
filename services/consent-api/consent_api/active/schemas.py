"""Request and response models of the check."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from consent_api.active.models import Reason
from consent_api.areas import Area
from consent_api.identities import NationalIdProblem, Writable
from shared.schemas import LONGEST_TEXT, RequestSchema, Schema

# the areas of code system 7618 that record systems ask about, by code and by name
EHR_AREAS: Mapping[int | str, Area] = {3: "health-care", 6: "youth", "Helsehjelp": "health-care", "Ungdom": "youth"}

_NUMBERS = Field(
    min_length=1,
    max_length=1000,
    description="National identity numbers or D-numbers, eleven digits each. One that comes twice is answered twice.",
)


class DigitallyActiveQuestion(RequestSchema):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"nationalIds": ["11870150050", "11870150051"], "area": "health-care"}]}
    )

    national_ids: Annotated[list[Writable], _NUMBERS]
    area: Annotated[
        Area, Field(description="What the person is to be reached for; each area asks for its consent level")
    ]


class PersonStanding(Schema):
    """`active` exactly when there is neither a reason nor an error. All reasons that apply are listed: why the person
    cannot be reached themselves. Somebody else may be reached in their place all the same (`activeThroughOthers`).
    """

    national_id: Annotated[str, Field(description="As it was sent")]
    active: bool
    active_through_others: Annotated[
        bool, Field(description="A parent, or the holder of a power of attorney in this area, can be reached for them")
    ]
    assigned_representative: Annotated[
        bool, Field(description="Somebody has been assigned to act for them, because they cannot decide themselves")
    ]
    reasons: Sequence[Reason]
    error: NationalIdProblem | None


class DigitallyActiveAnswer(Schema):
    """One item for each number, in the order asked."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "nationalId": "11870150050",
                            "active": False,
                            "activeThroughOthers": False,
                            "assignedRepresentative": False,
                            "reasons": ["consent-basis-only"],
                            "error": None,
                        },
                        {
                            "nationalId": "11870150051",
                            "active": False,
                            "activeThroughOthers": False,
                            "assignedRepresentative": False,
                            "reasons": [],
                            "error": {
                                "code": "national-id-check-digits",
                                "detail": "Kontrollsifrene i fødselsnummeret eller D-nummeret stemmer ikke.",
                            },
                        },
                    ]
                }
            ]
        }
    )

    items: Sequence[PersonStanding]


class EhrQuestion(Schema):
    """As record systems send it; members that we do not know are passed over, because the shape is not ours."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        str_max_length=LONGEST_TEXT,
        json_schema_extra={"examples": [{"fnrListe": ["11870150050", "11870150051"], "omraade": 3}]},
    )

    fnr_liste: Annotated[list[Writable], _NUMBERS]
    omraade: Annotated[
        Annotated[Literal[3, 6], Field(json_schema_extra={"minimum": 3, "maximum": 6})]
        | Literal["Helsehjelp", "Ungdom"],
        Field(description="Area, a code of 7618 or its name: 3 Helsehjelp (health care), 6 Ungdom (youth)"),
    ]


class EhrStanding(Schema):
    er_aktiv_selv: Annotated[bool, Field(description="Can be reached themselves")]
    er_aktiv_via_andre: Annotated[bool, Field(description="A parent or a holder of a power of attorney can be reached")]
    tildelt_fullmakt: Annotated[bool, Field(description="Somebody is assigned to act for whoever cannot decide")]


class EhrAnswer(Schema):
    """By number, each once. A number that is malformed or nobody's is not active in any way: there is no room for
    errors.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "erAktivListe": {
                        "11870150050": {"erAktivSelv": True, "erAktivViaAndre": False, "tildeltFullmakt": False}
                    }
                }
            ]
        }
    )

    er_aktiv_liste: Mapping[str, EhrStanding]
