"""`/clock`: what time it is in the sandbox, move it, put it back."""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from sandbox.clock import FURTHEST, Clock
from sandbox.context import Here
from shared.errors import DomainError
from shared.language import Text

router = APIRouter(prefix="/clock", tags=["Clock"])


_ONE: Final[Text] = {
    "nb": "Oppgi enten `advance` eller `to`.",
    "nn": "Oppgi anten `advance` eller `to`.",
    "en": "Name either `advance` or `to`.",
}
_FORWARD: Final[Text] = {
    "nb": f"Tiden flyttes framover, høyst {FURTHEST.days} dager om gangen.",
    "nn": f"Tida blir flytta framover, høgst {FURTHEST.days} dagar om gongen.",
    "en": f"The time is moved forward, by at most {FURTHEST.days} days at a time.",
}


class ClockMoveInvalid(DomainError):
    status = 422
    code = "clock-move-invalid"
    title: ClassVar[Text] = {
        "nb": "Tiden kan ikke flyttes slik.",
        "nn": "Tida kan ikkje flyttast slik.",
        "en": "The time cannot be moved like that.",
    }


class ClockMove(BaseModel):
    """One of the two."""

    model_config = ConfigDict(extra="forbid")

    advance: timedelta | None = None
    to: AwareDatetime | None = None

    def ahead(self, now: datetime) -> timedelta:
        """How far further ahead the time is to be, in whole seconds. Raises ClockMoveInvalid."""
        if (self.advance is None) == (self.to is None):
            raise ClockMoveInvalid(_ONE)
        further = timedelta(seconds=round((self.advance or (self.to or now) - now).total_seconds()))
        if not timedelta(seconds=1) <= further <= FURTHEST:
            raise ClockMoveInvalid(_FORWARD)
        return further


@router.get("", operation_id="readClock")
async def read_clock(sandbox: Here) -> dict[str, Any]:
    return _document(sandbox.clock)


@router.post("", operation_id="moveClock")
async def move_clock(move: ClockMove, sandbox: Here) -> dict[str, Any]:
    """Moves the time of all services and their databases forward: `{"advance": "P7D"}`, or `{"to": "..."}`.

    What was due in between is done when this has answered, or in the seconds after. Tokens and proofs must be of the
    sandbox's time, as `now` says it; those of `/test-token` are. Streams end, and their clients come back.
    409 `clock-not-movable` where the sandbox has not started the services itself.
    """
    await sandbox.clock.move(sandbox.clock.ahead + move.ahead(datetime.now(UTC)))
    return _document(sandbox.clock)


@router.delete("", operation_id="resetClock")
async def reset_clock(sandbox: Here) -> dict[str, Any]:
    """Back to the real time. What happened later than that stays, dated as it was."""
    if sandbox.clock.ahead:
        await sandbox.clock.move(timedelta())
    return _document(sandbox.clock)


def _document(clock: Clock) -> dict[str, Any]:
    return {
        "now": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "secondsAhead": int(clock.ahead.total_seconds()),
        "movable": clock.movable,
    }
