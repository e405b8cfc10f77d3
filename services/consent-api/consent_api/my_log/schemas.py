"""Response models of the access log."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from consent_api.access_log.models import Kind
from consent_api.representation.models import Act, Relation
from shared.schemas import Schema, Timestamp


class AccessLogEntry(Schema):
    """Who asked about me, or acted for me, or for whom I acted. `about` is an area, or a kind of reservation.

    `organisation` is a number; our own services have none. `role` is mine when somebody acted for somebody else:
    `represented` or `representative`. Without an `act`, a power of attorney was given, or was about to be.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-11-22T08:15:30.123Z",
                    "kind": "digitally-active",
                    "about": "health-care",
                    "organisation": "299900001",
                    "client": "ehr",
                    "sourceSystem": None,
                    "role": None,
                    "relation": None,
                    "act": None,
                    "allowed": True,
                    "text": "Virksomheten med organisasjonsnummer 299900001 sjekket om du er digitalt aktiv på"
                    " Helsenorge. Det gjaldt helsehjelp.",
                }
            ]
        }
    )

    at: Timestamp
    kind: Kind
    about: str | None
    organisation: str | None
    client: Annotated[str | None, Field(description="The system's id at HelseID")]
    source_system: Annotated[str | None, Field(description="What the system calls itself")]
    role: Literal["represented", "representative"] | None
    relation: Relation | None
    act: Act | None
    allowed: Annotated[bool, Field(description="False for an attempt to act on somebody's behalf that was refused")]
    text: Annotated[str, Field(description="The same in words, in the language asked for")]
