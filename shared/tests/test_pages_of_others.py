"""What browsers are told: which pages of other origins may ask, and what to make of an answer (CORS, headers)."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import APIRouter

from shared.app import build_app
from shared.settings import ServiceSettings

OURS, THEIRS = "https://pages.example", "https://evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization, if-match"}

router = APIRouter()


@router.put("/things")
async def change_things() -> dict[str, str]:
    """Change things"""
    return {}


@pytest.fixture
def browser() -> Callable[..., httpx.AsyncClient]:
    def of(*origins: str) -> httpx.AsyncClient:
        settings = ServiceSettings(
            service="test",
            audience="nhn:test",
            database_url="postgresql://unused",
            issuer="https://helseid.test",
            citizen_issuer="https://login.test",
            citizen_reference_keys={"k1": "x" * 32},
            citizen_reference_key_id="k1",
            cors_origins=frozenset(origins),
        )
        app = build_app(settings, title="Test", description="", routers=[router])
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://api.example")

    return of


async def test_a_page_that_is_named_may_ask_and_see_what_it_needs(browser: Any) -> None:
    async with browser(OURS) as client:
        asked = await client.options("/things", headers={"Origin": OURS, **PREFLIGHT})
        answer = await client.put("/things", headers={"Origin": OURS})
    assert asked.status_code == 200
    assert asked.headers["Access-Control-Allow-Origin"] == OURS
    assert {"authorization", "if-match", "dpop"} <= set(
        asked.headers["Access-Control-Allow-Headers"].lower().split(", ")
    )
    assert "PUT" in asked.headers["Access-Control-Allow-Methods"]
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, OURS)
    assert {"ETag", "RateLimit"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("named", [(), (OURS,)])
async def test_no_other_page_is_told_that_it_may(browser: Any, named: tuple[str, ...]) -> None:
    async with browser(*named) as client:
        asked = await client.options("/things", headers={"Origin": THEIRS, **PREFLIGHT})
        answer = await client.put("/things", headers={"Origin": THEIRS})
    assert asked.status_code in (400, 405)
    for told in (asked, answer):
        assert "Access-Control-Allow-Origin" not in told.headers


async def test_a_body_of_any_depth_is_refused_or_read(browser: Any) -> None:
    async with browser() as client:
        for body in ("[" * 500_000, '{"a":' * 100_000, "[" * 400_000 + "]" * 400_000):
            answer = await client.put("/things/deep", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400


@router.put("/things/deep")
async def change_deep_things(thing: dict[str, str]) -> dict[str, str]:
    """Change deep things"""
    return thing


@pytest.mark.parametrize("path", ["/things", "/things/deep", "/nothing", "/docs", "/health/live", "/things%00"])
async def test_every_answer_is_kept_by_nobody_and_taken_for_what_it_says(browser: Any, path: str) -> None:
    async with browser() as client:
        answers = [await client.get(path), await client.put(path, content=b"{", headers={"Content-Type": "text/html"})]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["nhn-event-id"]
