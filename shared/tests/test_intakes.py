"""A route that takes something else than JSON, or more of it, loosens nothing for the others."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

from shared.errors import install_error_handlers
from shared.http import Gate, Intake
from shared.metrics import Metrics

PNG, JSON = {"Content-Type": "image/png"}, {"Content-Type": "application/json"}
IMAGE = "/things/7/image"


async def measure(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app)
    for path in ("/things/{id}/image", "/things"):
        app.add_api_route(path, measure, methods=["PUT", "POST"])
    intake = Intake("PUT", "/things/{id}/image", frozenset({"image/png"}), 100)
    gate = Gate(app, service="test", metrics=Metrics(), max_body_bytes=50, intakes=[intake])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://test") as http:
        yield http


@pytest.mark.parametrize(
    ("method", "path", "headers", "size", "status"),
    [
        ("PUT", IMAGE, PNG, 100, 200),
        ("PUT", IMAGE, PNG, 101, 413),
        ("PUT", IMAGE, JSON, 10, 415),
        ("PUT", IMAGE, {}, 10, 415),
        ("POST", IMAGE, PNG, 10, 415),
        ("POST", IMAGE, JSON, 51, 413),
        ("PUT", f"{IMAGE}/more", PNG, 10, 415),
        ("PUT", "/things", PNG, 10, 415),
        ("PUT", "/things", JSON, 50, 200),
        ("PUT", "/things", JSON, 51, 413),
    ],
)
async def test_each_route_takes_its_own(
    http: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], size: int, status: int
) -> None:
    answer = await http.request(method, path, content=b"x" * size, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(("coding", "status"), [("gzip", 415), ("br", 415), ("identity", 200), ("Identity", 200)])
async def test_a_body_is_taken_as_it_is_and_not_packed(http: httpx.AsyncClient, coding: str, status: int) -> None:
    answer = await http.put("/things", content=b"x", headers=JSON | {"Content-Encoding": coding})
    assert answer.status_code == status
    if status == 415:
        assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("name", ["Idempotency-Key", "If-Match", "Content-Type", "Last-Event-ID"])
async def test_a_header_that_there_is_one_of_is_not_sent_twice(http: httpx.AsyncClient, name: str) -> None:
    value = "application/json"
    once = [("Content-Type", value)] if name != "Content-Type" else []
    assert (await http.put("/things", content=b"x", headers=[*once, (name, value)])).status_code == 200
    answer = await http.put("/things", content=b"x", headers=[*once, (name, value), (name, value)])
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_what_does_not_say_how_long_it_is_is_counted_as_it_comes(http: httpx.AsyncClient) -> None:
    async def parts(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"x" * 10

    for count, status in ((5, 200), (6, 413)):
        answer = await http.put("/things", content=parts(count), headers=JSON)
        assert "content-length" not in answer.request.headers
        assert answer.status_code == status


async def test_what_would_have_been_taken_is_told(http: httpx.AsyncClient) -> None:
    for path, accepted in ((IMAGE, "image/png"), ("/things", "application/json")):
        answer = await http.put(path, content=b"x", headers={"Content-Type": "text/html"})
        assert (answer.headers["accept"], answer.json()["accepted"]) == (accepted, [accepted])


async def test_an_escaped_nul_is_refused_in_json_and_means_nothing_elsewhere(http: httpx.AsyncClient) -> None:
    escaped = b'"\\u0000"'
    assert (await http.put(IMAGE, content=escaped, headers=PNG)).status_code == 200
    assert (await http.put("/things", content=escaped, headers=JSON)).status_code == 400


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({f"x-{number}": "v" for number in range(60)}, 200),
        ({f"x-{number}": "v" for number in range(101)}, 400),
        ({"x-long": "v" * 20_000}, 200),
        ({"x-long": "v" * 32_768}, 400),
        ({"x-long": "v" * 20_000, "x-longer": "v" * 20_000}, 400),
    ],
)
async def test_headers_are_so_many_and_so_long(http: httpx.AsyncClient, more: dict[str, str], status: int) -> None:
    answer = await http.put("/things", content=b"{}", headers=JSON | more)
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "malformed-request"
