"""Prescriptions that are ready at the same time share a statement, and none of them pays for another (0009)."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from devkit.testing.national_ids import generate
from devkit.testing.waiting import until
from prescription_api import writing
from shared.events import ToolStopped
from shared.idempotency import LOCK


class Statements:
    """The first one waits until it is let go, so that what comes meanwhile shares the second."""

    def __init__(self, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.before_second: Callable[[Any], Any] | None = None
        self._waiting = app.state.outside.writer._batcher
        self._let_go = asyncio.Event()
        self._write = writing._write
        self._monkeypatch = monkeypatch

    async def _held(self, connection: Any, wanted: Sequence[Any]) -> Any:
        self.sizes.append(len(wanted))
        if len(self.sizes) == 1:
            await self._let_go.wait()
        if len(self.sizes) == 2 and self.before_second:
            await self.before_second(connection)
        return await self._write(connection, wanted)

    async def shared_by(self, first: Any, *others: Any) -> list[httpx.Response]:
        """The answers to `others`, which are written by one statement if all of them can be."""
        self._monkeypatch.setattr(writing, "_write", self._held)
        running = [asyncio.create_task(first)]
        await until(self._is_held)
        running += [asyncio.create_task(other) for other in others]
        await until(lambda: self._gathered(len(others)))
        self._let_go.set()
        answers = await asyncio.gather(*running)
        assert answers[0].status_code == 201
        return answers[1:]

    async def _is_held(self) -> bool:
        return self.sizes == [1]

    async def _gathered(self, count: int) -> bool:
        return len(self._waiting._waiting) == count


@pytest.fixture
def statements(app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> Statements:
    return Statements(app, monkeypatch)


@pytest.fixture
def people(world: Any) -> list[str]:
    return [world.live(generate(date(1970, 1, day), 0)) for day in range(1, 10)]


def code(answer: httpx.Response) -> str:
    told: str = answer.json().get("code", "")
    return told


@pytest.mark.rule("P14")
async def test_one_statement_writes_for_all_who_wait(
    prescribe: Any, publish: Any, people: list[str], statements: Statements, rows: Any, reference: Any
) -> None:
    tool_id = await publish()
    keys = [{"Idempotency-Key": str(uuid4())} for _ in people]
    asked = [prescribe(it, tool_id, headers=key) for it, key in zip(people, keys, strict=True)]
    answers = await statements.shared_by(*asked)
    assert [it.status_code for it in answers] == [201] * 8
    assert statements.sizes == [1, 8]
    made = {row["prescription_id"]: row["citizen"] for row in await rows("prescription")}
    for person, answer in zip(people[1:], answers, strict=True):
        assert made[UUID(answer.json()["prescriptionId"])] == reference(person)
    assert len({row["event_id"] for row in await rows("outbox")}) == 9
    logged = {(row["citizen"], row["prescription_id"], row["action"]) for row in await rows("access_log")}
    assert logged == {(citizen, prescription_id, "prescribed") for prescription_id, citizen in made.items()}
    stored = {row["key"]: row["body"]["prescriptionId"] for row in await rows("idempotent_answer")}
    for key, answer in zip(keys[1:], answers, strict=True):
        assert stored[key["Idempotency-Key"]] == answer.json()["prescriptionId"]


@pytest.mark.rule("P6", "P14", "K4")
async def test_who_must_be_refused_does_not_stop_the_others(
    prescribe: Any, publish: Any, tell: Any, database: Any, people: list[str], statements: Statements, rows: Any,
    scope: str,
) -> None:  # fmt: skip
    tool_id, stopping = await publish(), await publish()
    first, has_it, fine, too_late, busy, fine_too = people[:6]
    held = await database.listen()
    await held.transaction().start()
    assert await held.fetchval(LOCK, scope, "busy")

    async def meanwhile(connection: Any) -> None:
        await tell(ToolStopped(tool_id=stopping, sequence=2, revision=1, category="security"))

    statements.before_second = meanwhile
    assert (await prescribe(has_it, tool_id)).status_code == 201
    answers = await statements.shared_by(
        prescribe(first, tool_id),
        prescribe(has_it, tool_id),
        prescribe(fine, tool_id),
        prescribe(too_late, stopping),
        prescribe(busy, tool_id, headers={"Idempotency-Key": "busy"}),
        prescribe(fine_too, tool_id),
    )
    held.terminate()
    assert [it.status_code for it in answers] == [409, 201, 409, 409, 201]
    assert [code(it) for it in answers if it.status_code != 201] == [
        "already-prescribed",
        "tool-stopped",
        "idempotency-in-progress",
    ]
    assert statements.sizes == [1, 5, 1, 1, 1]
    assert len(await rows("prescription")) == len(await rows("outbox")) == 4


@pytest.mark.rule("P6")
async def test_the_same_tool_to_the_same_patient_twice_in_one_statement(
    prescribe: Any, publish: Any, people: list[str], statements: Statements, rows: Any
) -> None:
    tool_id = await publish()
    first, twice, fine = people[:3]
    answers = await statements.shared_by(
        prescribe(first, tool_id), prescribe(twice, tool_id), prescribe(fine, tool_id), prescribe(twice, tool_id)
    )
    assert sorted(it.status_code for it in (answers[0], answers[2])) == [201, 409]
    assert answers[1].status_code == 201
    assert statements.sizes == [1, 3, 1, 1, 1]
    assert len(await rows("prescription")) == len(await rows("outbox")) == 3


@pytest.mark.rule("P14")
async def test_the_same_request_twice_in_one_statement_has_one_effect(
    prescribe: Any, publish: Any, people: list[str], statements: Statements, rows: Any
) -> None:
    tool_id, key = await publish(), {"Idempotency-Key": "one-and-the-same"}
    answers = await statements.shared_by(
        prescribe(people[0], tool_id),
        prescribe(people[1], tool_id, headers=key),
        prescribe(people[1], tool_id, headers=key),
    )
    assert {it.status_code for it in answers} <= {201, 409}
    assert {code(it) for it in answers if it.status_code == 409} <= {"idempotency-in-progress"}
    made = {it.json()["prescriptionId"] for it in answers if it.status_code == 201}
    assert len(made) == 1
    assert len(await rows("prescription")) == 2


async def test_a_connection_that_dies_is_an_outage_for_all_who_shared_it_and_nothing_is_written_twice(
    prescribe: Any, publish: Any, people: list[str], statements: Statements, rows: Any, database: Any
) -> None:
    tool_id = await publish()
    keys = [{"Idempotency-Key": str(uuid4())} for _ in people]

    async def die(connection: Any) -> None:
        async with database.driver() as another:
            await another.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())

    statements.before_second = die
    asked = [prescribe(it, tool_id, headers=key) for it, key in zip(people, keys, strict=True)]
    answers = await statements.shared_by(*asked)
    assert [it.status_code for it in answers] == [503] * 8
    assert len(await rows("prescription")) == 1
    again = [await prescribe(it, tool_id, headers=key) for it, key in zip(people, keys, strict=True)]
    assert [it.status_code for it in again] == [201] * 9
    assert len(await rows("prescription")) == 9
