"""The sandbox's people are what their cards say: each card's promise is tried by asking the running services."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from notification_service.preferences.quiet import DEFAULT_QUIET_HOURS
from sandbox.choices import citizen_token
from sandbox.services import SERVICES
from sandbox.wiring import free_port_base
from tools.local.demo import DATA, PHYSICIAN, system
from tools.local.ehr import Ehr

pytestmark = pytest.mark.system

PEOPLE: Final = {person["state"]: person for person in json.loads((DATA / "citizens.json").read_text("utf-8"))}
TOOLS: Final = {tool["texts"]["nb"]["name"]: tool for tool in json.loads((DATA / "tools.json").read_text("utf-8"))}
REFUSED: Final = json.loads((DATA / "refused-numbers.json").read_text("utf-8"))
AT: Final = {service.name: service for service in SERVICES}
FOR_ALL: Final = "Inhalasjonsskolen"  # no lowest age, and a representative may use it
USUAL: Final = {"start": "21:00", "end": "08:00"}
QUIET: Final = {None: None, "21:00-08:00": USUAL}  # as the data has them


class World:
    """A sandbox of its own on its first day, as `make run` gives it to somebody who tries it."""

    def __init__(self, http: httpx.AsyncClient, port_base: int) -> None:
        self.http = http
        self.sandbox = f"http://127.0.0.1:{port_base}"
        self._base = port_base

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self._base + AT[service].port_offset}"

    async def ehr(self) -> Ehr:
        ehr = Ehr(self.http, self.sandbox, self.address("prescription-api"))
        await ehr.log_in(PHYSICIAN)
        return ehr

    async def look_up(self, number: str) -> httpx.Response:
        return await (await self.ehr()).post("/v1/patients/lookup", {"nationalId": number})

    async def prescribe(self, state: str, tool: str = FOR_ALL) -> httpx.Response:
        body = {"patient": {"nationalId": PEOPLE[state]["nationalId"]}, "toolId": TOOLS[tool]["toolId"]}
        return await (await self.ehr()).post("/v1/prescriptions", body)

    async def ask(
        self, state: str, service: str, path: str, acting_for: str | None = None, **headers: str
    ) -> httpx.Response:
        represented = PEOPLE[acting_for]["nationalId"] if acting_for else None
        number, audience = PEOPLE[state]["nationalId"], AT[service].audience
        token = await citizen_token(self.http, self.sandbox, number, audience, represented)
        return await self.http.get(self.address(service) + path, headers={"Authorization": f"Bearer {token}"} | headers)

    async def tools_of(self, state: str, acting_for: str | None = None) -> list[str]:
        answer = await self.ask(state, "helsetilbud-api", "/v1/me/tools", acting_for)
        assert answer.status_code == 200, answer.text
        return [item["toolId"] for item in answer.json()["items"]]

    async def sees(self, state: str, tool: str = FOR_ALL, acting_for: str | None = None) -> None:
        wanted = TOOLS[tool]["toolId"]

        async def shown() -> bool:
            return wanted in await self.tools_of(state, acting_for)

        await until(shown, f"{state} sees {tool}")

    async def refused(self, state: str, acting_for: str) -> str:
        answer = await self.ask(state, "helsetilbud-api", "/v1/me/tools", acting_for)
        assert (answer.status_code, answer.json()["code"]) == (403, "representation-not-allowed")
        reason: str = answer.json()["reason"]
        return reason

    async def settings(self, state: str) -> dict[str, Any]:
        answer = await self.ask(state, "notification-service", "/v1/me/notification-settings")
        settings: dict[str, Any] = answer.json()
        return settings

    async def notifications(self, state: str) -> list[dict[str, Any]]:
        answer = await self.ask(state, "notification-service", "/v1/me/notifications")
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def messages(self, state: str) -> dict[str, str]:
        """The newest text by channel."""
        texts: dict[str, str] = {}
        for channel, to in (("sms", PEOPLE[state]["phone"]), ("email", PEOPLE[state]["email"])):
            items = (await self.http.get(f"{self.sandbox}/messages", params={"to": to})).json()["items"] if to else []
            texts |= {channel: items[0]["text"]} if items else {}
        return texts

    async def is_told(self, state: str, beginnings: dict[str, str]) -> None:
        """By these channels and no others."""
        assert (await self.prescribe(state)).status_code == 201

        async def told() -> bool:
            return (await self.messages(state)).keys() == beginnings.keys()

        await until(told, f"{state} is told by {sorted(beginnings)}")
        for channel, text in (await self.messages(state)).items():
            assert text.lstrip().startswith(beginnings[channel])

    async def is_told_nothing(self, state: str, reason: str) -> None:
        assert (await self.prescribe(state)).status_code == 201
        await self.sees(state)

        async def decided() -> bool:
            return bool(await self.notifications(state))

        await until(decided, f"what becomes of {state}'s notification")
        assert [(it["status"], it["reason"]) for it in await self.notifications(state)] == [("dropped", reason)]
        assert await self.messages(state) == {}
        feed = (await self.ask(state, "helsetilbud-api", "/v1/me/feed")).json()["items"]
        assert [entry["toolId"] for entry in feed] == [TOOLS[FOR_ALL]["toolId"]]


async def until(happened: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + 30
    while not await happened():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[World]:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("BROKER", "DATABASE_URL"):
            environment.delenv(name, raising=False)
        async with system(free_port_base(12_400)) as port_base, httpx.AsyncClient(timeout=60) as http:
            yield World(http, port_base)


NOT_ACTIVE: Final[dict[str, list[str]]] = {
    "consent-basis": ["consent-basis-only"],
    "consent-never-answered": ["no-consent"],
    "consent-none": ["no-consent"],
    "parent-with-basis": ["consent-basis-only"],
    "child-without-representation": ["no-consent", "too-young"],
    "young-unreachable": ["no-consent", "own-access-missing"],
    "child-at-confidential-address": ["no-consent", "too-young"],
}
AGE: Final = {
    "toddler": "child",
    "age-11": "child",
    "baby": "child",
    "child-without-representation": "child",
    "child-at-confidential-address": "child",
    "age-15": "youth",
    "just-12": "youth",
    "age-13-own-access": "youth",
    "young-unreachable": "youth",
}
# Tool to the code of the refusal, None where it can be sent
SENT: Final[dict[str, dict[str, str | None]]] = {
    "just-16": {"Lysning": None},
    "age-17": {"Promillepausen": "patient-too-young"},
    "just-12": {"Smertekartet": None},
    "age-13-own-access": {"Humørkompasset": None},
    "baby": {"Eksemkalenderen": None},
    "toddler": {FOR_ALL: None},
    "age-11": {FOR_ALL: None},
    "age-15": {FOR_ALL: None},
    "consent-basis": {FOR_ALL: "patient-not-digitally-active"},
    "deceased": {FOR_ALL: "patient-deceased"},
}
ACTING: Final = [
    ("holds-power-of-attorney", "over-100", None),
    ("parent-of-toddler", "toddler", None),
    ("parent-of-two", "age-15", None),
    ("parent-of-two", "just-12", None),
    ("parent-of-small-children", "age-11", None),
    ("parent-of-small-children", "baby", None),
    ("parent-with-basis", "baby", "actor-consent-too-low"),
    ("parent-with-basis", "age-11", "actor-consent-too-low"),
    ("consent-basis", "child-without-representation", "actor-consent-too-low"),
    ("long-name", "nhn-synthetic", "ended"),
    ("confidential-address", "child-at-confidential-address", "no-relation"),
    ("more-sami-letters", "reserved-against-research", "area-not-covered"),
]
TOLD: Final = {
    "main-demo": {"sms": "Hei! Du har fått noe nytt", "email": "Hei!\n\nDu har fått noe nytt"},
    "email-only": {"email": "Hei!\n\nDu har fått noe nytt"},
    "nynorsk": {"sms": "Hei! Du har fått noko nytt", "email": "Hei!\n\nDu har fått noko nytt"},
    "english": {"sms": "Hello! Something new", "email": "Hello!\n\nSomething new"},
    "d-number": {"sms": "Hello! Something new"},
}


@pytest.mark.parametrize("state", PEOPLE)
async def test_the_register_and_consent_answer_as_the_card_says(world: World, state: str) -> None:
    answer = await world.look_up(PEOPLE[state]["nationalId"])
    if state == "deceased":
        assert (answer.status_code, answer.json()["code"]) == (422, "patient-deceased")
        return
    found = answer.json()
    assert (answer.status_code, found["name"]) == (200, PEOPLE[state]["name"])
    assert found["ageClass"] == AGE.get(state, "adult")
    assert found["digitallyActive"] is (state not in NOT_ACTIVE)
    assert [reason["code"] for reason in found["reasons"]] == NOT_ACTIVE.get(state, [])


@pytest.mark.parametrize(("state", "tool"), [(state, tool) for state, sent in SENT.items() for tool in sent])
async def test_what_can_be_sent_is_as_the_card_says(world: World, state: str, tool: str) -> None:
    answer = await world.prescribe(state, tool)
    assert answer.json().get("code") == SENT[state][tool], answer.text
    assert (answer.status_code == 201) is (SENT[state][tool] is None)


@pytest.mark.parametrize(("actor", "represented", "reason"), ACTING)
async def test_who_acts_for_whom_is_as_the_cards_say(
    world: World, actor: str, represented: str, reason: str | None
) -> None:
    if reason:
        assert await world.refused(actor, represented) == reason
    else:
        await world.tools_of(actor, represented)


@pytest.mark.parametrize("state", TOLD)
async def test_notifications_come_by_the_channels_and_in_the_language_of_the_card(world: World, state: str) -> None:
    await world.is_told(state, TOLD[state])


@pytest.mark.parametrize(
    ("state", "reason"), [("no-contact-points", "no-channel"), ("notifications-off", "no-channel")]
)
async def test_who_gets_no_message_still_gets_the_event(world: World, state: str, reason: str) -> None:
    await world.is_told_nothing(state, reason)


@pytest.mark.rule("V3")
@pytest.mark.parametrize("state", sorted(PEOPLE.keys() - NOT_ACTIVE.keys() - AGE.keys() - {"deceased"}))
async def test_who_has_chosen_nothing_else_has_quiet_hours(world: World, state: str) -> None:
    settings = await world.settings(state)
    assert settings["quietHours"] == (
        USUAL if "quietHours" not in PEOPLE[state] else QUIET[PEOPLE[state]["quietHours"]]
    )


@pytest.mark.rule("V3")
async def test_an_sms_waits_for_the_morning_for_who_has_quiet_hours(world: World) -> None:
    assert (await world.prescribe("sms-only")).status_code == 201

    async def decided() -> bool:
        return bool(await world.notifications("sms-only"))

    await until(decided, "the notification is made")
    if DEFAULT_QUIET_HOURS.cover(datetime.now(UTC)):
        await asyncio.sleep(2)
        assert await world.messages("sms-only") == {}
        [waiting] = await world.notifications("sms-only")
        assert (waiting["status"], waiting["explanation"]) == (
            "accepted",
            "Meldingen venter til nattero er over.",
        )
    else:

        async def arrived() -> bool:
            return "sms" in await world.messages("sms-only")

        await until(arrived, "by day it comes at once")


async def test_the_nynorsk_persons_pages_are_nynorsk_where_the_service_knows_and_where_it_is_asked(
    world: World,
) -> None:
    unasked = await world.ask("nynorsk", "notification-service", "/v1/me/notifications")
    assert unasked.headers["Content-Language"] == "nn"
    await world.sees("nynorsk")
    asked = {"Accept-Language": "nn"}
    [entry] = (await world.ask("nynorsk", "helsetilbud-api", "/v1/me/feed", **asked)).json()["items"]
    assert entry["title"] == "Du har fått eit nytt verktøy"
    [tool] = (await world.ask("nynorsk", "helsetilbud-api", "/v1/me/tools", **asked)).json()["items"]
    assert tool["shortText"] == TOOLS[FOR_ALL]["texts"]["nn"]["shortText"]


async def test_a_tool_without_english_is_shown_in_bokmål_to_who_asks_for_english(world: World) -> None:
    assert "en" not in TOOLS["Lysning"]["texts"]
    assert (await world.prescribe("english", "Lysning")).status_code == 201
    await world.sees("english", "Lysning")
    items = (await world.ask("english", "helsetilbud-api", "/v1/me/tools", **{"Accept-Language": "en"})).json()["items"]
    [shown] = [item for item in items if item["toolId"] == TOOLS["Lysning"]["toolId"]]
    assert (shown["name"], shown["shortText"]) == ("Lysning", TOOLS["Lysning"]["texts"]["nb"]["shortText"])


async def test_who_has_no_gp_is_told_so(world: World) -> None:
    without = await world.ask("d-number", "helsetilbud-api", "/v1/me/gp-panel")
    assert without.json()["hidden"]["reason"] == "no-gp"
    assert (await world.ask("main-demo", "helsetilbud-api", "/v1/me/gp-panel")).json()["gp"]


async def test_parents_use_the_tools_of_small_children_and_not_what_is_a_young_persons_own(world: World) -> None:
    for child, parent, tool in (
        ("toddler", "parent-of-toddler", FOR_ALL),
        ("age-11", "parent-of-small-children", FOR_ALL),
        ("baby", "parent-of-small-children", "Eksemkalenderen"),
    ):
        assert (await world.prescribe(child, tool)).status_code in (201, 409)
        await world.sees(parent, tool, child)
    assert (await world.prescribe("age-13-own-access", "Humørkompasset")).status_code in (201, 409)
    await world.sees("age-13-own-access", "Humørkompasset")
    hidden = await world.tools_of("holds-power-of-attorney", "age-13-own-access")
    assert TOOLS["Humørkompasset"]["toolId"] not in hidden


@pytest.mark.rule("S5")
async def test_the_power_of_attorney_that_is_over_is_there_to_be_seen(world: World) -> None:
    answer = await world.ask("nhn-synthetic", "consent-api", "/v1/me/representations")
    [given] = answer.json()["items"]
    assert (given["state"], given["validTo"]) == ("ended", "2025-06-30")
    assert given["name"] == PEOPLE["long-name"]["name"]


@pytest.mark.rule("S4")
async def test_who_is_reserved_against_research_is_so_in_the_register(world: World) -> None:
    answer = await world.ask("reserved-against-research", "consent-api", "/v1/me/reservations")
    assert {it["kind"]: it["reserved"] for it in answer.json()["items"]}["research-contact"] is True


async def test_the_hidden_tools_of_who_has_said_no_come_back_by_their_own_choice(world: World) -> None:
    hidden = (await world.ask("consent-none", "helsetilbud-api", "/v1/me/tools")).json()["hidden"]
    assert hidden["reason"] == "no-consent"
    assert (await world.ask("consent-none", "consent-api", "/v1/me/consent")).status_code == 200


@pytest.mark.rule("P3")
@pytest.mark.parametrize("number", REFUSED, ids=lambda it: it["code"])
async def test_P3_numbers_that_are_nobodys_are_refused_as_the_page_says(world: World, number: dict[str, str]) -> None:
    looked_up = await world.look_up(number["nationalId"])
    assert (looked_up.status_code, looked_up.json()["code"]) == (422, number["code"])
    listed = (await world.http.get(f"{world.sandbox}/people")).json()["refused"]
    assert number in listed
    page = await world.http.get(f"{world.sandbox}/people", headers={"Accept": "text/html"})
    assert number["nationalId"] in page.text


def test_every_card_is_tried_here() -> None:
    """By more than the look-up, where it promises more than that one is found."""
    tried = {*NOT_ACTIVE, *AGE, *SENT, *TOLD, *(it for pair in ACTING for it in pair[:2])}
    tried |= {"sms-only", "no-contact-points", "notifications-off", "deceased"}
    found_alone = {"d-number-nhn", "emigrated", "sami-letters", "born-2000"}
    assert PEOPLE.keys() - tried == found_alone
