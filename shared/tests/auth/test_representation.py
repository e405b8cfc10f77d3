"""Acting for somebody else is asked about on every request, and without an answer refused (S5)."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Security
from jsonschema import Draft202012Validator

from devkit.testing.national_ids import generate
from devkit.testing.representation import Representations
from devkit.testing.tokens import BearerAuth, Issuer
from shared.auth import Authenticator, Citizen, RepresentationCheck, acting
from shared.auth.client import HelseIdClient
from shared.errors import install_error_handlers

AUDIENCE = "nhn:verktoyformidler"
CONTRACT = Path(__file__).parents[3] / "openapi/consent-api.json"
CHILD = generate(date(2018, 6, 1), 0)


class Consent(Representations):
    """With HelseID in front of it; `failure` is raised instead of an answer, once or for good."""

    def forget(self) -> None:
        super().forget()
        self.tokens = 0
        self.failures: list[Exception | int] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json={"token_endpoint": "https://helseid.test/token"})
        if request.url.path == "/token":
            self.tokens += 1
            return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "expires_in": 600})
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return httpx.Response(failure)
        return super().handle(request)


@pytest.fixture
def consent() -> Consent:
    return Consent()


@pytest.fixture
async def client(
    consent: Consent,
    make_authenticator: Callable[..., Authenticator],
    unlimited: Any,
    clock: Any,
    client_key_file: Path,
) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app)
    http = httpx.AsyncClient(transport=httpx.MockTransport(consent.handle))
    helseid = HelseIdClient(http, "https://helseid.test", "us", client_key_file, timeout=30)
    app.state.auth, app.state.limits, app.state.clock = make_authenticator(), unlimited, clock
    app.state.representation = RepresentationCheck("https://consent.test/", helseid, timeout=30)

    @app.get("/tools")
    async def tools(caller: Annotated[Citizen, Security(acting("health-care", "read"))]) -> dict[str, Any]:
        return {"about": caller.acting_for, "by": caller.reference, "narrowed": caller.narrowed}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://api.example") as client:
        yield client
    await http.aclose()
    await app.state.auth.close()


@pytest.fixture
def ask(client: httpx.AsyncClient, helsenorge: Issuer) -> Callable[..., Any]:
    async def ask(born: date = date(1988, 2, 2), **token: Any) -> httpx.Response:
        pid = generate(born, 0)
        return await client.get("/tools", auth=BearerAuth(helsenorge.citizen_token(AUDIENCE, pid=pid, **token)))

    return ask


@pytest.fixture
def as_parent(ask: Any) -> Callable[..., Any]:
    return lambda: ask(represents=CHILD, relation="parent")


async def test_S5_whoever_acts_for_somebody_is_asked_about_on_every_request(as_parent: Any, consent: Consent) -> None:
    consent.allow(narrowed=True)
    answers = [await as_parent(), await as_parent()]
    assert [answer.json()["narrowed"] for answer in answers] == [True, True]
    assert answers[0].json()["about"] != answers[0].json()["by"]
    assert len(consent.asked) == 2, "no answer is kept"
    consent.refuse("relation-ended")
    assert (await as_parent()).status_code == 403


async def test_S5_the_question_is_as_the_contract_says(as_parent: Any, ask: Any, consent: Consent) -> None:
    consent.allow()
    await as_parent()
    await ask(born=date(2012, 6, 1))
    document = json.loads(CONTRACT.read_text("utf-8"))
    schema = {"$ref": "#/components/schemas/RepresentationQuestion", "components": document["components"]}
    for question in consent.asked:
        assert list(Draft202012Validator(schema).iter_errors(question)) == []
    assert [question["represented"] for question in consent.asked] == [{"nationalId": CHILD}, None]
    assert [(q["relation"], q["area"], q["act"]) for q in consent.asked] == [
        ("parent", "health-care", "read"),
        (None, "health-care", "read"),
    ]


@pytest.mark.parametrize("reason", ["no-relation", "area-not-covered", "something-new"])
async def test_S5_a_refusal_says_why(as_parent: Any, consent: Consent, reason: str) -> None:
    consent.refuse(reason)
    refused = await as_parent()
    assert (refused.status_code, refused.json()["code"]) == (403, "representation-not-allowed")
    assert refused.json()["reason"] == reason


@pytest.mark.parametrize("reason", ["too-young", "own-access-missing"])
async def test_S5_the_young_are_asked_about_when_they_act_for_themselves(
    ask: Any, consent: Consent, reason: str
) -> None:
    consent.refuse(reason)
    refused = await ask(born=date(2012, 6, 1))
    assert (refused.status_code, refused.json()["code"]) == (403, reason)
    consent.allow(narrowed=True)
    assert (await ask(born=date(2012, 6, 1))).json()["narrowed"] is True


async def test_S5_nobody_is_asked_about_the_grown_up_acting_for_themselves(ask: Any, consent: Consent) -> None:
    consent.failures = [httpx.ConnectError("away")] * 3
    assert (await ask()).json()["narrowed"] is False
    assert (await ask(born=date(2008, 11, 22))).status_code == 200, "18 today"
    assert (await ask(born=date(2008, 11, 23))).status_code == 503, "18 tomorrow"


async def test_S5_birthdays_begin_at_midnight_in_norway(ask: Any, consent: Consent, clock: Any) -> None:
    consent.failures = [httpx.ConnectError("away")] * 2
    clock.now = datetime(2026, 11, 22, 22, 59, tzinfo=UTC)
    assert (await ask(born=date(2008, 11, 23))).status_code == 503
    clock.advance(minutes=1)
    assert (await ask(born=date(2008, 11, 23))).status_code == 200


@pytest.mark.parametrize(
    "failures",
    [
        [httpx.ConnectError("away")] * 2,
        [httpx.ReadTimeout("slow")],
        [401, 401],
        [422],
        [500],
        [503],
    ],
)
async def test_S5_without_an_answer_nobody_acts_for_anybody(
    as_parent: Any, consent: Consent, failures: list[Any]
) -> None:
    consent.allow()
    consent.failures = failures
    refused = await as_parent()
    assert (refused.status_code, refused.json()["code"]) == (503, "representation-unavailable")
    assert refused.headers["Retry-After"]


async def test_an_answer_that_makes_no_sense_is_none(as_parent: Any, consent: Consent) -> None:
    consent.allow()
    consent.narrowed = "perhaps"  # type: ignore[assignment]
    assert (await as_parent()).status_code == 503


@pytest.mark.parametrize("failure", [httpx.RemoteProtocolError("closed"), 401])
async def test_what_may_pass_is_tried_once_more(as_parent: Any, consent: Consent, failure: Any) -> None:
    consent.allow()
    await as_parent()
    consent.failures = [failure]
    assert (await as_parent()).status_code == 200
    assert consent.tokens == (2 if failure == 401 else 1), "a token that is refused is replaced"
