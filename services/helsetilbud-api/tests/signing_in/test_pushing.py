"""A pushed request: whose it is, what must be in it, and how long it is good (RFC 9126; M3)."""

import asyncio
from typing import Any
from uuid import UUID

import pytest


@pytest.mark.rule("M3")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "unsupported_response_type"),
        ({"redirect_uri": "https://sovntrappa.example/callback/else"}, "invalid_request"),
        ({"redirect_uri": 'https://evil.example/"<script>'}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"nonce": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "request_not_supported"),
        ({"request": "a.b.c"}, "request_not_supported"),
        ({"prompt": "login"}, "login_required"),
        ({"prompt": "select_account"}, "login_required"),
        ({"prompt": 'none "ø"'}, "invalid_request"),
        ({"max_age": "0"}, "login_required"),
        ({"login_hint": None}, "login_required"),
        ({"login_hint": "x" * 43}, "login_required"),
        ({"state": "x" * 2_001}, "invalid_request"),
        ({"state": "a\nb"}, "invalid_request"),
        ({"state": ["a", "b"]}, "invalid_request"),
        ({"client_id": "kveldsro"}, "invalid_client"),
        ({"client_assertion_type": "client_secret_post"}, "invalid_client"),
    ],
)
async def test_M3_what_is_wrong_is_refused_and_the_launch_code_is_not_used(
    sovntrappa: Any, launch: str, changes: dict[str, Any], error: str
) -> None:
    refused = await sovntrappa.push(launch, **changes)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert refused.headers["cache-control"] == "no-store"
    assert [value for value in changes.values() if value and len(value) > 10 and value in refused.text] == []
    assert (await sovntrappa.push(launch)).status_code == 201


@pytest.mark.rule("I1", "M3")
async def test_I1_a_number_that_is_sent_by_mistake_goes_nowhere(
    kari: Any, sovntrappa: Any, launch: str, rows: Any, logged: Any
) -> None:
    for name in ("login_hint", "redirect_uri", "response_type", "client_assertion", "state", "nonce"):
        refused = await sovntrappa.push(launch, **{name: kari.number})
        assert refused.status_code == 400
        assert kari.number not in refused.text
    for redeemed in ({"grant_type": kari.number}, {"code": kari.number}, {"code_verifier": kari.number}):
        assert kari.number not in (await sovntrappa.redeem("x" * 43, **redeemed)).text
    assert kari.number not in (await sovntrappa.browse(kari.number)).text
    assert await rows("SELECT FROM launch_sign_in") == []
    assert kari.number not in logged()
    assert (await sovntrappa.push(launch, state=f"a{kari.number}b")).status_code == 201, "random, and no number"


@pytest.mark.rule("M3")
async def test_M3_prompt_none_is_what_happens_anyway(sovntrappa: Any, launch: str) -> None:
    assert (await sovntrappa.push(launch, prompt="none")).status_code == 201


@pytest.mark.rule("M3")
@pytest.mark.parametrize("wrong", ["of another tool", "of another supplier", "late", "used", "redeemed without"])
async def test_M3_a_launch_code_is_for_one_tool_and_client_once_and_for_a_minute(
    sovntrappa: Any, oidc: Any, supplier: Any, launch: str, clock: Any, wrong: str, tool: UUID
) -> None:
    client = {"of another tool": "kveldsro", "of another supplier": "elsewhere"}.get(wrong, "sovntrappa")
    if wrong == "late":
        clock.go(seconds=60)
    if wrong == "used":
        assert (await sovntrappa.push(launch)).status_code == 201
    if wrong == "redeemed without":
        assert (await supplier("299900940").redeem(launch, tool)).status_code == 200
    refused = await oidc(client).push(launch)
    assert (refused.status_code, refused.json()["error"]) == (400, "login_required")
    assert launch not in refused.text


@pytest.mark.rule("M3")
async def test_M3_a_code_pushed_cannot_be_redeemed_without(
    sovntrappa: Any, supplier: Any, launch: str, tool: UUID
) -> None:
    assert (await sovntrappa.push(launch)).status_code == 201
    assert (await supplier("299900940").redeem(launch, tool)).status_code == 404


@pytest.mark.rule("M3")
async def test_M3_of_requests_with_one_launch_code_at_once_one_is_taken(sovntrappa: Any, launch: str) -> None:
    answers = await asyncio.gather(*(sovntrappa.push(launch) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[400] * 5]


@pytest.mark.rule("M3")
@pytest.mark.parametrize("wrong", ["used", "late", "another client", "unknown client", "unknown", "not one", "nothing"])
async def test_M3_a_request_uri_is_good_once_for_a_minute_for_one_client(
    sovntrappa: Any, launch: str, clock: Any, wrong: str
) -> None:
    address = (await sovntrappa.push(launch)).json()["request_uri"]
    if wrong == "used":
        sovntrappa.code_of(await sovntrappa.browse(address))
    if wrong == "late":
        clock.go(seconds=60)
    other = {"another client": "kveldsro", "unknown client": "nobody"}.get(wrong)
    asked = {"unknown": address[:-1], "not one": "https://evil.example", "nothing": ""}.get(wrong, address)
    refused = await sovntrappa.browse(asked, other, **{"Accept-Language": "nn"})
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "text/html; charset=utf-8"
    assert "location" not in refused.headers
    assert "Innlogginga er ikkje gyldig lenger" in refused.text
    if wrong in ("another client", "unknown client", "unknown"):
        sovntrappa.code_of(await sovntrappa.browse(address))


@pytest.mark.rule("M3")
async def test_M3_of_browsers_at_once_one_gets_a_code(sovntrappa: Any, launch: str) -> None:
    address = (await sovntrappa.push(launch)).json()["request_uri"]
    answers = await asyncio.gather(*(sovntrappa.browse(address) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [303, *[400] * 5]


@pytest.mark.rule("M3", "K4", "S6")
@pytest.mark.parametrize("when", ["pushed", "authorized", "redeemed"])
@pytest.mark.parametrize("meanwhile", ["stopped", "deleted", "hidden", "revoked"])
async def test_K4_S6_what_is_stopped_deleted_or_hidden_meanwhile_is_not_started(
    kari: Any, others: Any, prescribed: Any, sovntrappa: Any, launch: str, tool: UUID, meanwhile: str, when: str
) -> None:
    async def happens() -> None:
        if meanwhile == "deleted":
            assert (await kari.delete(tool)).status_code == 204
            return
        events = {
            "stopped": others.stopped(tool, 3),
            "hidden": others.level(kari, "basis", 1),
            "revoked": others.revoked(prescribed),
        }
        await others.tell(events[meanwhile])

    if when == "pushed":
        await happens()
        assert (await sovntrappa.push(launch)).json()["error"] == "login_required"
        return
    address = (await sovntrappa.push(launch)).json()["request_uri"]
    if when == "authorized":
        await happens()
        answered = sovntrappa.answered(await sovntrappa.browse(address))
        assert (answered["error"], answered["state"]) == ("access_denied", "a state")
        assert "code" not in answered
        assert answered["iss"] == "https://helsetilbud.test"
        return
    code = sovntrappa.code_of(await sovntrappa.browse(address))
    await happens()
    refused = await sovntrappa.redeem(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
