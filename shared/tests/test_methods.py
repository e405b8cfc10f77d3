"""A method that an address does not have is 405 with every method that it has (RFC 9110, 15.5.6)."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, StreamingResponse

from devkit.testing.serving import listening
from shared.errors import MethodNotAllowed, install_error_handlers
from shared.http import Gate
from shared.methods import Addresses
from shared.metrics import Metrics


async def answer() -> str:
    return "here"


async def refuse() -> None:
    raise MethodNotAllowed()


async def answer_once(request: Request) -> PlainTextResponse:
    request.app.state.taken += 1
    return PlainTextResponse("taken", headers={"Location": "/next"})


async def look() -> PlainTextResponse:
    return PlainTextResponse("", headers={"Cache-Control": "no-cache"})


async def follow(request: Request) -> StreamingResponse:
    async def said() -> AsyncIterator[bytes]:
        while True:
            request.app.state.taken += 1
            yield b": still here\n\n"
            await asyncio.sleep(0.01)

    return StreamingResponse(said(), media_type="text/event-stream")


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.add_middleware(Gate, service="test", metrics=Metrics(), max_body_bytes=50)
    install_error_handlers(app)
    for method, path in (
        ("GET", "/things/{id}"),
        ("PUT", "/things/{id}"),
        ("POST", "/things/search"),
        ("GET", "/things"),
        ("POST", "/things"),
    ):
        app.add_api_route(path, answer, methods=[method])
    app.add_api_route("/feed/stream", follow, methods=["GET"])
    app.add_api_route("/looked-at", answer_once, methods=["GET"])
    app.add_api_route("/looked-at", look, methods=["HEAD"], include_in_schema=False)
    app.state.taken = 0
    app.state.addresses = Addresses(app.router.routes)
    app.state.addresses.keep_apart(app, refuse)
    async with (
        listening(app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as http,
    ):
        http.app = app  # type: ignore[attr-defined]
        yield http


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/things", "GET, HEAD, POST"),
        ("OPTIONS", "/things/7", "GET, HEAD, PUT"),
        ("GET", "/things/search", "POST"),
        ("HEAD", "/things/search", "POST"),
        ("DELETE", "/looked-at", "GET, HEAD"),
        ("PUT", "/things/search", "POST"),
        ("DELETE", "/things/search", "POST"),
    ],
)
async def test_every_method_of_the_address_is_named(
    http: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    refused = await http.request(method, path)
    assert refused.status_code == 405
    assert method == "HEAD" or refused.json()["code"] == "method-not-allowed"
    assert refused.headers["Allow"] == allowed


async def test_what_an_address_takes_in_is_told_of_methods_that_it_has(http: httpx.AsyncClient) -> None:
    form = {"content": b"a=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    assert (await http.request("TRACE", "/things", **form)).status_code == 405
    assert (await http.post("/things", **form)).status_code == 415


@pytest.mark.parametrize(("method", "path"), [("GET", "/things/7"), ("POST", "/things/search"), ("POST", "/things")])
async def test_methods_that_are_there_are_answered(http: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await http.request(method, path)).status_code == 200


@pytest.mark.parametrize("path", ["/things", "/things/7"])
async def test_HEAD_is_GET_without_what_it_holds(http: httpx.AsyncClient, path: str) -> None:
    got, looked = await http.get(path), await http.head(path)
    own = {"nhn-event-id", "traceparent", "date"}
    assert looked.status_code == 200
    assert [it for it in looked.headers.items() if it[0] not in own] == [
        it for it in got.headers.items() if it[0] not in own
    ]
    assert (got.text, looked.content, looked.headers["content-length"]) == ('"here"', b"", "6")


async def test_the_connection_goes_on_after_HEAD_of_a_stream_that_is_not_begun(http: httpx.AsyncClient) -> None:
    for _ in range(3):
        looked = await asyncio.wait_for(http.head("/feed/stream"), 5)
        assert (looked.status_code, looked.content) == (200, b"")
        assert looked.headers["content-type"].startswith("text/event-stream")
    assert (await http.get("/things")).status_code == 200
    assert http.app.state.taken == 0  # type: ignore[attr-defined]


async def test_an_address_with_a_HEAD_of_its_own_keeps_it(http: httpx.AsyncClient) -> None:
    looked = await http.head("/looked-at")
    assert (looked.status_code, looked.headers["cache-control"]) == (200, "no-cache")
    assert http.app.state.taken == 0  # type: ignore[attr-defined]


async def test_an_address_that_is_not_the_services_own_keeps_its_methods() -> None:
    app = FastAPI()
    install_error_handlers(app)
    app.state.addresses = Addresses([])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        refused = await http.post("/openapi.json")
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD"}
