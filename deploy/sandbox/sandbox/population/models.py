"""The invented people and organisations, as `data/*.json` describes them.

Only what the sandbox itself uses is named here; the rest of a record passes through to whoever asks for it.
"""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Record(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="allow")

    def document(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


class CitizenRecord(Record):
    """`children` are national identity numbers of others in the file; `consent` is None for who has never answered."""

    national_id: str
    name: str
    birth_date: date
    status: Literal["resident", "deceased", "emigrated"] = "resident"
    deceased_at: date | None = None
    confidential_address: bool = False
    consent: Literal["none", "basis", "full"] | None = None
    children: tuple[str, ...] = ()


class RefusedNumber(Record):
    """A number that nobody has, and the code of the refusal that it gets."""

    national_id: str
    code: str


class Authorisation(Record):
    """`profession` is a code of Norwegian code system 9060."""

    profession: str
    valid_from: date
    valid_to: date | None = None


class PractitionerRecord(Record):
    """`organisation` is the innermost one, the place of work; the organisation's `parent` is the outer."""

    hpr_number: str
    national_id: str
    name: str
    valid: bool = True
    authorisations: tuple[Authorisation, ...] = ()
    organisation: str | None = None


class StaffRecord(Record):
    """Somebody who runs the catalogue; `organisation` is who employs them."""

    national_id: str
    name: str
    organisation: str


class OrganisationRecord(Record):
    organisation_number: str
    name: str
    kind: str
    parent: str | None = None
    her_id: int | None = None
    address: str | None = None
    closed_at: date | None = None

    @property
    def orgnr_parent(self) -> str:
        """As HelseID's claims say it: the outer organisation, or the only one."""
        return self.parent or self.organisation_number

    @property
    def orgnr_child(self) -> str | None:
        return self.organisation_number if self.parent else None


class Reservation(Record):
    national_id: str
    kind: str


class OwnAccess(Record):
    """A young person whose parent has said yes to an access of their own."""

    national_id: str


class PowerOfAttorney(Record):
    """`scopes` are areas; `valid_to` is the last day."""

    giver: str
    holder: str
    scopes: tuple[str, ...]
    valid_to: date


class GeneralPractitioner(Record):
    """On whose list a citizen is, and at which office."""

    national_id: str
    hpr_number: str
    her_id: int


class PractitionerOffice(Record):
    hpr_number: str
    her_id: int
    role: Literal["gp", "substitute"]


class Relations(Record):
    """What lies between people, of `relations.json`."""

    reservations: tuple[Reservation, ...] = ()
    own_access: tuple[OwnAccess, ...] = ()
    powers_of_attorney: tuple[PowerOfAttorney, ...] = ()
    general_practitioners: tuple[GeneralPractitioner, ...] = ()
    practitioner_offices: tuple[PractitionerOffice, ...] = ()
