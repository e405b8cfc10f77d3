"""Who edits an office's offering (H1, H5): its GPs, by the register, and those whom a GP of it has appointed.

Both are looked up on every call: a GP who has left is out within the minute that the register's answers are kept, an
editor who has been taken off at once.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Path, Request, Security

from helsetilbud_api.clients.gp_register import GpRegister, Office
from helsetilbud_api.offering import queries
from helsetilbud_api.offering.codes import Role
from helsetilbud_api.offering.errors import GpRegisterUnavailable, OfficeAccessDenied, OfficeNotFound, OnlyGps
from shared.auth import STAFF_REFUSALS, HelseIdCaller, HelseIdToken
from shared.auth.callers import as_staff
from shared.errors import InvalidInput
from shared.exact import AS_DIGITS

SCOPE: Final = "nhn:helsetilbud/edit"
REFUSALS: Final = (*STAFF_REFUSALS, GpRegisterUnavailable)
OFFICE_REFUSALS: Final = (*REFUSALS, OfficeNotFound, OfficeAccessDenied, InvalidInput)

HerId = Annotated[
    int, Path(alias="herId", ge=1, le=2**31 - 1, description="The office's HER-id", examples=[9900101]), AS_DIGITS
]


@dataclass(frozen=True, slots=True)
class Caller:
    """A person logged in through HelseID. Support staff have no HPR number. `reference` is the citizen reference."""

    reference: str
    name: str | None
    hpr_number: str | None
    client_id: str


@dataclass(frozen=True, slots=True)
class Editor:
    """A caller with the right to edit this office's offering."""

    caller: Caller
    office: Office
    role: Role

    @property
    def name(self) -> str | None:
        """As HelseID says it, else as the register does."""
        known = self.office.practitioner(self.caller.hpr_number) if self.caller.hpr_number else None
        return self.caller.name or (known.name if known else None)

    def require_gp(self) -> None:
        """Raises OnlyGps."""
        if self.role != "gp":
            raise OnlyGps()


def _as_caller(token: HelseIdToken) -> Caller:
    """Raises CallerNotAllowed or SecurityLevelTooLow."""
    person = as_staff(token)
    return Caller(person.subject, person.name, token.hpr_number, token.client_id)


LoggedIn = Annotated[Caller, Security(HelseIdCaller(frozenset({SCOPE}), _as_caller))]


async def _register(request: Request) -> GpRegister:
    register: GpRegister = request.app.state.gp_register
    return register


Register = Annotated[GpRegister, Depends(_register)]


async def _editor(request: Request, caller: LoggedIn, her_id: HerId) -> Editor:
    """Raises OfficeNotFound, OfficeAccessDenied or GpRegisterUnavailable."""
    office = await request.app.state.gp_register.find_office(her_id)
    if office.has_gp(caller.hpr_number):
        return Editor(caller, office, "gp")
    async with request.app.state.database.reader() as connection:
        if her_id in await queries.offices_edited_by(connection, caller.reference):
            return Editor(caller, office, "editor")
    raise OfficeAccessDenied()


AtOffice = Annotated[Editor, Depends(_editor)]
