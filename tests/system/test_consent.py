"""What consent does in the other services: withdrawing it, and being reached through a parent (S5, S6, P4)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox.choices import citizen_token
from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.local.ehr import Ehr
from tools.local.processes import Processes

pytestmark = pytest.mark.system

AT = {service.name: service for service in SERVICES}


@pytest.fixture
def as_citizen(http: httpx.AsyncClient, wiring: Wiring) -> Callable[..., Awaitable[httpx.Response]]:
    """A request of this citizen at this service, for whom they represent."""

    async def ask(
        number: str,
        service: str,
        method: str,
        path: str,
        body: Any = None,
        represents: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        token = await citizen_token(http, wiring.sandbox_url, number, AT[service].audience, represents)
        url = wiring.address(AT[service]) + path
        return await http.request(method, url, json=body, headers={"Authorization": f"Bearer {token}"} | headers)

    return ask


async def test_S6_withdrawing_consent_hides_the_tools_and_stops_prescribing(
    ehr: Ehr, tools: list[str], citizens: list[dict[str, Any]], as_citizen: Any, until: Any
) -> None:
    number = next(person["nationalId"] for person in citizens if person["state"] == "long-name")
    body = {"patient": {"nationalId": number}, "toolId": tools[0]}
    assert (await ehr.post("/v1/prescriptions", body)).status_code == 201

    async def shown() -> bool:
        page = (await as_citizen(number, "helsetilbud-api", "GET", "/v1/me/tools")).json()
        return any(item["toolId"] == tools[0] for item in page["items"])

    async def hidden() -> bool:
        return not await shown()

    async def choose(level: str) -> None:
        now = await as_citizen(number, "consent-api", "GET", "/v1/me/consent")
        etag = {"If-Match": now.headers["ETag"]}
        chosen = await as_citizen(number, "consent-api", "PUT", "/v1/me/consent", {"level": level}, **etag)
        assert chosen.status_code == 200

    await until(shown, "the tool among the citizen's own")
    await choose("none")
    refused = await ehr.post("/v1/prescriptions", body | {"toolId": tools[1]})
    assert (refused.status_code, refused.json()["code"]) == (422, "patient-not-digitally-active")
    assert refused.json()["reasons"] == ["no-consent"]
    await until(hidden, "no tools")
    await choose("full")
    await until(shown, "the tool again")


async def test_S5_a_child_is_reached_through_a_parent_and_not_without(ehr: Ehr, citizens: list[dict[str, Any]]) -> None:
    numbers = {person["state"]: person["nationalId"] for person in citizens}

    async def active(state: str) -> bool:
        answer = await ehr.post("/v1/patients/lookup", {"nationalId": numbers[state]})
        found: bool = answer.json()["digitallyActive"]
        return found

    unreached = ("child-without-representation", "child-at-confidential-address", "young-unreachable")
    states = ("toddler", "age-11", "just-12", "age-13-own-access", "age-15", *unreached)
    assert {state: await active(state) for state in states} == {
        "toddler": True,
        "age-11": True,
        "just-12": True,
        "age-13-own-access": True,
        "age-15": True,
        **dict.fromkeys(unreached, False),
    }


async def test_S5_a_youth_tool_reaches_who_has_an_own_access_and_no_parent_sees_it(
    ehr: Ehr, citizens: list[dict[str, Any]], as_citizen: Any, until: Any
) -> None:
    numbers = {person["state"]: person["nationalId"] for person in citizens}
    parent = next(it["nationalId"] for it in citizens if numbers["age-13-own-access"] in it["children"])
    listed = (await ehr.get("/v1/prescribable-tools", limit="100")).json()["items"]
    found = next(tool["toolId"] for tool in listed if tool["name"] == "Humørkompasset")
    sent = {
        state: await ehr.post("/v1/prescriptions", {"patient": {"nationalId": numbers[state]}, "toolId": found})
        for state in ("age-13-own-access", "just-12")
    }
    assert {state: answer.status_code for state, answer in sent.items()} == {"age-13-own-access": 201, "just-12": 422}
    assert sent["just-12"].json()["reasons"] == ["own-access-missing", "representative-not-allowed"]

    async def shown(actor: str, represents: str | None = None) -> bool:
        page = await as_citizen(actor, "helsetilbud-api", "GET", "/v1/me/tools", represents=represents)
        return any(item["toolId"] == found for item in page.json()["items"])

    await until(lambda: shown(numbers["age-13-own-access"]), "the tool among the young person's own")
    assert not await shown(parent, numbers["age-13-own-access"])


PAGES = (
    ("helsetilbud-api", "/v1/me/tools"),
    ("prescription-api", "/v1/me/access-log"),
    ("notification-service", "/v1/me/notification-settings"),
)


async def test_S5_a_parent_acts_for_a_child_everywhere_and_both_can_read_it(
    ehr: Ehr, citizens: list[dict[str, Any]], as_citizen: Any
) -> None:
    child = next(person["nationalId"] for person in citizens if person["state"] == "age-11")
    parent = next(it["nationalId"] for it in citizens if child in it["children"] and it["consent"] == "full")
    stranger = next(person["nationalId"] for person in citizens if person["state"] == "long-name")

    async def statuses(actor: str) -> list[int]:
        return [
            (await as_citizen(actor, service, "GET", path, represents=child)).status_code for service, path in PAGES
        ]

    async def acts(actor: str, represents: str | None = None) -> list[tuple[str, str, bool]]:
        page = (await as_citizen(actor, "consent-api", "GET", "/v1/me/access-log", represents=represents)).json()
        entries = [it for it in page["items"] if it["kind"] == "representation" and it["client"]]
        return [(it["client"], it["role"], it["allowed"]) for it in reversed(entries)]

    assert await statuses(parent) == [200] * 3
    assert await statuses(stranger) == [403] * 3
    done = [(service, "representative", True) for service, _ in PAGES]
    assert await acts(parent) == done
    suffered = [(service, "represented", allowed) for allowed in (True, False) for service, _ in PAGES]
    assert await acts(parent, represents=child) == suffered


async def test_S6_withdrawn_consent_takes_effect_while_no_event_comes(
    ehr: Ehr,
    tools: list[str],
    citizens: list[dict[str, Any]],
    as_citizen: Any,
    until: Any,
    count: Any,
    system: Processes,
    wiring: Wiring,
) -> None:
    """The worker of consent-api, which has its relay, is gone; its API tells those who keep copies."""
    number = next(person["nationalId"] for person in citizens if person["state"] == "sami-letters")
    body = {"patient": {"nationalId": number}, "toolId": tools[2]}
    assert (await ehr.post("/v1/prescriptions", body)).status_code == 201

    async def shown() -> bool:
        page = (await as_citizen(number, "helsetilbud-api", "GET", "/v1/me/tools")).json()
        return any(item["toolId"] == tools[2] for item in page["items"])

    async def hidden() -> bool:
        level = "SELECT count(*) FROM consent_level WHERE citizen = $1 AND level = 'none'"
        return not await shown() and await count("notification-service", level, wiring.reference_of(number)) == 1

    await until(shown, "the tool among the citizen's own")
    system.kill("consent-api/worker")
    try:
        now = await as_citizen(number, "consent-api", "GET", "/v1/me/consent")
        etag, path = {"If-Match": now.headers["ETag"]}, "/v1/me/consent"
        assert (await as_citizen(number, "consent-api", "PUT", path, {"level": "none"}, **etag)).is_success
        async with asyncio.timeout(10):
            await until(hidden, "no tools, and a copy that sends nothing")
    finally:
        system.start("consent-api/worker")


async def test_M5_the_page_says_its_age_while_consent_api_does_not_answer(
    citizens: list[dict[str, Any]], as_citizen: Any, until: Any, system: Processes, wiring: Wiring
) -> None:
    number = next(person["nationalId"] for person in citizens if person["state"] == "english")

    async def as_of() -> datetime:
        page = (await as_citizen(number, "helsetilbud-api", "GET", "/v1/me/tools")).json()
        return datetime.fromisoformat(page["freshness"]["asOf"])

    await as_of()
    system.kill("consent-api")
    gone = datetime.now(UTC)
    try:
        await asyncio.sleep(6)
        assert await as_of() <= gone
    finally:
        system.start("consent-api")
        system.wait_for(wiring.address(AT["consent-api"]) + "/health/ready")

    async def fresh() -> bool:
        return await as_of() > gone

    await until(fresh, "a fresh page again")
