"""Who calls, and for which organisation."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self

from fastapi import Depends, Security

from shared.auth import MACHINE_REFUSALS, STAFF_REFUSALS, CallerNotAllowed, Machine, Staff, either, machine, staff
from shared.errors import InvalidInput, Unavailable

SEND: Final = "nhn:varsling/send"

REFUSED: Final = (*MACHINE_REFUSALS, *STAFF_REFUSALS, Unavailable, InvalidInput)

sender = either(machine(SEND), staff(SEND))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `name` is a citizen reference for a person, the client for a machine."""

    name: str
    kind: Literal["machine", "person", "service"]
    client_id: str | None
    organisation: str | None

    @classmethod
    def of(cls, caller: Machine | Staff) -> Self:
        if isinstance(caller, Machine):
            return cls(caller.client_id, "machine", caller.client_id, caller.organisation)
        return cls(caller.subject, "person", caller.client_id, caller.organisation)


async def _author(caller: Annotated[Machine | Staff, Security(sender)]) -> Actor:
    """Raises CallerNotAllowed for one who calls for no organisation."""
    actor = Actor.of(caller)
    if actor.organisation is None:
        raise CallerNotAllowed("DPoP", "organisation-missing")
    return actor


Author = Annotated[Actor, Depends(_author)]
