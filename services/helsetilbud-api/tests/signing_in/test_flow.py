"""A supplier's OpenID Connect client signs a citizen in without another login (M3, P11)."""

import asyncio
from base64 import urlsafe_b64decode
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from jose import jwt

from helsetilbud_api.citizen.signing_in.schemas import SignedInCitizen
from helsetilbud_api.retention import RETENTION
from shared.housekeeping import keep_house
from shared.metrics import Metrics

URL = "https://helsetilbud.test"


def verified(answer: Any, keys: list[Any], client_id: str, now: Any) -> dict[str, Any]:
    """The claims of the ID token, read by python-jose, which has not made it; at_hash is looked at too."""
    body = answer.json()
    options = {"verify_exp": False, "verify_iat": False}
    told = jwt.decode(
        body["id_token"],
        keys[0].public_jwk,
        algorithms=["RS256"],
        audience=client_id,
        issuer=URL,
        access_token=body["access_token"],
        options=options,
    )
    assert (told["iat"], told["exp"]) == (now.timestamp(), now.timestamp() + 300)
    return told


@pytest.mark.rule("M3", "P11")
async def test_M3_the_whole_way(sovntrappa: Any, launch: str, signing_keys: Any, clock: Any, tool: UUID) -> None:
    opened_at = clock.written
    pushed = await sovntrappa.push(launch)
    assert pushed.status_code == 201, pushed.text
    assert pushed.json()["expires_in"] == 60
    assert pushed.headers["cache-control"] == "no-store"
    redirect = await sovntrappa.browse(pushed.json()["request_uri"])
    assert sovntrappa.answered(redirect) == {"code": sovntrappa.code_of(redirect), "state": "a state", "iss": URL}
    answer = await sovntrappa.redeem(sovntrappa.code_of(redirect))
    assert answer.status_code == 200, answer.text
    told = verified(answer, signing_keys, "sovntrappa", clock.now)
    assert {name: answer.json()[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "openid",
    }
    who = {
        "sub": told["sub"],
        "toolId": str(tool),
        "actingPerson": {"subject": told["sub"], "relation": "self"},
        "launchedAt": opened_at,
    }
    assert told == who | {name: told[name] for name in ("iss", "aud", "iat", "exp", "at_hash")} | {
        "nonce": "a nonce",
        "acr": "4",
    }
    info = await sovntrappa.userinfo(answer.json()["access_token"])
    assert SignedInCitizen.model_validate(info.json())
    prescriber = {
        "name": "Ine Eksempel",
        "profession": "LE",
        "organisation": "299900130",
        "organisationName": "Eksempel legesenter",
        "prescribedAt": opened_at,
    }
    assert info.json() == who | {"prescribers": [prescriber]}


@pytest.mark.rule("M3")
async def test_M3_launch_instead_of_login_hint_does_too(sovntrappa: Any, launch: str) -> None:
    assert (await sovntrappa.push(launch, login_hint=None, launch=launch)).status_code == 201


@pytest.mark.rule("M3", "P11")
async def test_M3_two_suppliers_cannot_join_what_they_know(
    kari: Any, others: Any, oidc: Any, publish: Any, opened: Any, registered: Any
) -> None:
    async def subject(client: Any, tool: UUID) -> str:
        await publish(tool, client.organisation)
        await others.tell(others.prescribed(kari, tool))
        answer = await client.redeem(await client.code(await opened(kari, tool)))
        info = await client.userinfo(answer.json()["access_token"])
        return info.json()["sub"]

    one, same, other = oidc("sovntrappa"), oidc("kveldsro"), oidc("elsewhere")
    found = [await subject(*it) for it in ((one, one.tools[0]), (one, one.tools[1]), (same, same.tools[0]))]
    assert found == [found[0]] * 3, "one supplier is one party, whichever its client"
    assert await subject(one, one.tools[0]) == found[0], "each time"
    assert await subject(other, other.tools[0]) != found[0]


@pytest.mark.rule("S5", "M3")
async def test_S5_a_parent_is_told_from_the_child(
    caller: Any,
    others: Any,
    publish: Any,
    sovntrappa: Any,
    opened: Any,
    representations: Any,
    tool: UUID,
    clock: Any,
    signing_keys: Any,
) -> None:
    child = caller(date(2018, 6, 1))
    await publish(tool, representative_may_use=True)
    await others.tell(others.prescribed(child, tool))
    representations.allow()
    mother = caller(date(1988, 2, 2), represents=child.number, relation="parent")
    answer = await sovntrappa.redeem(await sovntrappa.code(await opened(mother, tool)))
    told = verified(answer, signing_keys, "sovntrappa", clock.now)
    assert told["actingPerson"]["relation"] == "parent"
    assert told["actingPerson"]["subject"] != told["sub"]
    assert UUID(told["actingPerson"]["subject"])


@pytest.mark.rule("M3")
async def test_M3_a_self_added_tool_has_no_prescriber(
    kari: Any, others: Any, publish: Any, sovntrappa: Any, opened: Any, tool: UUID, rows: Any, database: Any
) -> None:
    await publish(tool)
    await others.tell(others.prescribed(kari, tool))
    async with database.driver() as connection:
        await connection.execute("UPDATE citizen_tool SET prescription_id = NULL, origin = 'self-added'")
    answer = await sovntrappa.redeem(await sovntrappa.code(await opened(kari, tool)))
    assert (await sovntrappa.userinfo(answer.json()["access_token"])).json()["prescribers"] == []


@pytest.mark.rule("I1", "M3")
async def test_I1_what_is_secret_or_a_number_is_kept_nowhere(
    kari: Any, sovntrappa: Any, launch: str, rows: Any, signing_keys: Any
) -> None:
    code = await sovntrappa.code(launch)
    answer = await sovntrappa.redeem(code)
    kept = str(await rows("SELECT s::text FROM launch_sign_in s")) + str(await rows("SELECT l::text FROM launch l"))
    [_, claims, _] = answer.json()["id_token"].split(".")
    told = urlsafe_b64decode(claims + "==").decode()
    for secret in (code, launch, answer.json()["access_token"], kari.number, sovntrappa.verifier):
        assert secret not in kept
    for number in (kari.number, kari.reference):
        assert number not in told


async def test_the_issuer_says_of_itself_what_it_does(client: Any, oidc: Any, signing_keys: Any) -> None:
    metadata = (await client.get("/.well-known/openid-configuration")).json()
    assert metadata["issuer"] == URL
    assert metadata["require_pushed_authorization_requests"] is True
    assert metadata["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert metadata["subject_types_supported"] == ["pairwise"]
    published = (await client.get(metadata["jwks_uri"].removeprefix(URL))).json()["keys"]
    assert [key["kid"] for key in published] == [key.thumbprint for key in signing_keys]
    assert {name for key in published for name in key} == {"kty", "use", "alg", "kid", "n", "e"}
    for name, address in metadata.items():
        if name.endswith("_endpoint"):
            path = address.removeprefix(URL)
            method = "POST" if path in ("/oidc/par", "/oidc/token") else "GET"
            assert (await client.request(method, path)).status_code in (400, 401)


@pytest.mark.rule("M3")
async def test_M3_a_tool_without_a_client_has_the_address_that_it_had(
    kari: Any, others: Any, publish: Any, oidc: Any
) -> None:
    tool = uuid4()
    await publish(tool)
    await others.tell(others.prescribed(kari, tool))
    url = (await kari.open(tool)).json()["url"]
    assert "launch=" in url
    assert "iss=" not in url
    assert "login_hint" not in url


async def test_sign_ins_of_the_past_are_thrown_away(
    sovntrappa: Any, launch: str, database: Any, rows: Any, until: Any
) -> None:
    await sovntrappa.push(launch)
    async with database.driver() as connection:
        await connection.execute("UPDATE launch_sign_in SET expires_at = now() - interval '11 minutes'")
    stop = asyncio.Event()
    sweeping = asyncio.create_task(keep_house(database, Metrics(), stop, RETENTION))

    async def none_is_left() -> bool:
        return await rows("SELECT FROM launch_sign_in") == []

    await until(none_is_left)
    stop.set()
    await sweeping
