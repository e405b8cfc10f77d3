"""A cursor is good for the list that it was given for, and for no other."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.errors import install_error_handlers
from shared.http import Gate
from shared.metrics import Metrics
from shared.paging import (
    CursorInvalid,
    decode_cursor,
    decode_position,
    encode_cursor,
    encode_position,
)


async def page(cursor: str | None = None, about: str = "") -> dict[str, Any]:
    return {"after": decode_cursor(cursor, str, about=about), "cursor": encode_cursor("Søvntrappa", about=about)}


@pytest.fixture
async def http() -> Any:
    app = FastAPI()
    install_error_handlers(app)
    app.add_middleware(Gate, service="test", metrics=Metrics(), max_body_bytes=100)
    app.add_api_route("/tools", page)
    app.add_api_route("/offices/{id}/tools", page)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    "same",
    [
        "/tools?a=1&a=2&b=x&limit=5",
        "/tools?limit=200&b=x&a=2&a=1&facets=true",
        "/tools?a=1&a=2&b=x&c=",
    ],
)
async def test_the_same_question_goes_on(http: httpx.AsyncClient, same: str) -> None:
    cursor = (await http.get("/tools?a=1&a=2&b=x")).json()["cursor"]
    assert (await http.get(f"{same}&cursor={cursor}")).json() == {"after": ["Søvntrappa"], "cursor": cursor}


@pytest.mark.parametrize(
    "other",
    [
        "/tools?a=1&b=x",
        "/tools?a=1&a=2&b=y",
        "/tools?a=1&a=2&b=x&sort=name",
        "/tools?",
        "/offices/1/tools?a=1&a=2&b=x",
        "/tools?a=1&a=2&b=x&about=kari",
    ],
)
async def test_another_question_is_told_that_the_cursor_is_not_its_own(http: httpx.AsyncClient, other: str) -> None:
    cursor = (await http.get("/tools?a=1&a=2&b=x")).json()["cursor"]
    answer = await http.get(f"{other}&cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")


@pytest.mark.parametrize("cursor", ["WyJhIl0", "W10", "e30", "!", "WyIiXQ"])
async def test_what_is_no_cursor_is_refused(http: httpx.AsyncClient, cursor: str) -> None:
    assert (await http.get(f"/tools?cursor={cursor}")).json()["code"] == "cursor-invalid"


@pytest.mark.parametrize("name", ["ø" * 100, "😴" * 100])
def test_a_cursor_of_the_longest_name_can_be_sent(name: str) -> None:
    key = "0a7e4b1c-5d2f-4c3a-9b8e-6f1d2c3b4a59"
    cursor = encode_cursor(2**63 - 1, 5_000_000, name, key)
    assert len(cursor) <= 700
    assert decode_cursor(cursor, int, int, str, str) == (2**63 - 1, 5_000_000, name, key)


def test_a_position_in_a_feed_is_read_as_long_as_somebody_keeps_it() -> None:
    assert (encode_position(43), decode_position("WzQzXQ", int)) == ("WzQzXQ", (43,))
    with pytest.raises(CursorInvalid):
        decode_position("WzQzXQ", str)
