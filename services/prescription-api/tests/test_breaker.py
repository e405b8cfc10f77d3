"""The circuit breaker, with a clock of its own."""

import pytest

from prescription_api.clients.breaker import CircuitBreaker


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def breaker(time: Time) -> CircuitBreaker:
    return CircuitBreaker(failures=3, pause=2, clock=time)


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        assert breaker.seconds_closed_to_us() == 0
        breaker.failed()


def test_it_opens_after_failures_in_a_row_only(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    breaker.succeeded()
    fail(breaker, 2)
    assert breaker.state == "closed"
    fail(breaker, 1)
    assert breaker.state == "open"
    assert breaker.seconds_closed_to_us() == 2


def test_one_question_tries_after_the_pause(breaker: CircuitBreaker, time: Time) -> None:
    fail(breaker, 3)
    time.now += 2
    assert breaker.state == "half-open"
    assert breaker.seconds_closed_to_us() == 0
    assert breaker.seconds_closed_to_us() == 2
    assert breaker.state == "open"
    breaker.succeeded()
    assert breaker.state == "closed"
    assert breaker.seconds_closed_to_us() == 0


def test_it_stays_open_when_the_try_fails(breaker: CircuitBreaker, time: Time) -> None:
    fail(breaker, 3)
    time.now += 2
    fail(breaker, 1)
    assert breaker.seconds_closed_to_us() == 2


def test_a_try_that_never_reports_back_costs_one_pause(breaker: CircuitBreaker, time: Time) -> None:
    fail(breaker, 3)
    time.now += 2
    assert breaker.seconds_closed_to_us() == 0
    time.now += 2
    assert breaker.seconds_closed_to_us() == 0
