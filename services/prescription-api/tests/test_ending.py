"""P10: taking a prescription back; and ending one that has done its work."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from prescription_api.app import create_app
from prescription_api.due import Deadlines
from prescription_api.stopping import Stops
from shared.events import ToolOpened, ToolRemoved, ToolStopped
from shared.idempotency import LOCK

READ = "nhn:verktoyformidler/read"
ELSEWHERE = "299900304"
KEY = {"Idempotency-Key": "8a0c3f52-5b1a-4f6e-8a57-0a8f0a7f1f10"}


@pytest.fixture
async def made(prescribe: Any, publish: Any, odd: str) -> dict[str, Any]:
    body: dict[str, Any] = (await prescribe(odd, await publish(), message="Lykke til!")).json()
    return body


@pytest.fixture
def act(client: httpx.AsyncClient, practitioner: Any, made: dict[str, Any]) -> Any:
    async def close(how: str = "revoke", *, auth: Any = None, body: Any = None, **headers: str) -> httpx.Response:
        path = f"/v1/prescriptions/{made['prescriptionId']}/{how}"
        sent = {"json": body or {"reason": "Sendt til feil pasient."}} if how == "revoke" else {}
        return await client.post(path, auth=auth or practitioner(), headers=headers, **sent)

    return close


@pytest.fixture
def happen(tell: Any, made: dict[str, Any], odd: str, reference: Any, clock: Any) -> Any:
    async def tell_of(kind: Any) -> None:
        about = {"citizen": reference(odd), "tool_id": made["toolId"], "prescription_id": made["prescriptionId"]}
        await tell(kind(**about, acted_by=reference(odd), at=clock.now))

    return tell_of


async def test_P10_taking_back_is_told_logged_and_kept_with_its_reason(
    act: Any, made: dict[str, Any], clock: Any, rows: Any, client: Any, practitioner: Any, odd: str, citizen: Any,
    reference: Any,
) -> None:  # fmt: skip
    clock.go(days=1)
    answer = await act()
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body == made | {
        "state": "revoked",
        "version": 2,
        "endedAt": "2026-11-23T08:00:00.000Z",
        "endReason": "Sendt til feil pasient.",
        "endCategory": "other",
        "closingNote": body["closingNote"],
    }
    read = await client.get(f"/v1/prescriptions/{made['prescriptionId']}", auth=practitioner(READ))
    assert (read.json(), read.headers["ETag"]) == (body, answer.headers["ETag"])

    told = [row["payload"] for row in await rows("outbox")][-1]
    assert told["type"] == "prescription.prescription-revoked.v1"
    assert told["data"] == {
        "prescriptionId": made["prescriptionId"],
        "citizen": reference(odd),
        "toolId": made["toolId"],
        "version": 2,
        "revokedAt": "2026-11-23T08:00:00.000Z",
        "category": "other",
        "representativeMayUse": False,
    }
    log = (await client.get("/v1/me/access-log", auth=citizen(odd))).json()["items"]
    assert [(entry["action"], entry["text"]) for entry in log if entry["action"] != "read"] == [
        ("revoked", "Ragnhild Bergknausen (lege) trakk tilbake verktøyet Søvnstigen."),
        ("prescribed", "Ragnhild Bergknausen (lege) sendte deg verktøyet Søvnstigen."),
    ]
    assert "feil pasient" not in str(log) + str(told)


async def test_P10_P6_what_was_taken_back_may_be_prescribed_again(
    act: Any, made: dict[str, Any], prescribe: Any, odd: str
) -> None:
    await act()
    assert (await prescribe(odd, made["toolId"])).status_code == 201


async def test_P10_a_colleague_of_the_organisation_may_and_the_prescriber_anywhere(
    act: Any, world: Any, practitioner: Any, rows: Any
) -> None:
    world.practise("9000005", "SP")
    assert (await act(auth=practitioner(hpr_number="9000005"))).status_code == 200
    assert (await rows("access_log"))[-1]["hpr_number"] == "9000005"


async def test_P10_the_prescriber_may_also_from_another_organisation(act: Any, practitioner: Any) -> None:
    assert (await act(auth=practitioner(organisation=ELSEWHERE))).status_code == 200


@pytest.mark.parametrize("how", ["revoke", "end"])
async def test_P10_another_organisation_is_not_told_that_it_exists(
    act: Any, how: str, world: Any, practitioner: Any, rows: Any, client: Any, happen: Any
) -> None:
    await happen(ToolOpened)
    world.practise("9000005", "SP")
    stranger = practitioner(hpr_number="9000005", organisation=ELSEWHERE)
    answer = await act(how, auth=stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "prescription-not-found")
    nothing = await client.post(f"/v1/prescriptions/{uuid4()}/revoke", json={"reason": "x"}, auth=stranger)
    assert nothing.json() | {"instance": ""} == answer.json() | {"instance": ""}
    assert [row["state"] for row in await rows("prescription")] == ["opened"]
    assert len(await rows("outbox")) == len(await rows("access_log")) == 1


async def test_P10_a_reader_may_not(act: Any, practitioner: Any) -> None:
    answer = await act(auth=practitioner(READ))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


@pytest.mark.parametrize("reason", ["", " \t", "x" * 501, None, 5])
async def test_P10_a_reason_is_needed_and_is_short(act: Any, reason: Any, rows: Any) -> None:
    answer = await act(body={"reason": reason})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert [row["state"] for row in await rows("prescription")] == ["active"]


async def test_I1_a_reason_with_an_identity_number_is_refused(act: Any, odd: str, rows: Any) -> None:
    for text in (f"Gjelder {odd}", f"{odd[:6]} {odd[6:]}"):
        answer = await act(body={"reason": text})
        assert answer.json()["errors"][0]["code"] == "holds-national-id"
        assert odd not in answer.text
    assert [row["state"] for row in await rows("prescription")] == ["active"]


@pytest.mark.parametrize("unseen", ["\u0007", "\u202e", "\u200b", "\u2028", "a\rb"])
async def test_P8_P10_what_a_practitioner_writes_holds_nothing_unseen(
    act: Any, prescribe: Any, publish: Any, odd: str, rows: Any, unseen: str
) -> None:
    for answer in (
        await act(body={"reason": f"Feil{unseen} pasient"}),
        await prescribe(odd, await publish(), message=f"Lykke{unseen} til"),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "text-not-plain")
    assert [row["state"] for row in await rows("prescription")] == ["active"]
    assert (await prescribe(odd, await publish(), message="Lykke\r\ntil!\n👩‍👧")).status_code == 201


@pytest.mark.parametrize("link", ["http://a.no\\@b.no/", "https://a.no@b.no/", "l\u0435gen.no", "javascript:alert(1)"])
async def test_P8_P10_what_a_practitioner_writes_holds_no_link_that_a_reader_cannot_be_sure_of(
    act: Any, prescribe: Any, publish: Any, odd: str, rows: Any, link: str
) -> None:
    for answer in (
        await act(body={"reason": f"Se {link}"}),
        await prescribe(odd, await publish(), message=f"Les mer på {link}"),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "link-unsafe")
    assert [row["state"] for row in await rows("prescription")] == ["active"]
    plain = "Les mer på https://www.helsenorge.no/x, blåbær.no eller post@a.no."
    assert (await prescribe(odd, await publish(), message=plain)).status_code == 201


async def test_an_opened_one_is_ended_and_one_that_nobody_opened_is_not(
    act: Any, made: dict[str, Any], rows: Any, happen: Any, clock: Any, prescribe: Any, odd: str
) -> None:
    answer = await act("end")
    assert (answer.status_code, answer.json()["code"]) == (409, "prescription-state-conflict")
    assert (answer.json()["state"], answer.json()["allowed"]) == ("active", ["revoke"])
    await happen(ToolOpened)
    clock.go(days=30)
    answer = await act("end")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["endReason"]) == ("ended", None)
    told = [row["payload"] for row in await rows("outbox")][-1]
    assert (told["type"], told["data"]["version"]) == ("prescription.prescription-ended.v1", 3)
    assert [entry["action"] for entry in await rows("access_log")] == ["prescribed", "ended"]
    assert (await prescribe(odd, made["toolId"])).status_code == 201


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("active", ["revoke"]),
        ("opened", ["revoke", "end"]),
        ("stopped", ["revoke"]),
        ("ended", []),
        ("revoked", []),
        ("removed", []),
        ("expired", []),
    ],
)
@pytest.mark.parametrize("how", ["revoke", "end"])
async def test_P10_each_state_allows_what_it_allows(
    act: Any, how: str, state: str, allowed: list[str], database: Any, rows: Any
) -> None:
    async with database.driver() as connection:
        await connection.execute("UPDATE prescription SET state = $1", state)
    answer = await act(how)
    if how in allowed:
        assert answer.status_code == 200
        assert [row["state"] for row in await rows("prescription")] == [{"revoke": "revoked", "end": "ended"}[how]]
        return
    assert (answer.status_code, answer.json()["code"]) == (409, "prescription-state-conflict")
    assert (answer.json()["state"], answer.json()["allowed"]) == (state, allowed)
    assert [row["state"] for row in await rows("prescription")] == [state]
    assert len(await rows("outbox")) == len(await rows("access_log")) == 1


async def test_P14_taking_back_is_repeated_safely(act: Any, rows: Any, happen: Any) -> None:
    first, again = await act(**KEY), await act(**KEY)
    assert (first.status_code, again.status_code, again.text) == (200, 200, first.text)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    other = await act(body={"reason": "En annen."}, **KEY)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len(await rows("outbox")) == 2
    assert [row["action"] for row in await rows("access_log")] == ["prescribed", "revoked", "read"]


async def test_P1_P14_a_repetition_waits_for_the_register(act: Any, world: Any, app: Any) -> None:
    first = await act(**KEY)
    world.away.add("hpr")
    app.state.outside.hpr._cache._kept.clear()
    again = await act(**KEY)
    assert (again.status_code, again.json()["code"]) == (503, "hpr-unavailable")
    world.away.clear()
    assert (await act(**KEY)).text == first.text


async def test_P14_32_at_once_take_back_once(act: Any, rows: Any) -> None:
    answers = await asyncio.gather(*(act(**(KEY if n % 2 else {})) for n in range(32)))
    assert {(a.status_code, a.json().get("code")) for a in answers} <= {
        (200, None),
        (409, "idempotency-in-progress"),
        (409, "prescription-state-conflict"),
    }
    assert sum(a.status_code == 200 and "Idempotency-Replayed" not in a.headers for a in answers) == 1
    assert len([row for row in await rows("outbox") if "revoked" in row["name"]]) == 1
    assert [row["action"] for row in await rows("access_log")].count("revoked") == 1


async def test_P14_while_it_is_being_taken_back_the_second_is_told_to_wait(act: Any, database: Any, scope: str) -> None:
    async with database.driver_transaction() as connection:
        assert await connection.fetchval(LOCK, scope, KEY["Idempotency-Key"])
        answer = await act(**KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-in-progress")
    assert answer.headers["Retry-After"] == "1"


async def test_P14_the_same_answer_after_a_restart(
    act: Any, settings: Any, world: Any, clock: Any, practitioner: Any, made: dict[str, Any]
) -> None:
    first = await act(**KEY)
    outside = httpx.AsyncClient(transport=httpx.MockTransport(world.handle))
    restarted = create_app(settings, http=outside, clock=clock)
    clock.go(days=6)
    async with (
        restarted.router.lifespan_context(restarted),
        httpx.AsyncClient(transport=httpx.ASGITransport(restarted), base_url="https://prescription.test") as client,
    ):
        path, body = f"/v1/prescriptions/{made['prescriptionId']}/revoke", {"reason": "Sendt til feil pasient."}
        again = await client.post(path, json=body, auth=practitioner(), headers=KEY)
    assert (again.status_code, again.text) == (200, first.text)


async def test_P10_taking_back_and_expiring_do_not_both_happen(
    act: Any, database: Any, clock: Any, rows: Any, happen: Any
) -> None:
    clock.now += timedelta(days=40)
    deadlines = Deadlines(database, (), clock)
    await asyncio.gather(act(), deadlines.handle_batch(clock.now), act(), deadlines.handle_batch(clock.now))
    [row] = await rows("prescription")
    ends = [event["name"] for event in await rows("outbox")][1:]
    assert (row["state"], ends) in [
        ("revoked", ["prescription.prescription-revoked.v1"]),
        ("expired", ["prescription.prescription-expired.v1"]),
    ]


async def test_P10_a_stopped_one_that_is_taken_back_does_not_return(
    act: Any, tell: Any, made: dict[str, Any], rows: Any, database: Any, clock: Any, publish: Any, happen: Any
) -> None:
    tool_id, stops = UUID(made["toolId"]), Stops(database, clock)
    await tell(ToolStopped(tool_id=tool_id, sequence=2, revision=1, category="security"))
    await stops.follow(clock.now)
    assert (await act()).json()["state"] == "revoked"
    await publish(sequence=3, tool_id=tool_id)
    await stops.follow(clock.now)
    await happen(ToolRemoved)
    assert [row["state"] for row in await rows("prescription")] == ["revoked"]
