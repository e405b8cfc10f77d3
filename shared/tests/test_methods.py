"""A method that an address does not have is 405 with every method that it has (RFC 9110, 15.5.6)."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from shared.errors import MethodNotAllowed, install_error_handlers
from shared.http import Gate
from shared.methods import Addresses
from shared.metrics import Metrics


async def answer() -> str:
    return "here"


async def refuse() -> None:
    raise MethodNotAllowed()


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
    app.state.addresses = Addresses(app.router.routes)
    app.state.addresses.keep_apart(app, refuse)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        yield http


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/things", "GET, POST"),
        ("OPTIONS", "/things/7", "GET, PUT"),
        ("GET", "/things/search", "POST"),
        ("PUT", "/things/search", "POST"),
        ("DELETE", "/things/search", "POST"),
    ],
)
async def test_every_method_of_the_address_is_named(
    http: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    refused = await http.request(method, path)
    assert (refused.status_code, refused.json()["code"]) == (405, "method-not-allowed")
    assert refused.headers["Allow"] == allowed


async def test_what_an_address_takes_in_is_told_of_methods_that_it_has(http: httpx.AsyncClient) -> None:
    form = {"content": b"a=b", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    assert (await http.request("TRACE", "/things", **form)).status_code == 405
    assert (await http.post("/things", **form)).status_code == 415


@pytest.mark.parametrize(("method", "path"), [("GET", "/things/7"), ("POST", "/things/search"), ("POST", "/things")])
async def test_methods_that_are_there_are_answered(http: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await http.request(method, path)).status_code == 200


async def test_an_address_that_is_not_the_services_own_keeps_its_methods() -> None:
    app = FastAPI()
    install_error_handlers(app)
    app.state.addresses = Addresses([])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        refused = await http.post("/openapi.json")
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD"}
