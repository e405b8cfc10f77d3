"""Who a client is: private_key_jwt, each assertion once (RFC 7523; OpenID Connect Core, section 9)."""

import asyncio
import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from devkit.testing.proofs import SigningKey

URL = "https://helsetilbud.test"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.test"},
        {"aud": None},
        {"aud": [URL, "https://elsewhere.test"]},
        {"aud": {"a": 1}},
        {"sub": "kveldsro"},
        {"iss": "kveldsro", "sub": "kveldsro"},
        {"iss": "nobody", "sub": "nobody"},
        {"iss": None},
        {"jti": None},
        {"jti": 7},
        {"exp": None},
        {"exp": "soon"},
        {"iat": None},
        {"iat": float("nan")},
    ],
)
async def test_claims_that_are_not_this_clients_for_us_are_refused(
    sovntrappa: Any, launch: str, claims: dict[str, Any]
) -> None:
    refused = await sovntrappa.push(launch, client_assertion=sovntrappa.assertion(claims))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    ("claim", "seconds"), [("exp", -5), ("exp", 306), ("iat", 6), ("nbf", 6)], ids=["over", "long", "early", "nbf"]
)
async def test_an_assertion_has_its_time(sovntrappa: Any, launch: str, clock: Any, claim: str, seconds: int) -> None:
    wrong = sovntrappa.assertion({claim: int(clock.now.timestamp()) + seconds})
    assert (await sovntrappa.push(launch, client_assertion=wrong)).json()["error"] == "invalid_client"


@pytest.mark.parametrize("audience", [URL, [URL], f"{URL}/oidc/token", f"{URL}/oidc/par"])
async def test_we_are_known_by_three_names(sovntrappa: Any, launch: str, audience: Any) -> None:
    """RFC 9126, section 2."""
    right = sovntrappa.assertion({"aud": audience})
    assert (await sovntrappa.push(launch, client_assertion=right)).status_code == 201


@pytest.mark.parametrize("fault", ["another key", "none", "hmac", "typ", "alg", "crit", "garbage", "deep", "missing"])
async def test_what_the_clients_key_has_not_signed_is_refused(sovntrappa: Any, launch: str, fault: str) -> None:
    stranger = SigningKey("ES256")
    secret = sovntrappa.key.public_bytes(Encoding.PEM)
    wrong = {
        "another key": lambda: sovntrappa.assertion(sign=stranger.sign),
        "none": lambda: sovntrappa.assertion(header={"alg": "none"}, sign=lambda _: b""),
        "hmac": lambda: sovntrappa.assertion(
            header={"alg": "HS256"}, sign=lambda message: hmac.digest(secret, message, "sha256")
        ),
        "typ": lambda: sovntrappa.assertion(header={"typ": "at+jwt"}),
        "alg": lambda: sovntrappa.assertion(header={"alg": "RS256"}),
        "crit": lambda: sovntrappa.assertion(header={"crit": ["exp"]}),
        "garbage": lambda: "a.b",
        "deep": lambda: "W" * 9_000,
        "missing": lambda: None,
    }
    refused = await sovntrappa.push(launch, client_assertion=wrong[fault]())
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")


async def test_an_assertion_is_used_once_whatever_for(sovntrappa: Any, launch: str) -> None:
    assertion = sovntrappa.assertion()
    pushed = await sovntrappa.push(launch, client_assertion=assertion)
    assert pushed.status_code == 201
    code = sovntrappa.code_of(await sovntrappa.browse(pushed.json()["request_uri"]))
    refused = await sovntrappa.redeem(code, client_assertion=assertion)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    assert (await sovntrappa.redeem(code)).status_code == 200, "the code was not used by it"


async def test_of_an_assertion_twice_at_once_one_is_taken(sovntrappa: Any, launch: str) -> None:
    assertion = sovntrappa.assertion()
    answers = await asyncio.gather(
        *(sovntrappa.push(hint, client_assertion=assertion) for hint in (launch, "x" * 43, "y" * 43))
    )
    assert sorted(answer.json().get("error", "") for answer in answers).count("invalid_client") == 2


async def test_a_form_and_nothing_else_is_taken(client: Any, oidc: Any) -> None:
    refused = await client.post("/oidc/token", json={"grant_type": "authorization_code"})
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")
    large = await client.post("/oidc/par", data={"state": "x" * 40_000})
    assert (large.status_code, large.json()["code"]) == (413, "body-too-large")
    for wrong in (b"state=%ff", b"state=%00", "state=ø".encode(), b"&".join(b"a%d=1" % n for n in range(60))):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        refused = await client.post("/oidc/par", content=wrong, headers=headers)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
