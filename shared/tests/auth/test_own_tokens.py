"""Our own tokens from HelseID: fetched, renewed, and kept while HelseID is away."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jws

from shared.auth import client as own_tokens
from shared.auth.client import HelseIdClient

ISSUER = "https://helseid.test"
SCOPE = "nhn:some/scope"
ENDPOINT = f"{ISSUER}/connect/token"


class Issuer:
    """Gives tokens with numbers; `answer` stands in for its token endpoint, `discovery` for its metadata. The service
    that is called answers with `statuses`, one after the other.
    """

    def __init__(self) -> None:
        self.given = 0
        self.proofs: list[dict[str, Any]] = []
        self.assertions: list[str] = []
        self.life: Any = 600
        self.answer: Callable[[httpx.Request], Awaitable[httpx.Response] | httpx.Response] | None = None
        self.discovery: Any = {"token_endpoint": ENDPOINT}
        self.statuses: list[int] = []
        self.calls: list[tuple[str, str, bytes]] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json=self.discovery)
        if request.url.host == "consent.test":
            self.calls.append((request.method, request.headers["Authorization"], request.content))
            return httpx.Response(self.statuses.pop(0))
        self.proofs.append(claims(request.headers["DPoP"]))
        form = dict(pair.split("=") for pair in request.content.decode().split("&"))
        self.assertions.append(claims(form["client_assertion"])["jti"])
        if self.answer:
            found = self.answer(request)
            return await found if isinstance(found, Awaitable) else found
        self.given += 1
        return httpx.Response(200, json={"access_token": f"token-{self.given}", "expires_in": self.life})


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return found


class Time:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(own_tokens, "time", time)
    return time


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def connect(issuer: Issuer, time: Time, client_key_file: Path) -> Callable[..., HelseIdClient]:
    def connect(timeout: float) -> HelseIdClient:
        http = httpx.AsyncClient(transport=httpx.MockTransport(issuer.handle))
        return HelseIdClient(http, ISSUER, "prescription-api", client_key_file, timeout=timeout)

    return connect


@pytest.fixture
def client(connect: Callable[..., HelseIdClient], monkeypatch: pytest.MonkeyPatch) -> HelseIdClient:
    """With more patience than a machine under load takes; what happens when it ends has a test of its own."""
    monkeypatch.setattr(own_tokens, "_RENEWAL_PATIENCE", 60)
    return connect(timeout=60)


async def token_of(client: HelseIdClient) -> str:
    headers = await client.headers(SCOPE, "POST", "https://consent.test/v1/digitally-active")
    scheme, token = headers["Authorization"].split(" ")
    assert scheme == "DPoP"
    assert claims(headers["DPoP"])["htu"] == "https://consent.test/v1/digitally-active"
    return token


async def test_a_token_is_kept_and_renewed_a_minute_before_its_end(client: HelseIdClient, time: Time) -> None:
    assert [await token_of(client) for _ in range(3)] == ["token-1"] * 3
    time.now += 539
    assert await token_of(client) == "token-1"
    time.now += 2
    assert await token_of(client) == "token-2"


async def test_a_short_token_is_used_for_half_its_life(client: HelseIdClient, issuer: Issuer, time: Time) -> None:
    issuer.life = 30
    assert [await token_of(client) for _ in range(2)] == ["token-1"] * 2
    time.now += 16
    assert await token_of(client) == "token-2"


async def test_the_nonce_that_helseid_asks_for_is_in_the_next_proof(client: HelseIdClient, issuer: Issuer) -> None:
    def ask_for_nonce(request: httpx.Request) -> httpx.Response:
        if "nonce" in issuer.proofs[-1]:
            return httpx.Response(200, json={"access_token": "bound", "expires_in": 600})
        return httpx.Response(400, json={"error": "use_dpop_nonce"}, headers={"DPoP-Nonce": "n-1"})

    issuer.answer = ask_for_nonce
    assert await token_of(client) == "bound"
    client.forget(SCOPE)
    assert await token_of(client) == "bound"
    assert [proof.get("nonce") for proof in issuer.proofs] == [None, "n-1", "n-1"]
    assert len(set(issuer.assertions)) == 3, "an assertion is used once"


async def test_while_helseid_is_away_a_good_token_goes_on(client: HelseIdClient, issuer: Issuer, time: Time) -> None:
    await token_of(client)
    issuer.answer = lambda _: httpx.Response(500)
    time.now += 545
    assert [await token_of(client) for _ in range(3)] == ["token-1"] * 3
    assert len(issuer.proofs) == 2, "not asked again at once"
    issuer.answer = None
    time.now += 11
    assert await token_of(client) == "token-2"


async def test_a_token_that_has_ended_is_not_used(client: HelseIdClient, issuer: Issuer, time: Time) -> None:
    await token_of(client)
    issuer.answer = lambda _: httpx.Response(500)
    time.now += 601
    with pytest.raises(httpx.HTTPStatusError):
        await token_of(client)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"<html>",
        b'{"access_token": "x"}',
        b'{"access_token": "", "expires_in": 600}',
        b'{"access_token": "a b", "expires_in": 600}',
        b'{"access_token": 5, "expires_in": 600}',
        b'{"access_token": "x", "expires_in": "soon"}',
        b'{"access_token": "x", "expires_in": -1}',
    ],
)
async def test_what_is_no_token_is_an_error_and_not_kept(client: HelseIdClient, issuer: Issuer, body: bytes) -> None:
    issuer.answer = lambda _: httpx.Response(200, content=body)
    with pytest.raises(ValueError, match=r"_TokenAnswer"):
        await token_of(client)
    issuer.answer = None
    assert await token_of(client) == "token-1"


@pytest.mark.parametrize("document", [[], {}, {"token_endpoint": "file:///etc/passwd"}, {"token_endpoint": "x"}, None])
async def test_what_is_no_metadata_is_an_error_and_not_kept(
    client: HelseIdClient, issuer: Issuer, document: Any
) -> None:
    issuer.discovery = document
    with pytest.raises(ValueError, match=r"_Discovery"):
        await token_of(client)
    issuer.discovery = {"token_endpoint": ENDPOINT}
    assert await token_of(client) == "token-1"


async def test_a_token_endpoint_that_has_moved_is_found(client: HelseIdClient, issuer: Issuer) -> None:
    issuer.answer = lambda _: httpx.Response(404)
    with pytest.raises(httpx.HTTPStatusError):
        await token_of(client)
    issuer.answer = None
    issuer.discovery = {"token_endpoint": f"{ISSUER}/new/token"}
    await token_of(client)
    assert issuer.proofs[-1]["htu"] == f"{ISSUER}/new/token"


async def test_patience_is_for_the_whole_of_it(connect: Callable[..., HelseIdClient], issuer: Issuer) -> None:
    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        raise AssertionError

    issuer.answer = hang
    with pytest.raises(TimeoutError):
        await token_of(connect(timeout=0.5))


@pytest.mark.parametrize(("statuses", "outcome"), [([401, 200], 200), ([401, 401], 401), ([503], 503), ([200], 200)])
async def test_a_call_with_a_token_that_is_refused_is_made_once_more_with_a_new_one(
    client: HelseIdClient, issuer: Issuer, statuses: list[int], outcome: int
) -> None:
    issuer.statuses = [*statuses]
    answer = await client.post("https://consent.test/v1/digitally-active", SCOPE, {"nationalIds": []})
    assert answer.status_code == outcome
    tokens = [f"DPoP token-{number}" for number, _ in enumerate(statuses, 1)]
    assert issuer.calls == [("POST", token, b'{"nationalIds":[]}') for token in tokens]


async def test_a_question_has_its_query_and_the_proof_has_not(client: HelseIdClient, issuer: Issuer) -> None:
    issuer.statuses = [200]
    answer = await client.get("https://consent.test/v1/tools", SCOPE, {"limit": "200"})
    assert str(answer.request.url) == "https://consent.test/v1/tools?limit=200"
    assert claims(answer.request.headers["DPoP"])["htu"] == "https://consent.test/v1/tools"
