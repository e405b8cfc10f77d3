"""The issuer's keys: fetched once, fetched again when they must be, and used on while the issuer is away."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from devkit.testing.tokens import Issuer, SigningKey, served_by
from devkit.testing.waiting import until
from shared.auth.errors import IssuerUnavailable
from shared.auth.keys import IssuerKeys

ISSUER = "https://helseid-sts.test.nhn.no"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
JWKS = f"{ISSUER}/keys"


class FakeIssuer:
    """Answers with what the test puts there, and counts."""

    def __init__(self, issuer: Issuer) -> None:
        self.discovery: Any = {"issuer": ISSUER, "jwks_uri": JWKS}
        self.jwks: Any = issuer.key_set()
        self.asked: list[str] = []
        self.away = False
        self.slow = asyncio.Event()
        self.slow.set()

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        await self.slow.wait()
        if self.away:
            raise httpx.ConnectError("away")
        answer = {DISCOVERY: self.discovery, JWKS: self.jwks}.get(str(request.url))
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    @property
    def fetches(self) -> int:
        return self.asked.count(DISCOVERY)


@pytest.fixture
def fake(helseid: Issuer) -> FakeIssuer:
    return FakeIssuer(helseid)


@pytest.fixture
def keys(fake: FakeIssuer, clock: Any) -> Iterator[IssuerKeys]:
    return IssuerKeys(ISSUER, httpx.AsyncClient(transport=httpx.MockTransport(fake.handle)), clock)


async def test_endpoints_come_from_discovery_and_keys_are_fetched_once(
    keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer, clock: Any
) -> None:
    assert await keys.get(helseid.key_id) is not None
    clock.advance(hours=23, minutes=59)
    assert await keys.get(helseid.key_id) is not None

    assert fake.asked == [DISCOVERY, JWKS]


async def test_after_a_day_keys_are_fetched_again_while_the_known_key_does(
    keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer, clock: Any
) -> None:
    await keys.get(helseid.key_id)
    clock.advance(hours=24, seconds=1)
    fake.slow.clear()

    assert await keys.get(helseid.key_id) is not None

    fake.slow.set()
    await until(lambda: fake.fetches == 2)


async def test_an_unknown_key_id_is_asked_for_at_most_once_a_minute(
    keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer, clock: Any
) -> None:
    await keys.get(helseid.key_id)
    for _ in range(3):
        assert await keys.get("unknown") is None
    assert fake.fetches == 1

    clock.advance(seconds=60)
    for _ in range(3):
        assert await keys.get("unknown") is None
    assert fake.fetches == 2


async def test_a_new_key_of_the_issuer_is_found(
    keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer, clock: Any
) -> None:
    await keys.get(helseid.key_id)
    generation = keys.generation
    fake.jwks = {"keys": [{**SigningKey("RS256").public_jwk, "kid": "next", "use": "sig"}]}
    clock.advance(minutes=1)

    assert await keys.get("next") is not None
    assert await keys.get(helseid.key_id) is None
    assert keys.generation == generation + 1


async def test_requests_that_come_at_once_share_one_fetch(keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer) -> None:
    fake.slow.clear()
    waiting = [asyncio.create_task(keys.get(helseid.key_id)) for _ in range(20)]
    await asyncio.sleep(0.01)
    fake.slow.set()

    assert all(await asyncio.gather(*waiting))
    assert fake.asked == [DISCOVERY, JWKS]


async def test_one_request_given_up_does_not_end_the_fetch_of_the_others(
    keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer
) -> None:
    fake.slow.clear()
    first, second = (asyncio.create_task(keys.get(helseid.key_id)) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    fake.slow.set()

    assert await second is not None


async def test_known_keys_work_on_while_the_issuer_is_away(
    keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer, clock: Any
) -> None:
    await keys.get(helseid.key_id)
    fake.away = True
    clock.advance(days=3)

    assert await keys.get(helseid.key_id) is not None
    await until(lambda: fake.fetches == 2)
    assert await keys.get(helseid.key_id) is not None
    assert fake.fetches == 2


async def test_without_any_key_the_answer_is_503_and_when_to_come_back(
    keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer, clock: Any
) -> None:
    fake.away = True
    with pytest.raises(IssuerUnavailable) as refused:
        await keys.get(helseid.key_id)
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "2"})

    fake.away = False
    clock.advance(seconds=2)
    assert await keys.get(helseid.key_id) is not None


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": f"{ISSUER}/", "jwks_uri": JWKS},
        {"issuer": "https://another.example", "jwks_uri": JWKS},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks_uri": 7},
        {"issuer": ISSUER, "jwks_uri": JWKS.replace("https:", "http:")},
        [],
        httpx.Response(500),
        httpx.Response(200, text="<html>"),
        httpx.Response(302, headers={"Location": JWKS}),
    ],
)
async def test_a_discovery_document_that_is_not_the_issuers_own_gives_no_keys(
    discovery: Any, keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer
) -> None:
    fake.discovery = discovery

    with pytest.raises(IssuerUnavailable):
        await keys.get(helseid.key_id)
    assert JWKS not in fake.asked


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"alg": "RS512"},
        {"alg": "PS256"},
        {"kty": "EC"},
        {"kid": 7},
        {"n": None},
        {"n": "AQAB"},
        {"n": "x" * 170 + "w"},
        {"e": "!"},
        {"n": "!" * 400},
    ],
)
@pytest.mark.filterwarnings("ignore:Key size")
async def test_a_key_for_another_use_is_passed_over(
    change: dict[str, Any], keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer
) -> None:
    good = helseid.key_set()["keys"][0]
    fake.jwks = {"keys": [{**good, "kid": "bad", **change}, "junk", good]}

    assert await keys.get(helseid.key_id) is not None
    assert await keys.get("bad") is None


@pytest.mark.parametrize("jwks", [{"keys": []}, {"keys": "none"}, {}, [], httpx.Response(503)])
async def test_a_key_set_without_a_usable_key_replaces_nothing(
    jwks: Any, keys: IssuerKeys, fake: FakeIssuer, helseid: Issuer, clock: Any
) -> None:
    await keys.get(helseid.key_id)
    fake.jwks = jwks
    clock.advance(minutes=2)

    assert await keys.get("unknown") is None
    assert await keys.get(helseid.key_id) is not None


async def test_a_service_whose_issuer_is_away_answers_503(
    make_authenticator: Callable[..., Any], app: Any, client: httpx.AsyncClient, attempt: Any
) -> None:
    app.state.auth = make_authenticator(http=httpx.AsyncClient(transport=served_by()))

    response = await client.post(attempt.url, headers=attempt.headers())

    assert (response.status_code, response.json()["code"]) == (503, "issuer-unavailable")
    assert response.headers["retry-after"] == "2"
