"""Who takes part in an approval: suppliers, public health bodies, and the catalogue's staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import Security

from shared.auth import CallerNotAllowed, HelseIdCaller, HelseIdToken
from shared.auth.callers import as_machine, as_staff

Role = Literal["supplier", "health-body", "staff", "system"]

SCOPES: Final[dict[str, Role]] = {
    "nhn:verktoykatalog/supplier": "supplier",
    "nhn:verktoykatalog/assure": "health-body",
    "nhn:verktoykatalog/admin": "staff",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something, as it is kept. `reference` is a citizen reference, a client id, or the name of a job of ours:
    for us alone. `name` is the person's where one was logged in, else the organisation's where it is known.
    """

    role: Role
    reference: str
    organisation: str | None = None
    name: str | None = None


SEEDING: Final = Actor("system", "seeding")


@dataclass(frozen=True, slots=True)
class Participant:
    """A caller and what it may act as. `organisation` is the outer one of the token, `child` the inner."""

    roles: frozenset[Role]
    client_id: str
    organisation: str | None
    child: str | None = None
    subject: str | None = None
    name: str | None = None

    @property
    def organisations(self) -> list[str]:
        return [number for number in (self.organisation, self.child) if number]

    def belongs_to(self, organisations: Iterable[str]) -> bool:
        return not set(organisations).isdisjoint(self.organisations)

    @property
    def reference(self) -> str:
        """Of the person who is logged in, else of the system."""
        return self.subject or self.client_id

    def is_among(self, actors: Iterable[Actor]) -> bool:
        """Persons are compared as the history knows them, because names and employers change and are shared."""
        return self.reference in {actor.reference for actor in actors}

    def acting_as(self, role: Role, name: str | None = None) -> Actor:
        """`name` is the organisation's, where it is known: for systems, behind which no person is logged in."""
        return Actor(role, self.reference, self.organisation, self.name or name)


def participant(*roles: Role) -> HelseIdCaller[Participant]:
    """Whoever has the scope of one of the roles: suppliers and health bodies as systems, staff as people."""
    scopes = {scope: role for scope, role in SCOPES.items() if role in roles}

    def admit(token: HelseIdToken) -> Participant:
        held = {role for scope, role in scopes.items() if scope in token.scopes}
        if held == {"staff"} or (token.subject and "staff" in held):
            return _staff(token)
        return _system(token, frozenset(held - {"staff"}))

    return HelseIdCaller(frozenset(scopes), admit)


def _staff(token: HelseIdToken) -> Participant:
    person = as_staff(token)
    own = token.organisation, token.organisation_child
    return Participant(frozenset({"staff"}), person.client_id, *own, person.subject, person.name)


def _system(token: HelseIdToken, roles: frozenset[Role]) -> Participant:
    """Raises CallerNotAllowed: a person's rights are not the system's, and it must be known whose system it is."""
    system = as_machine(token)
    if system.organisation is None:
        raise CallerNotAllowed("DPoP", "organisation-missing")
    return Participant(roles, system.client_id, system.organisation, system.organisation_child)


Supplier = Annotated[Participant, Security(participant("supplier"))]
HealthBody = Annotated[Participant, Security(participant("health-body"))]
Admin = Annotated[Participant, Security(participant("staff"))]
SupplierOrStaff = Annotated[Participant, Security(participant("supplier", "staff"))]
AnyParticipant = Annotated[Participant, Security(participant("supplier", "health-body", "staff"))]
