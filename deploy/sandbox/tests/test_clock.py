"""The clock of a sandbox that has not started the services, and what nobody may ask of one that has."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sandbox.clock import Clock
from sandbox.clock_routes import ClockMove, ClockMoveInvalid

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


async def test_the_time_is_told(http: httpx.AsyncClient) -> None:
    said = (await http.get("/clock")).json()
    assert (said["secondsAhead"], said["movable"]) == (0, False)
    assert abs(datetime.fromisoformat(said["now"]) - datetime.now(UTC)) < timedelta(seconds=10)


async def test_the_time_of_others_is_not_moved(http: httpx.AsyncClient) -> None:
    answer = await http.post("/clock", json={"advance": "P1D"})
    assert (answer.status_code, answer.json()["code"]) == (409, "clock-not-movable")
    assert (await http.delete("/clock")).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"advance": "P1D", "to": "2027-01-01T00:00:00Z"},
        {"advance": "-PT1S"},
        {"advance": "P401D"},
        {"to": "2026-11-30T00:00:00Z"},
    ],
)
def test_a_move_that_is_none_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(ClockMoveInvalid):
        ClockMove.model_validate(asked).ahead(NOW)


@pytest.mark.parametrize("asked", [{"advance": "PT1H"}, {"to": "2026-12-01T10:00:00+01:00"}])
def test_a_move_forward_is_in_whole_seconds(asked: dict[str, str]) -> None:
    assert ClockMove.model_validate(asked).ahead(NOW) == timedelta(hours=1)


async def test_the_real_time_cannot_be_moved() -> None:
    assert Clock().ahead == timedelta()
