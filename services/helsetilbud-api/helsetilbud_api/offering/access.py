"""Who edits an office's offering (H1, H5): its GPs, by the register, those whom a GP of it has appointed, and while the
stand-in lasts the substitutes of its GPs, for the lists that they work on (docs/decisions/0062).

All are looked up on every call: a GP who has left is out within the minute that the register's answers are kept, an
editor who has been taken off or a substitute whose days are over at once.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import Depends, Path, Request, Security

from helsetilbud_api.clients.errors import GpRegisterUnavailable, OfficeNotFound
from helsetilbud_api.clients.gp_register import GpRegister, Office
from helsetilbud_api.offering import queries
from helsetilbud_api.offering.errors import OfficeAccessDenied, OnlyGps, SubstituteNotAllowed, TextOfAnotherGp
from helsetilbud_api.offering.office_settings import C, Setting, substitution_of
from helsetilbud_api.roles import Role
from shared.app import Now
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
    """A caller with the right to edit this office's offering: all of it, or as a substitute what is of some lists.

    `stands_in_for` are the HPR numbers of the GPs on whose lists the caller works today, besides a list of their own.
    """

    caller: Caller
    office: Office
    role: Role
    whole_office: bool
    stands_in_for: frozenset[str]

    @property
    def name(self) -> str | None:
        """As HelseID says it, else as the register does."""
        known = self.office.practitioner(self.caller.hpr_number) if self.caller.hpr_number else None
        return self.caller.name or (known.name if known else None)

    def require_gp(self) -> None:
        """Raises OnlyGps."""
        if self.role != "gp":
            raise OnlyGps()

    def require_right_to(self, setting: Setting[C]) -> None:
        """Raises OnlyGps, PractitionerNotFound, SubstituteNotAllowed or TextOfAnotherGp."""
        if setting.only_gps:
            self.require_gp()
        if setting.of_gp is not None:
            self.office.gp(setting.of_gp)
        if not self.whole_office and (not setting.of_list or setting.of_gp not in self.stands_in_for):
            raise SubstituteNotAllowed()
        if setting.own_text and self.role == "gp" and setting.of_gp not in self._own_lists:
            raise TextOfAnotherGp()

    @property
    def _own_lists(self) -> frozenset[str | None]:
        return self.stands_in_for | {self.caller.hpr_number}


def _as_caller(token: HelseIdToken) -> Caller:
    """Raises CallerNotAllowed or SecurityLevelTooLow."""
    person = as_staff(token)
    return Caller(person.subject, person.name, token.hpr_number, token.client_id)


LoggedIn = Annotated[Caller, Security(HelseIdCaller(frozenset({SCOPE}), _as_caller))]


async def _register(request: Request) -> GpRegister:
    register: GpRegister = request.app.state.gp_register
    return register


Register = Annotated[GpRegister, Depends(_register)]


async def editor_at(connection: queries.Connection, caller: Caller, office: Office, now: datetime) -> Editor:
    """Raises OfficeAccessDenied. Who is more than one of the three has the right of the widest."""
    stands_in_for = await _lists_worked_on(connection, caller, office, now)
    is_gp = office.has_gp(caller.hpr_number)
    whole_office = is_gp or office.her_id in await queries.offices_edited_by(connection, caller.reference)
    if not (whole_office or stands_in_for):
        raise OfficeAccessDenied()
    return Editor(caller, office, "gp" if is_gp else "editor", whole_office, stands_in_for)


async def _lists_worked_on(
    connection: queries.Connection, caller: Caller, office: Office, now: datetime
) -> frozenset[str]:
    """By HPR number of their GPs; none for somebody whom the register does not have at the office."""
    if caller.hpr_number is None or office.practitioner(caller.hpr_number) is None:
        return frozenset()
    others = [it.hpr_number for it in office.practitioners if it.role == "gp" and it.hpr_number != caller.hpr_number]
    settings = [substitution_of(hpr_number) for hpr_number in others]
    found = await queries.find_settings(connection, office.her_id, settings)
    attended = zip(others, (kept.content.attendance(now).substitutes for kept in found), strict=True)
    return frozenset(gp for gp, substitutes in attended if caller.hpr_number in substitutes)


async def _editor(request: Request, caller: LoggedIn, her_id: HerId, now: Now) -> Editor:
    """Raises OfficeNotFound, OfficeAccessDenied or GpRegisterUnavailable."""
    office = await request.app.state.gp_register.find_office(her_id)
    async with request.app.state.database.reader() as connection:
        return await editor_at(connection, caller, office, now)


AtOffice = Annotated[Editor, Depends(_editor)]


async def _of_whole_office(editor: AtOffice) -> Editor:
    """Raises SubstituteNotAllowed: blocks and editors are the whole office's to know."""
    if not editor.whole_office:
        raise SubstituteNotAllowed()
    return editor


ForWholeOffice = Annotated[Editor, Depends(_of_whole_office)]
