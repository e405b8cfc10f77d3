"""The circuit breaker, with a clock of its own."""

import pytest

from shared.breaker import CircuitBreaker


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


def test_each_failed_try_doubles_the_pause_up_to_the_longest(time: Time) -> None:
    breaker, pauses = CircuitBreaker(pause=5, longest_pause=60, clock=time), []
    fail(breaker, 5)
    for _ in range(6):
        time.now += breaker.seconds_closed_to_us()
        fail(breaker, 1)
        pauses.append(breaker.seconds_closed_to_us())
    assert pauses == [10, 20, 40, 60, 60, 60]

    time.now += 60
    assert breaker.seconds_closed_to_us() == 0
    breaker.succeeded()
    fail(breaker, 5)
    assert breaker.seconds_closed_to_us() == 5


def test_failures_with_successes_between_them_do_not_open_it(breaker: CircuitBreaker) -> None:
    for _ in range(20):
        fail(breaker, 2)
        breaker.succeeded()
    assert breaker.state == "closed"


def test_questions_under_way_when_it_opens_do_not_lengthen_the_pause(breaker: CircuitBreaker, time: Time) -> None:
    fail(breaker, 3)
    time.now += 1
    for _ in range(7):
        breaker.failed()
    assert breaker.seconds_closed_to_us() == 1


def test_it_says_while_it_is_being_tried(breaker: CircuitBreaker, time: Time) -> None:
    fail(breaker, 3)
    assert not breaker.trying
    time.now += 2
    assert breaker.seconds_closed_to_us() == 0
    assert breaker.trying
    breaker.succeeded()
    assert not breaker.trying
