"""Opening a tool, and every step at its supplier, asks consent-api itself: the copy is right, and minutes old (S5, S6).

In these tests the copy says full consent all the time, as it does while no event and no page of the feed comes.
"""

import asyncio
import socket
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest

from helsetilbud_api.clients.permissions import TIMEOUT

TUSSMORKE = "299900940"
AWAY = (503, "consent-service-unavailable")
CODES = {"open": "tools-hidden", "redeem": "launch-not-found", "push": "login_required", "browse": "access_denied"}
CODES |= {"token": "invalid_grant", "userinfo": "token-invalid"}


class Steps:
    """Each step of a citizen's way to a supplier, which can be taken when those before it have been."""

    def __init__(self, kari: Any, tool: UUID, supplier: Any, client: Any) -> None:
        self.kari, self.tool, self.supplier, self.client = kari, tool, supplier, client
        self.launch = self.uri = self.code = self.access = ""

    async def take(self, step: str) -> httpx.Response:
        answer: httpx.Response = await getattr(self, f"take_{step}")()
        return answer

    async def take_open(self) -> httpx.Response:
        answer = await self.kari.open(self.tool)
        if answer.status_code == 200:
            [self.launch] = parse_qs(urlsplit(answer.json()["url"]).query)["launch"]
        return answer

    async def take_redeem(self) -> httpx.Response:
        return await self.supplier.redeem(self.launch, self.tool)

    async def take_push(self) -> httpx.Response:
        answer = await self.client.push(self.launch)
        self.uri = answer.json().get("request_uri", "")
        return answer

    async def take_browse(self) -> httpx.Response:
        answer = await self.client.browse(self.uri)
        self.code = self.client.answered(answer).get("code", "") if answer.status_code == 303 else ""
        return answer

    async def take_token(self) -> httpx.Response:
        answer = await self.client.redeem(self.code)
        self.access = answer.json().get("access_token", "")
        return answer

    async def take_userinfo(self) -> httpx.Response:
        return await self.client.userinfo(self.access)


@pytest.fixture
async def steps(kari: Any, prescribed: Any, tool: UUID, publish: Any, oidc: Any, supplier: Any) -> Steps:
    await publish(tool)
    return Steps(kari, tool, supplier(TUSSMORKE), oidc("sovntrappa"))


WAYS = [("open",), ("open", "redeem"), ("open", "push", "browse", "token", "userinfo")]
UP_TO = sorted({way[: place + 1] for way in WAYS for place in range(len(way))})


def code_of(client: Any, answer: httpx.Response) -> str:
    if answer.status_code == 303:
        return client.answered(answer)["error"]
    return answer.json().get("code") or answer.json()["error"]


@pytest.mark.rule("S6", "M3")
@pytest.mark.parametrize("way", UP_TO, ids="-".join)
async def test_S6_no_step_is_taken_once_consent_is_withdrawn(
    steps: Steps, representations: Any, way: tuple[str, ...]
) -> None:
    for step in way[:-1]:
        assert (await steps.take(step)).is_error is False
    representations.against = ["consent-basis-only"]
    refused = await steps.take(way[-1])
    assert code_of(steps.client, refused) == CODES[way[-1]]
    assert "Eksempel" not in refused.text


@pytest.mark.rule("S6", "M3")
@pytest.mark.parametrize("way", UP_TO, ids="-".join)
@pytest.mark.parametrize("says", [b"", b"{}", b'{"reasons": null}', b'["full"]', 403, 500, 503])
async def test_S6_a_step_uses_nothing_and_tells_nothing_while_consent_api_does_not_say(
    steps: Steps, representations: Any, rows: Any, app: Any, way: tuple[str, ...], says: bytes | int
) -> None:
    for step in way[:-1]:
        assert (await steps.take(step)).is_error is False
    sent = await rows("SELECT id FROM outbox")
    kept = steps.launch, steps.uri, steps.code, steps.access
    representations.status, representations.says = (says, None) if isinstance(says, int) else (200, says or b" ")
    refused = await steps.take(way[-1])
    assert (refused.status_code, refused.json()["code"]) == AWAY
    assert int(refused.headers["Retry-After"]) > 0
    assert "Eksempel" not in refused.text
    assert await rows("SELECT id FROM outbox") == sent
    representations.status, representations.says = 200, None
    steps.launch, steps.uri, steps.code, steps.access = kept
    app.state.permissions.system.breaker.succeeded()
    answer = await steps.take(way[-1])
    assert answer.is_error is False
    if way[-1] == "browse":
        assert steps.code


@pytest.mark.rule("S5", "M3")
@pytest.mark.parametrize("way", UP_TO[1:], ids="-".join)
async def test_S5_who_acts_is_asked_about_at_each_step_and_by_reference(
    steps: Steps, representations: Any, caller: Any, kari: Any, publish: Any, way: tuple[str, ...]
) -> None:
    await publish(steps.tool, sequence=3, representative_may_use=True)
    steps.kari = caller(date(1988, 2, 2), represents=kari.number, relation="power-of-attorney")
    representations.allow()
    for step in way[:-1]:
        assert (await steps.take(step)).is_error is False
    representations.against = ["ended"]
    refused = await steps.take(way[-1])
    assert code_of(steps.client, refused) == CODES[way[-1]]
    whole = {"citizen": kari.reference, "area": "health-care"}
    acting = {"actor": steps.kari.reference, "relation": "power-of-attorney"}
    assert representations.permissions == [whole | acting] * len(way), (
        "a child of two is too young to be asked of alone"
    )


@pytest.mark.rule("S5", "M3")
async def test_S5_a_launch_that_does_not_know_who_acts_is_none(steps: Steps, database: Any) -> None:
    """One of before the column was."""
    await steps.take("open")
    async with database.driver() as connection:
        await connection.execute("UPDATE launch SET relation = 'parent'")
    assert (await steps.take("redeem")).json()["code"] == "launch-not-found"


@pytest.mark.rule("S5", "M3")
@pytest.mark.parametrize("way", UP_TO[1:], ids="-".join)
@pytest.mark.parametrize(("lowest", "starts"), [(51, True), (52, False)])
async def test_S5_no_step_is_taken_by_who_is_too_young_for_the_tool_as_it_now_is(
    steps: Steps, publish: Any, way: tuple[str, ...], lowest: int, starts: bool
) -> None:
    """Kari is 51."""
    for step in way[:-1]:
        assert (await steps.take(step)).is_error is False
    await publish(steps.tool, sequence=3, minimum_age=lowest)
    answer = await steps.take(way[-1])
    if starts:
        assert answer.is_error is False
        assert way[-1] != "browse" or steps.code
    else:
        assert code_of(steps.client, answer) == CODES[way[-1]]
        assert "Eksempel" not in answer.text


@pytest.mark.rule("S5", "M3")
@pytest.mark.parametrize("way", UP_TO[1:], ids="-".join)
async def test_S5_nor_by_who_acts_once_the_tool_does_not_allow_it(
    steps: Steps, representations: Any, caller: Any, kari: Any, publish: Any, way: tuple[str, ...]
) -> None:
    await publish(steps.tool, sequence=3, representative_may_use=True)
    steps.kari = caller(date(1988, 2, 2), represents=kari.number, relation="power-of-attorney")
    representations.allow()
    for step in way[:-1]:
        assert (await steps.take(step)).is_error is False
    await publish(steps.tool, sequence=4)
    refused = await steps.take(way[-1])
    assert code_of(steps.client, refused) == CODES[way[-1]]


@pytest.mark.rule("S5", "M3")
@pytest.mark.parametrize(("lowest", "status"), [(0, 200), (16, 404)])
async def test_S5_a_launch_that_does_not_know_the_age_starts_what_is_for_every_age(
    steps: Steps, publish: Any, database: Any, lowest: int, status: int
) -> None:
    """One that a replica of the release before has issued."""
    await publish(steps.tool, sequence=3, minimum_age=lowest)
    await steps.take("open")
    async with database.driver() as connection:
        await connection.execute("UPDATE launch SET age = NULL")
    assert (await steps.take("redeem")).status_code == status


@pytest.mark.rule("S6")
async def test_S6_the_dead_open_nothing(steps: Steps, representations: Any) -> None:
    representations.against = ["deceased"]
    refused = await steps.take("open")
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (403, "tools-hidden", "deceased")


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.rule("S6", "M3")
@pytest.mark.parametrize("away", ["consent-api", "the database"])
@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("nb", "Innloggingen går ikke akkurat nå"),
        ("nn", "Innlogginga går ikkje akkurat no"),
        ("en", "Signing in is not possible right now"),
    ],
)
async def test_S6_a_browser_that_has_to_wait_meets_a_page_and_goes_on_when_it_is_loaded_again(
    steps: Steps, representations: Any, app: Any, database: Any, away: str, language: str, title: str
) -> None:
    for step in ("open", "push"):
        await steps.take(step)
    if away == "consent-api":
        representations.status = 503
        waits = await steps.client.browse(steps.uri, **{"Accept": BROWSER, "Accept-Language": language})
    else:
        async with database.driver() as other, other.transaction():
            await other.execute("LOCK TABLE launch_sign_in IN ACCESS EXCLUSIVE MODE")
            waits = await steps.client.browse(steps.uri, **{"Accept": BROWSER, "Accept-Language": language})
    assert (waits.status_code, waits.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert (waits.headers["content-language"], waits.headers["cache-control"]) == (language, "no-store")
    assert int(waits.headers["Retry-After"]) > 0
    assert f'<html lang="{language}">' in waits.text
    assert title in waits.text
    representations.status = 200
    app.state.permissions.system.breaker.succeeded()
    assert steps.client.code_of(await steps.client.browse(steps.uri, accept=BROWSER))


@pytest.mark.rule("M3")
async def test_M3_who_only_looks_at_an_address_takes_no_step(steps: Steps, client: Any) -> None:
    """What looks at links before people do asks with HEAD."""
    for step in ("open", "push"):
        await steps.take(step)
    query = {"client_id": steps.client.client_id, "request_uri": steps.uri}
    looked = await client.head("/oidc/authorize", params=query)
    assert (looked.status_code, looked.content, looked.headers["cache-control"]) == (200, b"", "no-store")
    assert "location" not in looked.headers
    await steps.take("browse")
    assert steps.code


@pytest.mark.rule("S6")
async def test_S6_a_consent_api_that_hangs_is_not_waited_for(steps: Steps, app: Any, monkeypatch: Any) -> None:
    client = app.state.permissions
    with socket.create_server(("127.0.0.1", 0)) as listening:  # takes connections and says nothing, as who is stopped
        port = listening.getsockname()[1]

        async def post(_url: str, _scope: str, body: Any) -> httpx.Response:
            async with httpx.AsyncClient() as http:
                return await http.post(f"http://127.0.0.1:{port}", json=body, timeout=30)

        monkeypatch.setattr(client, "_helseid", type("Hanging", (), {"post": staticmethod(post)}))
        before = asyncio.get_running_loop().time()
        refused = await steps.take("open")
        assert (refused.status_code, refused.json()["code"]) == AWAY
        assert TIMEOUT <= asyncio.get_running_loop().time() - before < TIMEOUT + 1
    monkeypatch.undo()
    assert (await steps.take("open")).status_code == 200
