"""Who may log in where, by a name that tells nothing: numbers stay on this side of the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.browser_login.models import Kind, Session
from sandbox.browser_login.organisations import organisations_of
from sandbox.issuer import claims as names
from sandbox.issuer.claims import subject_of
from sandbox.issuer.clients import Client
from sandbox.issuer.scopes import ADMINISTER_CATALOG, EDIT_OFFERING, PRESCRIBE, READ_PRESCRIPTIONS
from sandbox.population.models import OrganisationRecord, PractitionerRecord, StaffRecord
from sandbox.population.population import Population

_STAFF = frozenset({ADMINISTER_CATALOG})
_PRACTITIONERS = frozenset({PRESCRIBE, READ_PRESCRIPTIONS, EDIT_OFFERING})


@dataclass(frozen=True, slots=True)
class Person:
    """`handle` is what the page's form holds; `represents` are those one may be logged in on behalf of."""

    handle: str
    pid: str
    name: str
    about: str
    organisations: tuple[OrganisationRecord, ...] = ()
    represents: tuple["Person", ...] = ()


def people(kind: Kind, client: Client, population: Population, only: str | None) -> list[Person]:
    """In the order of the data files. `only` is the subject of the one person that may answer."""
    found = _citizens(population) if kind == "citizen" else _employees(client, population)
    return [person for person in found if only in (None, person.handle)]


def _citizens(population: Population) -> Iterator[Person]:
    for it in population.citizens.values():
        if it.status != "deceased":
            others = population.represented_by(it.national_id)
            yield _person(it, represents=tuple(_person(other) for other in others))


def _employees(client: Client, population: Population) -> Iterator[Person]:
    """Those whom the client is for, by what it may do."""
    of_staff, of_practitioners = (bool(granted & {*client.user_scopes}) for granted in (_STAFF, _PRACTITIONERS))
    practitioners = population.practitioners.values() if of_practitioners else ()
    for it in (*practitioners, *(population.staff.values() if of_staff else ())):
        yield _person(it, organisations=tuple(organisations_of(it, population)))


def _person(record: Any, **more: Any) -> Person:
    about = str(record.document().get("goodFor") or "")
    return Person(subject_of(record.national_id), record.national_id, record.name, about, **more)


def person_claims(session: Session, population: Population) -> dict[str, Any]:
    """What an access token says of the person, by the names that the issuer uses."""
    if session.issuer == "citizen":
        return _of_citizen(session, population)
    employee = population.employee(session.pid)
    return {
        names.PID: session.pid,
        names.SECURITY_LEVEL: "4",
        **({names.HPR_NUMBER: employee.hpr_number} if isinstance(employee, PractitionerRecord) else {}),
        "name": population.name_of(session.pid),
    }


def _of_citizen(session: Session, population: Population) -> dict[str, Any]:
    own = {"pid": session.pid, "security_level": "4"}
    if session.represents is None:
        return own
    acting = population.person(session.pid)
    is_parent = acting is not None and session.represents in acting.children
    relation = "parent" if is_parent else "power-of-attorney"
    return {**own, "represents": session.represents, "relation": relation}


def organisation_claims(session: Session, population: Population) -> dict[str, Any]:
    """For whom the person works in this login: the one chosen, else the usual one."""
    employee = population.employee(session.pid)
    found = _organisation(session, employee, population) if employee else None
    if found is None:
        return {}
    child = {names.ORGNR_CHILD: found.orgnr_child} if found.orgnr_child else {}
    return {names.ORGNR_PARENT: found.orgnr_parent, **child}


def _organisation(
    session: Session, employee: PractitionerRecord | StaffRecord, population: Population
) -> OrganisationRecord | None:
    places = organisations_of(employee, population)
    return next((it for it in places if it.organisation_number == session.organisation), next(iter(places), None))


def is_of(session: Session, organisation: str, population: Population) -> bool:
    """Whether the person may act for that organisation."""
    employee = population.employee(session.pid)
    places = organisations_of(employee, population) if employee else []
    return any(organisation == it.organisation_number for it in places)
