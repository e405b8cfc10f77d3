"""A practitioner finds an organisation, by its name or its number."""

from collections.abc import Mapping, Sequence
from typing import Any

from prescription_api.clients.organisation_register import Organisation, OrganisationRegister
from shared.errors import InvalidInput
from shared.organisation_number import WRONG_DIGIT, is_organisation_number


async def search(register: OrganisationRegister, words: str, limit: int, until: float) -> dict[str, Any]:
    """Raises InvalidInput for a number with a wrong check digit, OrganisationRegisterUnavailable."""
    number = words.replace(" ", "")
    if len(number) == 9 and number.isascii() and number.isdigit():
        found, more = await _with_number(register, number, until), False
    else:
        found, more = await register.search(words, limit, until)
    names = await register.names(it.parent for it in found if it.parent)
    return {"items": [_shown(it, names) for it in found], "more": more}


async def _with_number(register: OrganisationRegister, number: str, until: float) -> Sequence[Organisation]:
    """None or one; one that is closed is no longer there."""
    if not is_organisation_number(number):
        wrong = {"pointer": "/query/q", "code": "organisation-number-check-digit", "detail": WRONG_DIGIT}
        raise InvalidInput(errors=[wrong])
    found = await register.find(number, until)
    return [found] if found and not found.closed else []


def _shown(found: Organisation, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "organisationNumber": found.number,
        "name": found.name,
        "kind": found.form,
        "kindName": found.form_name,
        "parent": named(found.parent, names) if found.parent else None,
    }


async def name_all(register: OrganisationRegister, numbers: Sequence[str]) -> dict[str, Any]:
    """In the order given, each once."""
    names = await register.names(numbers)
    return {"items": [named(number, names) for number in dict.fromkeys(numbers)]}


def named(number: str, names: Mapping[str, str]) -> dict[str, str | None]:
    return {"organisationNumber": number, "name": names.get(number)}
