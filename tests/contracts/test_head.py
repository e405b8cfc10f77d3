"""HEAD is answered wherever GET is, as GET would be (RFC 9110, 9.3.2): by every operation of every service."""

import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from sandbox.services import SERVICES
from tools.contracts import apps

OF_ONE_ANSWER = {"nhn-event-id", "traceparent", "date"}


@pytest.fixture(scope="module")
def services() -> dict[str, FastAPI]:
    return dict(apps())


def reads(document: dict[str, Any]) -> list[str]:
    """The address of each operation by GET, with something in the place of each parameter."""
    return [re.sub(r"{\w+}", "1", path) for path, operations in document["paths"].items() if "get" in operations]


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
async def test_HEAD_has_the_status_and_the_headers_of_GET(service: str, services: dict[str, FastAPI]) -> None:
    """Nobody shows who they are and no database is there: what is held together is what comes of that."""
    app, differ = services[service], []
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        for path in [*reads(app.openapi()), "/health/live", "/docs"]:
            got, looked = await http.get(path), await http.head(path)
            of_got, of_looked = (
                (answer.status_code, sorted(it for it in answer.headers.items() if it[0] not in OF_ONE_ANSWER))
                for answer in (got, looked)
            )
            if path != "/oidc/authorize" and (of_got != of_looked or looked.content):
                differ.append((path, of_got, of_looked))
            assert looked.status_code != 405
    assert differ == []


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
async def test_a_refused_method_is_told_of_HEAD_beside_GET(service: str, services: dict[str, FastAPI]) -> None:
    app = services[service]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        for path, operations in app.openapi()["paths"].items():
            refused = await http.request("TRACE", re.sub(r"{\w+}", "1", path))
            allowed = set(refused.headers["allow"].split(", "))
            assert allowed == {m.upper() for m in operations} | ({"HEAD"} if "get" in operations else set()), path
