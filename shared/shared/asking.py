"""How an outside system is asked: within a limit of time, once more where that may help, and not by everybody while it
is down. Without a usable answer there is an error, never a guess.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

import httpx
from prometheus_client import Gauge

from shared.breaker import CircuitBreaker, State
from shared.errors import Unavailable
from shared.metrics import Metrics

Answer = TypeVar("Answer")

_BEFORE_SECOND_TRY: Final = 0.05
_PASSING_STATUSES: Final = frozenset({502, 503, 504})
_STATES: Final[dict[State, int]] = {"closed": 0, "half-open": 1, "open": 2}


class Away(Exception):
    """No usable answer. `retry_after` is in whole seconds, None when nothing is known about it."""

    def __init__(self, retry_after: int | None = None) -> None:
        super().__init__("away")
        self.retry_after = retry_after


class OutsideSystem:
    """`timeout` is for a question as a whole, in seconds, however slowly the answer trickles in."""

    def __init__(self, *, timeout: float, breaker: CircuitBreaker | None = None) -> None:
        self._timeout = timeout
        self.breaker = breaker or CircuitBreaker()

    async def ask(self, question: Callable[[], Awaitable[Answer]]) -> Answer:
        """`question` sends a request and reads its answer; what is asked must bear being asked twice. Raises Away."""
        if wait := self.breaker.seconds_closed_to_us():
            raise Away(math.ceil(wait))
        try:
            async with asyncio.timeout(self._timeout):
                answer = await _ask_twice(question)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError) as error:
            self.breaker.failed()
            raise Away() from error
        self.breaker.succeeded()
        return answer


async def _ask_twice(question: Callable[[], Awaitable[Answer]]) -> Answer:
    try:
        return await question()
    except httpx.HTTPError as error:
        if not _may_pass(error):
            raise
    await asyncio.sleep(_BEFORE_SECOND_TRY)
    return await question()


def _may_pass(error: httpx.HTTPError) -> bool:
    """A broken connection, or a gateway's answer that does not ask us to wait."""
    if isinstance(error, httpx.HTTPStatusError):
        response = error.response
        return response.status_code in _PASSING_STATUSES and "Retry-After" not in response.headers
    return isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)


async def answer_by(until: float, question: Awaitable[Answer], unavailable: type[Unavailable]) -> Answer:
    """The answer, if it comes before `until` on the event loop's clock. Raises `unavailable`."""
    try:
        async with asyncio.timeout_at(until):
            return await question
    except TimeoutError as error:
        raise unavailable() from error
    except Away as error:
        raise (unavailable(retry_after=error.retry_after) if error.retry_after else unavailable()) from error


def show_state(metrics: Metrics, **systems: OutsideSystem) -> None:
    """A gauge for each system's circuit breaker."""
    gauge = Gauge(
        "outside_system_circuit",
        "Circuit breaker of an outside system: 0 closed, 1 half-open, 2 open",
        ("system",),
        registry=metrics.registry,
    )
    for name, system in systems.items():
        gauge.labels(name.replace("_", "-")).set_function(partial(_state_of, system.breaker))


def _state_of(breaker: CircuitBreaker) -> float:
    return _STATES[breaker.state]
