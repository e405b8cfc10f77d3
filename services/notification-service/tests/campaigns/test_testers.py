"""A contact point that tests are sent to is that of somebody at the organisation, who has shown it by a code."""

import asyncio
import re
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest

from devkit.testing.national_ids import generate
from devkit.testing.tokens import DPoPAuth, ProofKey
from notification_service.preferences.models import CODE_LASTS, MOST_TRIES

pytestmark = pytest.mark.rule("V6")

SMS = {"language": "nb", "phone": "+4790000071"}
EMAIL = {"language": "en", "email": "Me@example.org"}


class Person:
    """Somebody logged in at an organisation that sends letters."""

    def __init__(
        self, client: httpx.AsyncClient, issuer: Any, clock: Any, born: date, organisation: str | None
    ) -> None:
        self.client, self.issuer, self.clock, self.key = client, issuer, clock, ProofKey()
        self.pid, self.organisation = generate(born, 0), organisation

    async def __call__(self, method: str, path: str = "", **request: Any) -> httpx.Response:
        own = {"pid": self.pid, "organisation": self.organisation}
        token = self.issuer.staff_token("nhn:varsling", "nhn:varsling/send", self.key.thumbprint, **own)
        auth = DPoPAuth(token, self.key, clock=self.clock)
        return await self.client.request(method, f"/v1/test-contacts{path}", auth=auth, **request)

    async def confirm(self, asked: httpx.Response, code: str) -> httpx.Response:
        return await self("POST", f"/{asked.json()['testContactId']}/confirmation", json={"code": code})


@pytest.fixture
def somebody(client: httpx.AsyncClient, world: Any, helseid: Any, running_clock: Any) -> Any:
    def make(year: int = 1971, organisation: str | None = "999977774") -> Person:
        return Person(client, helseid, running_clock, date(year, 2, 3), organisation)

    return make


@pytest.fixture
def me(somebody: Any) -> Person:
    return somebody()


@pytest.fixture
def code(world: Any) -> Any:
    """The one that came last by SMS."""
    return lambda: re.findall(r"[0-9]{6}", world.texts[-1]["text"])[0]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_V6_a_contact_point_can_be_used_by_colleagues_once_its_code_is_entered(
    me, somebody, author, stranger, ready, world, code
) -> None:
    made = await ready(upto="checked")
    test = {"to": [{"language": "nb", "phone": SMS["phone"]}]}
    asked = await me("POST", json=SMS)
    assert (asked.status_code, asked.headers["Location"]) == (201, f"/v1/test-contacts/{asked.json()['testContactId']}")
    assert world.texts[-1]["to"] == SMS["phone"]
    early = await author("POST", f"/{made['campaignId']}/test", json=test)
    assert early.json()["code"] == "test-recipient-unconfirmed"

    confirmed = await me.confirm(asked, code())
    assert (confirmed.status_code, confirmed.json()["confirmed"]) == (200, True)
    assert (await author("POST", f"/{made['campaignId']}/test", json=test)).status_code == 200
    seen = (await somebody(1972)("GET")).json()["items"]
    assert [(it["to"], it["own"], it["confirmed"]) for it in seen if it["to"] == "+47******71"] == [
        ("+47******71", False, True)
    ]
    assert [it["own"] for it in (await me("GET")).json()["items"]].count(True) == 1
    assert (await somebody(1972, "999977775")("GET")).json() == {"items": [], "nextCursor": None}


async def test_V6_an_address_is_the_same_in_capitals_and_is_kept_nowhere(me, author, ready, mailbox, rows) -> None:
    made = await ready(upto="checked")
    asked = await me("POST", json=EMAIL)
    (mail,) = mailbox.taken
    assert mail.rcpt_tos == [EMAIL["email"]]
    code = re.findall(rb"^([0-9]{6})", mail.content, re.MULTILINE)[0].decode()
    assert (await me.confirm(asked, code)).status_code == 200

    test = {"to": [{"language": "nb", "email": "me@example.org"}]}
    assert (await author("POST", f"/{made['campaignId']}/test", json=test)).status_code == 200
    kept = [await rows(f"SELECT * FROM {table}") for table in ("test_contact", "test_sending", "outbox")]  # noqa: S608
    assert "me@example" not in str(kept).lower()
    assert code not in str(kept)


async def test_V6_a_new_contact_point_takes_the_place_of_the_one_before_when_it_is_confirmed(me, world, code) -> None:
    first = await me("POST", json=SMS)
    await me.confirm(first, code())
    second = await me("POST", json=SMS | {"phone": "+4790000072"})
    assert [it["to"] for it in (await me("GET")).json()["items"] if it["confirmed"]] == ["+47******71"]
    await me.confirm(second, code())
    assert [it["to"] for it in (await me("GET")).json()["items"]] == ["+47******72"]


async def test_V6_only_the_code_that_came_last_is_good(me, code) -> None:
    first = await me("POST", json=SMS)
    earlier = code()
    second = await me("POST", json=SMS)

    assert (await me.confirm(first, earlier)).status_code == 404
    assert (await me.confirm(second, code())).status_code == 200
    again = await me.confirm(second, code())
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-confirm")


async def test_V6_guesses_at_once_are_counted_one_by_one(me, code) -> None:
    asked = await me("POST", json=SMS)
    answers = await asyncio.gather(*(me.confirm(asked, other_than(code())) for _ in range(12)))

    assert sorted(it.json()["code"] for it in answers) == ["code-expired"] * 7 + ["code-wrong"] * MOST_TRIES
    assert sorted(it.json().get("triesLeft", 9) for it in answers)[:5] == [0, 1, 2, 3, 4]
    assert (await me.confirm(asked, code())).json()["code"] == "code-expired"


async def test_V6_a_code_lasts_for_a_quarter_of_an_hour(me, clock, code) -> None:
    asked = await me("POST", json=SMS)
    clock.now += CODE_LASTS
    late = await me.confirm(asked, code())
    assert (late.status_code, late.json()["code"]) == (409, "code-expired")


async def test_V6_one_persons_code_is_not_anothers(me, somebody, code) -> None:
    asked = await me("POST", json=SMS)
    assert (await somebody(1972).confirm(asked, code())).status_code == 404
    assert (await somebody(1971, "999977775").confirm(asked, code())).status_code == 404


async def test_V6_a_code_that_is_not_sent_leaves_nothing(me, world, rows) -> None:
    world.sms_status = 422
    key = {"Idempotency-Key": str(uuid4())}
    refused = await me("POST", json=SMS, headers=key)
    assert (refused.status_code, refused.json()["code"], refused.json()["reason"]) == (
        503,
        "code-not-sent",
        "sms-refused",
    )
    assert await rows("SELECT * FROM test_contact") == []
    world.sms_status = 202
    assert (await me("POST", json=SMS, headers=key)).status_code == 201


async def test_P14_the_same_request_again_sends_one_code(me, world) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    at_once = await asyncio.gather(*(me("POST", json=SMS, headers=key) for _ in range(5)))
    again = await me("POST", json=SMS, headers=key)

    assert {it.status_code for it in at_once} <= {201, 409}
    assert again.json() == next(it.json() for it in at_once if it.status_code == 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(world.texts) == 1


async def test_V6_codes_are_counted_by_person_organisation_and_address(somebody, replica, world) -> None:
    _, client = await replica(codes_per_day=3, organisation_codes_per_day=5, codes_to_one_per_day=4)
    people = [somebody(year) for year in (1971, 1972, 1973)]
    for one in people:
        one.client = client

    async def ask(who: Person, phone: int) -> list[str]:
        answer = await who("POST", json=SMS | {"phone": f"+479000008{phone}"})
        return answer.json().get("violatedPolicies", [])

    assert [await ask(people[0], n) for n in range(4)] == [[], [], [], ["codes-day"]]
    assert [await ask(people[1], n) for n in range(3)] == [[], [], ["codes-organisation-day"]]
    assert len(world.texts) == 5
    elsewhere = [somebody(year, f"99997777{n}") for n, year in enumerate((1974, 1975, 1976, 1977))]
    for one in elsewhere:
        one.client = client
    assert [await ask(one, 0) for one in elsewhere] == [[], [], ["codes-address-day"], ["codes-address-day"]]


async def test_V6_what_is_taken_away_is_gone(me, somebody, author, ready, code) -> None:
    made = await ready(upto="checked")
    asked = await me("POST", json=SMS)
    await me.confirm(asked, code())
    path = f"/{asked.json()['testContactId']}"

    assert (await somebody(1971, "999977775")("DELETE", path)).status_code == 404
    assert (await somebody(1972)("DELETE", path)).status_code == 204
    assert (await me("DELETE", path)).status_code == 404
    test = {"to": [{"language": "nb", "phone": SMS["phone"]}]}
    refused = await author("POST", f"/{made['campaignId']}/test", json=test)
    assert refused.json()["code"] == "test-recipient-unconfirmed"


async def test_V6_they_are_listed_in_pages(me, somebody, clock) -> None:
    for year in range(1971, 1974):
        await somebody(year)("POST", json=SMS)
        clock.go(seconds=1)
    first = (await me("GET", params={"limit": 2})).json()
    rest = (await me("GET", params={"limit": 2, "cursor": first["nextCursor"]})).json()
    assert len({it["testContactId"] for it in [*first["items"], *rest["items"]]}) == 3
    assert rest["nextCursor"] is None
    assert (await me("GET", params={"cursor": "x"})).json()["code"] == "cursor-invalid"


@pytest.mark.parametrize(
    "body", [{"language": "nb"}, SMS | EMAIL, SMS | {"phone": "1"}, SMS | {"phone": None}, {"phone": "+4790000071"}]
)
async def test_V6_what_is_no_contact_point_is_refused(me, world, body) -> None:
    answer = await me("POST", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert world.texts == []


async def test_V6_a_machine_and_somebody_without_an_organisation_have_none(somebody, author) -> None:
    nowhere = await somebody(organisation=None)("POST", json=SMS)
    assert (nowhere.status_code, nowhere.json()["code"]) == (403, "caller-not-allowed")
    auth = DPoPAuth(author.token(author.key.thumbprint), author.key, clock=author.clock)
    machine = await author.client.post("/v1/test-contacts", json=SMS, auth=auth)
    assert (machine.status_code, machine.json()["code"]) == (403, "caller-not-allowed")
