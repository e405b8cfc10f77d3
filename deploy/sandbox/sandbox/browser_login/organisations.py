"""For whom a practitioner works: chosen by the client as HelseID's clients of many do, in `authorization_details`."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from sandbox.issuer.errors import TokenRefused
from sandbox.population.models import OrganisationRecord, PractitionerRecord, StaffRecord
from sandbox.population.population import Population

TYPE: Final = "helseid_authorization"
_VALUE: Final = re.compile(r"NO:ORGNR:(\d{9})?(?::(\d{9})?)?")


def chosen_organisation(authorization_details: str) -> str | None:
    """The innermost number; None when none is chosen. Raises TokenRefused.

    As HelseID has it: `[{"type": "helseid_authorization", "practitioner_role": {"organization": {"identifier":
    {"system": "urn:oid:1.0.6523", "type": "ENH", "value": "NO:ORGNR:<parent>:<child>"}}}}]`
    """
    if not authorization_details:
        return None
    try:
        value = _value(json.loads(authorization_details))
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise TokenRefused("authorization_details is not a list of one helseid_authorization") from error
    found = _VALUE.fullmatch(value)
    if found is None or not (found[1] or found[2]):
        raise TokenRefused("authorization_details names no organisation: NO:ORGNR:<parent>:<child>")
    number: str = found[2] or found[1]
    return number


def _value(details: Any) -> str:
    [detail] = details
    if detail["type"] != TYPE:
        raise ValueError(detail["type"])
    return str(detail["practitioner_role"]["organization"]["identifier"]["value"])


def organisations_of(employee: PractitionerRecord | StaffRecord, population: Population) -> list[OrganisationRecord]:
    """Where somebody works, the usual place first: what they may be logged in for."""
    return list({it.organisation_number: it for it in _places(employee, population)}.values())


def _places(employee: PractitionerRecord | StaffRecord, population: Population) -> Iterator[OrganisationRecord]:
    if usual := population.organisations.get(employee.organisation or ""):
        yield usual
    if isinstance(employee, PractitionerRecord):
        for place in population.relations.practitioner_offices:
            if place.hpr_number == employee.hpr_number and (office := population.office(place.her_id)):
                yield office
