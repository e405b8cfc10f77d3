"""The register of GPs: asked twice, remembered for a minute, never guessed at (H1); our copy of its patient lists."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from devkit.testing.national_ids import generate
from helsetilbud_api.clients.errors import GpRegisterUnavailable, OfficeNotFound
from helsetilbud_api.clients.gp_register import GpRegister

SOLFJELL = 9900101
RAGNHILD, SAMIRA = "990000101", "990000102"


@pytest.fixture
def connect(register: Any) -> Callable[..., GpRegister]:
    def make(cache_seconds: float = 60) -> GpRegister:
        http = httpx.AsyncClient(transport=httpx.MockTransport(register.handle))
        return GpRegister(http, "http://gp-register.test/", timeout=30, cache_seconds=cache_seconds)

    return make


@pytest.mark.parametrize(
    "failure",
    [503, 500, 401, "not JSON", '{"unexpected": true}', httpx.ConnectError("away"), httpx.ReadTimeout("slow")],
)
async def test_H1_one_failure_is_tried_again_and_two_are_the_answer(connect: Any, register: Any, failure: Any) -> None:
    client = connect()
    register.broken = [failure]
    assert (await client.find_office(SOLFJELL)).name == "Solfjell legekontor"
    client = connect()
    register.broken = [failure, failure]
    with pytest.raises(GpRegisterUnavailable):
        await client.find_office(SOLFJELL)
    assert len(register.calls) == 4


async def test_H1_answers_are_remembered_and_failures_are_not(connect: Any, register: Any) -> None:
    client = connect()
    for _ in range(3):
        await client.find_office(SOLFJELL)
        await client.offices_of(RAGNHILD)
    assert len(register.calls) == 2
    for _ in range(2):
        with pytest.raises(OfficeNotFound):
            await client.find_office(1)
    assert len(register.calls) == 4


async def test_H1_what_is_remembered_does_not_last(connect: Any, register: Any) -> None:
    client = connect(cache_seconds=0)
    await client.find_office(SOLFJELL)
    register.broken = [503, 503]
    with pytest.raises(GpRegisterUnavailable):
        await client.find_office(SOLFJELL)


async def test_I1_patients_are_kept_by_reference(
    register: Any, lists: Any, rows: Any, reference: Any, clock: Any
) -> None:
    numbers = [generate(date(1975, 3, day), 0) for day in range(1, 6)]
    for number in numbers:
        register.move(number, RAGNHILD, SOLFJELL)
    await lists.read(clock.now)
    kept = await rows("SELECT * FROM patient_gp ORDER BY sequence")
    assert [it["citizen"] for it in kept] == [reference(number) for number in numbers]
    assert {(it["hpr_number"], it["her_id"]) for it in kept} == {(RAGNHILD, SOLFJELL)}
    assert [url.partition("?")[2] for url in register.calls] == [
        "limit=1000",
        "limit=1000&cursor=2",
        "limit=1000&cursor=4",
    ]


async def test_patient_lists_are_read_on_from_where_they_were(register: Any, lists: Any, rows: Any, clock: Any) -> None:
    number = generate(date(1975, 3, 1), 0)
    register.move(number, RAGNHILD, SOLFJELL)
    await lists.read(clock.now)
    register.move(number, SAMIRA, SOLFJELL)
    await lists.read(clock.now)
    assert register.calls[-1].endswith("cursor=1")
    [kept] = await rows("SELECT hpr_number, sequence FROM patient_gp")
    assert kept == {"hpr_number": SAMIRA, "sequence": 2}


async def test_an_old_change_of_list_does_not_undo_a_newer_one(
    register: Any, lists: Any, rows: Any, clock: Any
) -> None:
    number = generate(date(1975, 3, 1), 0)
    register.move(number, RAGNHILD, SOLFJELL)
    register.move(number, SAMIRA, SOLFJELL)
    await lists.read(clock.now)
    register.changes.append({**register.changes[0]})
    await lists.read(clock.now)
    assert [it["hpr_number"] for it in await rows("SELECT hpr_number FROM patient_gp")] == [SAMIRA]


async def test_while_the_register_is_away_the_lists_stay(register: Any, lists: Any, kari: Any, clock: Any) -> None:
    register.broken = [503, 503]
    with capture_logs() as logs:
        await lists.read(clock.now)
    assert [it["event"] for it in logs] == ["patient_lists_not_read"]
    assert (await kari.panel())["gp"]["name"] == "Ragnhild Bergknausen"


async def test_I1_a_number_that_is_none_is_passed_over_and_told_without_it(
    register: Any, lists: Any, rows: Any, clock: Any
) -> None:
    wrong, right = generate(date(1975, 3, 1), 0)[:-1] + "x", generate(date(1975, 3, 2), 0)
    register.move(wrong, RAGNHILD, SOLFJELL)
    register.move(right, RAGNHILD, SOLFJELL)
    with capture_logs() as logs:
        await lists.read(clock.now)
    assert len(await rows("SELECT 1 FROM patient_gp")) == 1
    assert [it["event"] for it in logs] == ["patient_passed_over"]
    assert wrong not in str(logs)


async def test_after_a_failure_the_lists_are_read_again_soon(register: Any, lists: Any, rows: Any, until: Any) -> None:
    register.move(generate(date(1975, 3, 1), 0), RAGNHILD, SOLFJELL)
    register.broken = [503, 503]
    stop = asyncio.Event()
    running = asyncio.create_task(lists.run(stop, 3600, after_failure=0.01))

    async def known() -> bool:
        return bool(await rows("SELECT 1 FROM patient_gp"))

    try:
        await until(known)
    finally:
        stop.set()
        await running
