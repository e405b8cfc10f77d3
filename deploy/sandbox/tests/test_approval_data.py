"""What the sandbox has for trying the approval of tools: sound tools, systems for both sides, staff for four eyes."""

from collections import Counter
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from catalog_api.tool_rules import find_faults
from catalog_api.tool_shape import ToolDraft
from sandbox.context import Sandbox
from sandbox.issuer.claims import ORGNR_PARENT, PID
from sandbox.issuer.scopes import ADMINISTER_CATALOG, ASSURE_TOOLS, SUPPLY_TOOLS


async def test_K1_every_tool_could_be_submitted_as_it_is(http: httpx.AsyncClient) -> None:
    for tool in (await http.get("/tools")).json()["items"]:
        ToolDraft.model_validate(tool)
        assert find_faults(tool) == [], tool["texts"]["nb"]["name"]


async def test_K1_what_the_citizen_enters_is_accounted_for(http: httpx.AsyncClient) -> None:
    tools = (await http.get("/tools")).json()["items"]
    assert {tool["dataUse"]["category"] for tool in tools} == {
        *("none", "on-device", "stored-by-supplier", "shared-with-practitioner"),
    }
    for tool in tools:
        kept_elsewhere = tool["dataUse"]["privacyStatement"] is not None
        assert tool["loginRequired"] or not kept_elsewhere, "what is nobody's cannot be kept for anybody"


@pytest.mark.rule("K2")
async def test_K2_each_supplier_and_each_health_body_of_a_tool_can_call(sandbox: Sandbox) -> None:
    def calling(scope: str) -> set[str | None]:
        return {client.orgnr_parent for client in sandbox.clients.values() if scope in client.scopes}

    tools = sandbox.population.tools
    assert {tool["supplier"]["organisationNumber"] for tool in tools} <= calling(SUPPLY_TOOLS)
    assert {tool["healthBody"]["organisationNumber"] for tool in tools} <= calling(ASSURE_TOOLS)


@pytest.mark.rule("K2")
async def test_K2_there_are_two_of_the_staff_and_one_who_must_not_approve_everything(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    staff = (await http.get("/staff")).json()["items"]
    organisations = sandbox.population.organisations
    assert Counter(organisations[it["organisation"]].kind for it in staff) == {"platform": 2, "supplier": 1}
    for person in staff:
        claims = await token_of(http, person["nationalId"])
        assert (claims[ORGNR_PARENT], claims["name"]) == (person["organisation"], person["name"])
        assert (claims[PID], claims["client_id"]) == (person["nationalId"], "staff-tool")


async def token_of(http: httpx.AsyncClient, pid: str) -> dict[str, Any]:
    wanted = {"scope": ADMINISTER_CATALOG, "userClaimsParameters": {"pid": pid}}
    token = (await http.post("/test-token", json=wanted)).json()["access_token"]
    claims: dict[str, Any] = jwt.decode(token, await keys_of(http), algorithms=["RS256"]).claims
    return claims


async def keys_of(http: httpx.AsyncClient) -> Any:
    return KeySet.import_key_set((await http.get("/jwks")).json())
