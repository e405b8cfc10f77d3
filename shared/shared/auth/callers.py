"""Who calls, as the use cases see them, and what each must bring."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from shared.auth.claims import CitizenToken, HelseIdToken, Relation
from shared.auth.errors import CallerNotAllowed, HprNumberMissing, SecurityLevelTooLow
from shared.correlation import current

HIGH: Final = "4"


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A health professional logged in through HelseID (P1). `subject` is the citizen reference of the person.

    `organisation` and `organisation_child` are organisation numbers; `source_system` is what the EHR calls itself.
    Role and profession are not in the token: the register of health personnel knows them.
    """

    subject: str
    hpr_number: str
    name: str | None
    organisation: str
    organisation_child: str | None
    client_id: str
    scopes: frozenset[str]
    source_system: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A system calling on its own, with nobody logged in."""

    organisation: str | None
    organisation_child: str | None
    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who runs the service, logged in through HelseID. `subject` is the citizen reference of the person."""

    subject: str
    name: str | None
    organisation: str | None
    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Citizen:
    """A citizen on Helsenorge, by citizen reference; `represents` is the one they act for, None for themselves.

    Birth dates are those of the numbers, for the rules about age (S5); they are written nowhere. `narrowed` is of whom
    `acting` lets in: somebody whose contents are fewer because they are a young person's. `expires_at` is the token's
    end, in seconds since 1970: nothing that was begun with it goes on for longer. `permitted_until` is the same of the
    right to act, None where no such moment is known.
    """

    reference: str
    birth_date: date = field(repr=False)
    security_level: str
    represents: str | None = None
    represents_birth_date: date | None = field(default=None, repr=False)
    relation: Relation | None = None
    narrowed: bool = False
    expires_at: float = 0.0
    permitted_until: float | None = None

    @property
    def acting_for(self) -> str:
        """Whose tools, consent and events this is about."""
        return self.represents or self.reference

    @property
    def acting_for_birth_date(self) -> date:
        return self.represents_birth_date or self.birth_date


def as_practitioner(token: HelseIdToken) -> Practitioner:
    """Raises `CallerNotAllowed`, `SecurityLevelTooLow` or `HprNumberMissing`."""
    subject = _person(token)
    if token.hpr_number is None:
        raise HprNumberMissing("DPoP")
    if token.organisation is None:
        raise CallerNotAllowed("DPoP", "organisation-missing")
    return Practitioner(
        subject=subject,
        hpr_number=token.hpr_number,
        name=token.name,
        organisation=token.organisation,
        organisation_child=token.organisation_child,
        client_id=token.client_id,
        scopes=token.scopes,
        source_system=current().source_system,
    )


def as_machine(token: HelseIdToken) -> Machine:
    """Raises `CallerNotAllowed` when a person is logged in: a person's rights are not the machine's."""
    if token.subject is not None:
        raise CallerNotAllowed("DPoP", "person-present")
    return Machine(token.organisation, token.organisation_child, token.client_id, token.scopes)


def as_staff(token: HelseIdToken) -> Staff:
    """Raises `CallerNotAllowed` or `SecurityLevelTooLow`."""
    return Staff(_person(token), token.name, token.organisation, token.client_id, token.scopes)


def as_citizen(token: CitizenToken, level: str) -> Citizen:
    """Raises `SecurityLevelTooLow` below `level` ("3" or "4")."""
    if token.security_level not in (level, HIGH):
        raise SecurityLevelTooLow("Bearer", level)
    return Citizen(
        reference=token.reference,
        birth_date=token.birth_date,
        security_level=token.security_level,
        represents=token.represents,
        represents_birth_date=token.represents_birth_date,
        relation=token.relation,
        expires_at=token.expires_at,
    )


def _person(token: HelseIdToken) -> str:
    if token.subject is None:
        raise CallerNotAllowed("DPoP", "person-missing")
    if token.security_level != HIGH:
        raise SecurityLevelTooLow("DPoP", HIGH)
    return token.subject
