"""Whether a practitioner may prescribe a tool, where that takes the register of organisations as well (P2, P5).

The register is asked only when nothing but what it relates can tell: the tool is restricted to a municipality, say, and
the organisation chosen is another, which may be part of it.
"""

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from prescription_api import models
from prescription_api.clients.organisation_register import OrganisationRegister
from prescription_api.errors import OrganisationRefusal, OrganisationRegisterUnavailable
from prescription_api.models import Prescriber
from prescription_api.queries import ToolStanding
from shared.errors import DomainError
from shared.events.catalog import ToolDocument


async def check_tool(
    register: OrganisationRegister, tool: ToolStanding, prescriber: Prescriber, organisation: str | None, until: float
) -> None:
    """Raises the weightiest of what stands in the way (P2, P5, K4), OrganisationRegisterUnavailable in place of an
    OrganisationNotAllowed that the register could lift.
    """
    refusals = models.refusals(tool.document, stopped=tool.stopped, prescriber=prescriber, organisation=organisation)
    if refusal := next(refusals, None):
        await _raise(register, refusal, organisation, until)


async def check_right(
    register: OrganisationRegister, tool: ToolDocument, prescriber: Prescriber, organisation: str | None, until: float
) -> None:
    """Whether one who has prescribed it before still may, whatever has happened to the tool.

    Raises AuthorisationRequired, OrganisationRequired, OrganisationNotAllowed or OrganisationRegisterUnavailable.
    """
    for refusal in models.refusals(tool, stopped=False, prescriber=prescriber, organisation=organisation):
        if refusal.status == HTTPStatus.FORBIDDEN:
            await _raise(register, refusal, organisation, until)


async def _raise(register: OrganisationRegister, refusal: DomainError, organisation: str | None, until: float) -> None:
    """Returns where the register lifts it."""
    if not isinstance(refusal, OrganisationRefusal):
        raise refusal
    if refusal.may_be_part and organisation:
        above = await register.above(organisation, until)
        if not above.isdisjoint(refusal.allowed):
            return
    raise refusal.naming(await register.names(refusal.shown))


async def settle(
    register: OrganisationRegister,
    tools: Iterable[ToolDocument],
    prescriber: Prescriber,
    organisation: str | None,
    until: float,
) -> list[tuple[ToolDocument, list[DomainError]]]:
    """Each tool with all that stands in the way; the register is asked once for them all (P2). One that cannot be
    decided while it is away has OrganisationRegisterUnavailable among the refusals.
    """
    found = [
        (tool, list(models.refusals(tool, stopped=False, prescriber=prescriber, organisation=organisation)))
        for tool in tools
    ]
    every = [it for _, refusals in found for it in refusals if isinstance(it, OrganisationRefusal)]
    above = await _above(register, every, organisation, until)
    names = await register.names(number for it in every for number in it.shown)
    for it in every:
        it.naming(names)
    return [(tool, _left(refusals, above)) for tool, refusals in found]


async def _above(
    register: OrganisationRegister, refusals: Sequence[OrganisationRefusal], organisation: str | None, until: float
) -> frozenset[str] | None:
    """What the organisation is part of; None when it is not known."""
    if organisation is None or not any(it.may_be_part for it in refusals):
        return frozenset()
    try:
        return await register.above(organisation, until)
    except OrganisationRegisterUnavailable:
        return None


def _left(refusals: Iterable[DomainError], above: frozenset[str] | None) -> list[DomainError]:
    left: list[DomainError] = []
    for refusal in refusals:
        open_still = isinstance(refusal, OrganisationRefusal) and refusal.may_be_part
        if open_still and above is None:
            left.append(OrganisationRegisterUnavailable())
        elif not (open_still and above and isinstance(refusal, OrganisationRefusal) and above & {*refusal.allowed}):
            left.append(refusal)
    return left
