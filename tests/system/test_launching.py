"""What lets a citizen into a tool asks consent-api itself, and is closed at once by its no, and without it (S6).

The copy of consents at helsetilbud-api stands still in these tests: nobody relays, nobody follows, the broker hangs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from devkit.testing.stopping import hung, hung_server
from sandbox.wiring import Wiring
from tools.access.scenes import mine, sign_ins
from tools.access.world import SLEEP_STAIRCASE, World
from tools.local.callers import CITIZEN
from tools.local.processes import Processes

pytestmark = pytest.mark.system

OPEN = f"/v1/me/tools/{SLEEP_STAIRCASE}/open"


@pytest.fixture
def world(system: Processes, wiring: Wiring) -> Iterator[World]:
    with httpx.Client(timeout=30) as http:
        world = World(http, wiring)
        body = {"patient": {"nationalId": CITIZEN}, "toolId": SLEEP_STAIRCASE}
        world.call("practitioner", "prescription-api", "POST", "/v1/prescriptions", json=body)
        path = OPEN.removesuffix("/open")
        world.until(lambda: world.call("citizen", "helsetilbud-api", "GET", path).is_success, "the tool")
        yield world


def open_tool(world: World) -> httpx.Response:
    return world.call("citizen", "helsetilbud-api", "POST", OPEN)


def redeem(world: World, code: str) -> httpx.Response:
    body = {"code": code, "toolId": SLEEP_STAIRCASE}
    return world.call("supplier", "helsetilbud-api", "POST", "/v1/launches/redeem", json=body)


def userinfo(world: World) -> httpx.Response:
    headers = {"Authorization": f"Bearer {world.sign_in_token}"}
    return world.call("none", "helsetilbud-api", "GET", "/oidc/userinfo", headers=headers)


def choose(world: World, level: str) -> None:
    now = world.done("citizen", "consent-api", "GET", "/v1/me/consent")
    etag = {"If-Match": now.headers["ETag"]}
    world.done("citizen", "consent-api", "PUT", "/v1/me/consent", json={"level": level}, headers=etag)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


@contextmanager
def stopped(system: Processes, *names: str) -> Iterator[None]:
    for name in names:
        system.kill(name)
    try:
        yield
    finally:
        for name in names:
            system.start(name)


@pytest.mark.rule("S6", "M3")
async def test_S6_withdrawn_consent_closes_tools_at_once_while_nothing_is_told(
    world: World, system: Processes, broker: Any
) -> None:
    code = mine.launch_code(world)
    sign_ins.prepare(world)
    assert userinfo(world).status_code == 200
    with (
        stopped(system, "consent-api/worker", "helsetilbud-api/worker"),
        hung_server(broker.server.process.pid),
    ):
        choose(world, "none")
        assert told(open_tool(world)) == (403, "tools-hidden")
        assert told(redeem(world, code)) == (404, "launch-not-found")
        assert told(userinfo(world)) == (401, "token-invalid")
        choose(world, "full")
        assert open_tool(world).status_code == 200
        assert redeem(world, code).status_code == 200, "what was refused was not used"


@pytest.mark.rule("S6", "M3")
@pytest.mark.parametrize("how", ["hung", "gone"])
async def test_S6_while_consent_api_does_not_answer_nothing_is_opened_and_nothing_used(
    world: World, system: Processes, wiring: Wiring, how: str
) -> None:
    code = mine.launch_code(world)
    sign_ins.prepare(world)
    away = (503, "consent-service-unavailable")
    with hung(system.pid("consent-api")) if how == "hung" else stopped(system, "consent-api"):
        for answer in (open_tool(world), redeem(world, code), userinfo(world)):
            assert told(answer) == away
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.elapsed.total_seconds() < 4
    world.until(lambda: open_tool(world).status_code == 200, "tools that open again")
    assert redeem(world, code).status_code == 200
    assert userinfo(world).status_code == 200
