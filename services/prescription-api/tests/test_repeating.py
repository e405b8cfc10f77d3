"""P14: a repeated request has one effect and gets the same answer."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from devkit.testing.waiting import until
from prescription_api.app import create_app
from prescription_api.writing import Writer
from shared.idempotency import LOCK

KEY = {"Idempotency-Key": "3c1f2b2a-5b1a-4f6e-8a57-0a8f0a7f1f10"}


async def test_P14_the_same_key_gives_the_same_answer(prescribe: Any, publish: Any, odd: str, rows: Any) -> None:
    tool_id = await publish()
    first = await prescribe(odd, tool_id, headers=KEY)
    again = await prescribe(odd, tool_id, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert len(await rows("prescription")) == len(await rows("outbox")) == 1


async def test_P14_another_body_with_the_key_is_refused(prescribe: Any, publish: Any, odd: str) -> None:
    tool_id = await publish()
    await prescribe(odd, tool_id, headers=KEY)
    answer = await prescribe(odd, tool_id, headers=KEY, message="Noe annet")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


async def test_P14_a_key_belongs_to_its_client(prescribe: Any, publish: Any, odd: str, practitioner: Any) -> None:
    tool_id = await publish()
    await prescribe(odd, tool_id, headers=KEY)
    other = practitioner(claims={"client_id": "another-record-system"})
    answer = await prescribe(odd, tool_id, headers=KEY, auth=other)
    assert answer.json()["code"] == "already-prescribed"


async def test_P14_a_refusal_is_not_kept(prescribe: Any, publish: Any, world: Any, odd: str) -> None:
    tool_id = await publish()
    world.reasons[odd] = ["no-consent"]
    assert (await prescribe(odd, tool_id, headers=KEY)).status_code == 422
    world.reasons[odd] = []
    assert (await prescribe(odd, tool_id, headers=KEY)).status_code == 201


async def test_P14_64_at_once_are_one(prescribe: Any, publish: Any, odd: str, rows: Any) -> None:
    tool_id = await publish()
    answers = await asyncio.gather(*(prescribe(odd, tool_id, headers=KEY) for _ in range(64)))
    given = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code != 201]
    assert given
    assert {answer.json()["code"] for answer in waiting} <= {"idempotency-in-progress"}
    assert all(answer.headers["Retry-After"] == "1" for answer in waiting)
    assert len({answer.text for answer in given}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in given) == 1
    for table in ("prescription", "outbox", "idempotent_answer"):
        assert len(await rows(table)) == 1
    assert [row["action"] for row in await rows("access_log")].count("prescribed") == 1


async def test_P14_while_the_first_is_being_written_the_second_is_told_to_wait(
    prescribe: Any, publish: Any, odd: str, rows: Any, database: Any, scope: str
) -> None:
    tool_id = await publish()
    async with database.driver_transaction() as connection:
        assert await connection.fetchval(LOCK, scope, KEY["Idempotency-Key"])
        answer = await prescribe(odd, tool_id, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-in-progress")
    assert answer.headers["Retry-After"] == "1"
    assert await rows("prescription") == []
    assert (await prescribe(odd, tool_id, headers=KEY)).status_code == 201


async def test_P14_what_is_kept_holds_no_patient(prescribe: Any, publish: Any, odd: str, rows: Any) -> None:
    await prescribe(odd, await publish(), headers=KEY)
    [kept] = await rows("idempotent_answer")
    assert odd not in str(kept)
    assert "Odd Åsgård" not in str(kept)


async def test_P14_a_key_that_is_no_key_is_refused(prescribe: Any, publish: Any, odd: str) -> None:
    for key in ("", "x" * 129, "a b"):
        answer = await prescribe(odd, await publish(), headers={"Idempotency-Key": key})
        assert answer.json()["code"] == "invalid-input"


async def test_P14_what_was_cut_off_is_done_once_when_it_is_asked_again(
    prescribe: Any,
    publish: Any,
    odd: str,
    settings: Any,
    world: Any,
    clock: Any,
    practitioner: Any,
    rows: Any,
    app: Any,
) -> None:
    tool_id = await publish()
    body = {"patient": {"nationalId": odd}, "toolId": str(tool_id)}
    hasty = settings.model_copy(update={"request_seconds": 1.0})
    async with restarted(hasty, world, clock) as client, app.state.database.driver_transaction() as connection:
        await connection.execute("LOCK TABLE outbox")
        cut = await client.post("/v1/prescriptions", json=body, auth=practitioner(), headers=KEY)
        assert (cut.status_code, cut.json()["code"]) == (503, "unavailable")
        assert "Retry-After" in cut.headers

    async def done() -> bool:
        return (await prescribe(odd, tool_id, headers=KEY)).status_code == 201

    await until(done)
    for table in ("prescription", "outbox", "idempotent_answer"):
        assert len(await rows(table)) == 1
    assert [row["action"] for row in await rows("access_log")].count("prescribed") == 1


@contextlib.asynccontextmanager
async def restarted(settings: Any, world: Any, clock: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Another process: nothing in memory, the same database."""
    app = create_app(settings, http=httpx.AsyncClient(transport=httpx.MockTransport(world.handle)), clock=clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://prescription.test") as client,
    ):
        yield client


async def test_P14_the_same_answer_after_a_restart_and_with_all_but_the_register_of_personnel_away(
    prescribe: Any, publish: Any, odd: str, settings: Any, world: Any, clock: Any, practitioner: Any, rows: Any
) -> None:
    tool_id = await publish()
    first = await prescribe(odd, tool_id, headers=KEY)
    clock.go(days=6)
    world.away |= {"register", "consent", "token"}
    body = {"patient": {"nationalId": odd}, "toolId": str(tool_id)}
    async with restarted(settings, world, clock) as client:
        again = await client.post("/v1/prescriptions", json=body, auth=practitioner(), headers=KEY)
    assert (again.status_code, again.text) == (201, first.text)
    assert [again.headers[name] for name in ("Location", "ETag")] == [
        first.headers[name] for name in ("Location", "ETag")
    ]
    assert len(await rows("prescription")) == len(await rows("outbox")) == 1


async def test_P14_killed_between_the_commit_and_the_answer(
    prescribe: Any, publish: Any, odd: str, monkeypatch: pytest.MonkeyPatch, rows: Any
) -> None:
    tool_id, write = await publish(), Writer.write

    async def write_and_die(writer: Writer, *values: Any) -> None:
        await write(writer, *values)
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "write", write_and_die)
        assert (await prescribe(odd, tool_id, headers=KEY)).status_code == 503
    [made] = await rows("prescription")
    again = await prescribe(odd, tool_id, headers=KEY)
    assert (again.status_code, again.json()["prescriptionId"]) == (201, str(made["prescription_id"]))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(await rows("outbox")) == 1
    assert [row["action"] for row in await rows("access_log")] == ["prescribed", "read"]


async def test_P14_killed_before_the_commit_leaves_the_key_free(
    prescribe: Any, publish: Any, odd: str, database: Any, rows: Any, scope: str
) -> None:
    """The connection that was writing dies with its process; the lock dies with the connection."""
    tool_id = await publish()
    dying = await database.listen()
    await dying.transaction().start()
    assert await dying.fetchval(LOCK, scope, KEY["Idempotency-Key"])
    assert (await prescribe(odd, tool_id, headers=KEY)).json()["code"] == "idempotency-in-progress"
    dying.terminate()

    async def made() -> bool:
        return (await prescribe(odd, tool_id, headers=KEY)).status_code == 201

    await until(made)
    assert len(await rows("prescription")) == 1


async def test_P14_what_is_kept_of_everything_holds_nothing_secret(
    client: httpx.AsyncClient, prescribe: Any, publish: Any, odd: str, rows: Any, practitioner: Any, reference: Any
) -> None:
    """No number, name or reference of the patient; no token; and of the request only a keyed digest."""
    auth = practitioner()
    made = (await prescribe(odd, await publish(), headers=KEY, message="Lykke til!", auth=auth)).json()
    path, other = f"/v1/prescriptions/{made['prescriptionId']}/revoke", {"Idempotency-Key": "another"}
    revoked = await client.post(path, json={"reason": "Feil."}, auth=auth, headers=other)
    assert revoked.status_code == 200
    kept = await rows("idempotent_answer")
    assert [row["status"] for row in kept] == [201, 200]
    for row in kept:
        assert row.keys() == {"client_id", "key", "fingerprint", "status", "headers", "body", "created_at"}
        text = str(row["headers"]) + str(row["body"])
        for secret in (odd, "Odd Åsgård", reference(odd), auth.token[-40:], "DPoP", "Bearer", "Authorization"):
            assert secret not in text
        asked = json.dumps({"patient": {"nationalId": odd}, "toolId": made["toolId"]}, separators=(",", ":"))
        assert row["fingerprint"] not in {hashlib.sha256(asked.encode()).digest(), asked.encode()}
        assert len(row["fingerprint"]) == 32
