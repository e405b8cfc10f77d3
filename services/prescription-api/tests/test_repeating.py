"""P14: a repeated request has one effect and gets the same answer."""

import asyncio
from typing import Any

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
    for table in ("prescription", "outbox", "access_log", "idempotent_answer"):
        assert len(await rows(table)) == 1


async def test_P14_while_the_first_is_being_written_the_second_is_told_to_wait(
    prescribe: Any, publish: Any, odd: str, rows: Any, database: Any, world: Any
) -> None:
    tool_id = await publish()
    client_id = "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11"
    async with database.driver_transaction() as connection:
        assert await connection.fetchval(LOCK, client_id, KEY["Idempotency-Key"])
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
