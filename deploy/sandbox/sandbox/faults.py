"""Makes a stand-in slow, away or wrong for a while, so that callers can be seen to cope."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fastapi import Request


class Target(StrEnum):
    HPR = "hpr"
    PERSON_REGISTER = "person-register"
    GP_REGISTER = "gp-register"
    ORGANISATION_REGISTER = "organisation-register"
    SMS = "sms"
    MAIL = "mail"
    ISSUER = "issuer"


class Mode(StrEnum):
    """`undelivered` is for the gateway and the mail server: they take the message and say later that it did not arrive.

    The last two are for the issuer: every client is asked for a nonce; `scope` is one string, not a list.
    """

    SLOW = "slow"
    AWAY = "away"
    WRONG = "wrong"
    ERROR = "error"
    UNDELIVERED = "undelivered"
    NONCE = "nonce"
    SCOPE_AS_STRING = "scope-as-string"


_PARTICULAR: dict[Mode, tuple[Target, ...]] = {
    Mode.UNDELIVERED: (Target.SMS, Target.MAIL),
    Mode.NONCE: (Target.ISSUER,),
    Mode.SCOPE_AS_STRING: (Target.ISSUER,),
}


def possible(target: Target, mode: Mode) -> bool:
    return target in _PARTICULAR.get(mode, tuple(Target))


class FaultyAnswer(Exception):
    """Ends the request with this status and body instead of the stand-in's own answer."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Fault:
    target: Target
    mode: Mode
    ends: float  # on the clock of `Faults`
    delay_ms: int = 3000
    probability: float = 1.0


@dataclass(slots=True)
class Faults:
    """At most one fault a target and mode; a new one replaces the old."""

    clock: Callable[[], float] = time.monotonic
    _faults: dict[tuple[Target, Mode], Fault] = field(default_factory=dict)

    def start(self, target: Target, mode: Mode, seconds: float, delay_ms: int, probability: float) -> Fault:
        fault = Fault(target, mode, self.clock() + seconds, delay_ms, probability)
        self._faults[target, mode] = fault
        return fault

    def active(self) -> list[Fault]:
        now = self.clock()
        return [fault for fault in self._faults.values() if fault.ends > now]

    def seconds_left(self, fault: Fault) -> float:
        return fault.ends - self.clock()

    def strikes(self, target: Target, mode: Mode) -> Fault | None:
        """The fault to show this caller, when there is one and its probability says so."""
        fault = self._faults.get((target, mode))
        if fault is None or fault.ends <= self.clock():
            return None
        return fault if random.random() < fault.probability else None  # noqa: S311 - chance, not a secret

    def clear(self) -> None:
        self._faults.clear()

    async def delay(self, target: Target) -> None:
        if slow := self.strikes(target, Mode.SLOW):
            await asyncio.sleep(slow.delay_ms / 1000)


def faulty(target: Target, *, wrong_body: bool = True) -> Callable[[Request], Awaitable[None]]:
    """A route dependency: waits when the stand-in is slow, raises FaultyAnswer when it is away, failing or wrong.

    `wrong` is a 200 whose body breaks the contract. With `wrong_body` False the route itself decides what wrong means.
    """

    async def strike(request: Request) -> None:
        faults: Faults = request.app.state.sandbox.faults
        await faults.delay(target)
        if faults.strikes(target, Mode.AWAY):
            raise FaultyAnswer(503, {"message": f"{target} is away"})
        if faults.strikes(target, Mode.ERROR):
            raise FaultyAnswer(500, {"message": f"{target} failed"})
        if wrong_body and faults.strikes(target, Mode.WRONG):
            raise FaultyAnswer(200, {"unexpected": True})

    return strike
