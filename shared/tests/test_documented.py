"""What holds every test's answers against the contract finds what is not in it."""

from collections.abc import AsyncIterator
from typing import ClassVar

import httpx
import pytest
from fastapi import FastAPI, Response

from devkit.testing.documented import documented
from shared.errors import DomainError, install_error_handlers, member, problems
from shared.language import Text
from shared.openapi import describe


class TooLate(DomainError):
    status = 409
    code = "too-late"
    title: ClassVar[Text] = {"nb": "For sent.", "nn": "For seint.", "en": "Too late."}
    members: ClassVar = {"latest": member("The last", "2026-11-22T08:00:00.000Z", format="date-time")}


async def answer(response: Response) -> dict[str, str]:
    response.headers["ETag"] = '"1"'
    return {}


async def answer_oddly(response: Response) -> dict[str, str]:
    response.headers["X-Odd"] = "1"
    return {}


async def refuse() -> None:
    raise TooLate(latest="2026-11-22T08:00:00.000Z")


async def refuse_oddly() -> None:
    raise TooLate(latest="2026-11-22")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app)
    tag = {"headers": {"ETag": {"description": "Its version", "schema": {"type": "string"}}}}
    for route in (answer, answer_oddly, refuse, refuse_oddly):
        app.add_api_route(f"/{route.__name__}", route, responses={200: tag} | problems(TooLate))
    describe(app, "nhn:test", {})
    hooks = {"response": [documented(app)]}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", event_hooks=hooks
    ) as client:
        yield client


async def test_what_is_declared_is_let_by(http: httpx.AsyncClient) -> None:
    assert [(await http.get(path)).status_code for path in ("/answer", "/refuse")] == [200, 409]


@pytest.mark.parametrize(
    ("path", "said"),
    [("/answer_oddly", "does not list of 200 x-odd"), ("/refuse_oddly", "latest: '2026-11-22' is not")],
)
async def test_what_is_not_declared_fails_the_test(http: httpx.AsyncClient, path: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        await http.get(path)
