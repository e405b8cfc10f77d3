"""Who asked about me, and who acted for whom: everything is written before it is answered, and can be read (P13)."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
import pytest

from consent_api.access_log.writing import BEHIND_AFTER, FEW, RESTS, keep_sorted, pace, sort_in
from consent_api.my_log.texts import describe
from consent_api.settings import Settings
from consent_api.worker import create_worker
from devkit.testing.cursors import cursor_for
from devkit.testing.national_ids import population
from shared.auth import Machine
from shared.db import Database
from shared.messaging.local import LocalBroker

PATH = "/v1/me/access-log"
FIRST_DAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def log_of() -> Any:
    async def read(who: Any, language: str = "nb") -> list[dict[str, Any]]:
        answer = await who.get(PATH, {"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    return read


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nb", "Virksomheten med organisasjonsnummer 999977774 sjekket om du er digitalt aktiv på Helsenorge."),
        ("nn", "Verksemda med organisasjonsnummer 999977774 sjekka om du er digitalt aktiv på Helsenorge."),
        ("en", "The organisation with number 999977774 checked whether you are digitally active on Helsenorge."),
    ],
)
async def test_P13_a_citizen_reads_who_asked_when_and_for_what(
    log_of: Any, kari: Any, ask: Any, clock: Any, language: str, text: str
) -> None:
    await ask([kari.number], "research", {"nhn-source-system": "EPJ 7"})
    [entry] = await log_of(kari, language)
    assert entry["text"].startswith(text)
    assert entry | {"text": ""} == {
        "at": clock.written,
        "kind": "digitally-active",
        "about": "research",
        "organisation": "999977774",
        "client": "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11",
        "sourceSystem": "EPJ 7",
        "role": None,
        "relation": None,
        "act": None,
        "allowed": True,
        "text": "",
    }


async def test_P13_everyone_of_a_thousand_has_an_entry_and_one_only(
    ask: Any, rows: Any, reference: Any, database: Any
) -> None:
    numbers = population(1000, seed=8)
    await ask([*numbers[:999], numbers[0]])
    [waiting] = await rows("access_waiting")
    assert sorted(waiting["citizens"]) == sorted(map(reference, numbers[:999]))
    assert [await sort_in(database) for _ in range(2)] == [1, 0]
    entries = await rows("access_entry")
    assert sorted(row["citizen"] for row in entries) == sorted(map(reference, numbers[:999]))
    assert len(await rows("access_call")) == 1
    assert await rows("access_waiting") == []


@pytest.mark.parametrize("others", [FEW - 1, FEW])
async def test_P13_an_entry_can_be_read_at_once_and_is_the_same_once_it_is_sorted_in(
    log_of: Any, kari: Any, ask: Any, database: Any, rows: Any, others: int
) -> None:
    await ask([kari.number, *population(others, seed=9)])
    assert len(await rows("access_waiting")) == (1 if others == FEW else 0)
    at_once = await log_of(kari)
    assert len(at_once) == 1
    await sort_in(database)
    assert await log_of(kari) == at_once


async def test_P13_pages_go_on_over_what_is_sorted_in_and_what_is_not(
    kari: Any, ask: Any, clock: Any, database: Any
) -> None:
    crowd, times = population(FEW, seed=9), []
    for place in range(6):
        clock.go(seconds=1)
        times.append(clock.written)
        await ask([kari.number, *(crowd if place % 2 else ())])
        if place == 3:
            await sort_in(database)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await kari.get(f"{PATH}?limit=2{cursor and '&cursor='}{cursor}")).json()
        seen += [entry["at"] for entry in page["items"]]
        cursor = page["nextCursor"]
    assert seen == times[::-1]


async def test_P13_two_workers_sort_in_each_call_once(ask: Any, database: Any, rows: Any) -> None:
    for seed in range(6):
        await ask(population(30, seed=seed))
    assert sum(await asyncio.gather(*(sort_in(database) for _ in range(4)))) == 6
    assert len(await rows("access_entry")) == 180


async def test_P13_the_worker_sorts_in(ask: Any, settings: Settings, database: Any, rows: Any) -> None:
    await ask(population(30, seed=1))
    worker, stop = create_worker(settings, database, LocalBroker()), asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(60):
            while not await rows("access_entry"):  # noqa: ASYNC110 - it happens in the database
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await asyncio.wait_for(running, 60)
    assert await rows("access_waiting") == []


async def test_P13_record_systems_in_their_own_shape_are_logged_alike(log_of: Any, kari: Any, send: Any) -> None:
    await send("POST", "/digitaltaktiv/helsenorgeaktivsjekken/v1", {"fnrListe": [kari.number], "omraade": 6})
    [entry] = await log_of(kari)
    assert (entry["kind"], entry["about"]) == ("digitally-active", "youth")
    assert entry["text"].endswith("Det gjaldt ungdom.")


async def test_P13_who_is_not_asked_about_has_no_entry(log_of: Any, kari: Any, ola: Any, ask: Any) -> None:
    await ask([kari.number, "123"])
    assert await log_of(ola) == []


@pytest.mark.parametrize(("table", "count"), [("access_call", 1), ("access_entry", 1), ("access_waiting", 100)])
async def test_P13_nobody_is_answered_about_when_it_cannot_be_logged(
    app: Any, database: Any, table: str, count: int
) -> None:
    system = Machine("999977774", None, "ehr", frozenset())
    async with database.driver() as connection:
        await connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT full_up CHECK (false) NOT VALID")
        try:
            with pytest.raises(asyncpg.CheckViolationError):
                await app.state.active_check.check(system, population(count, 1), "health-care", FIRST_DAY)
        finally:
            await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT full_up")


async def test_S5_both_read_who_acted_for_whom(
    log_of: Any, mother: Any, citizen: Any, register: Any, kari: Any, give: Any
) -> None:
    child = citizen(date(2018, 6, 1))
    register.parents[child.number] = [mother.number]
    acting = mother.acting_for(child.number)
    await acting.set_level("full", '"0"')
    refused = kari.acting_for(child.number)
    await refused.set_level("none", '"1"')
    attempt, change = (await log_of(mother.acting_for(child.number)))[1:]
    assert change["text"] == "En forelder gjorde noe på vegne av deg. Det gjaldt forvaltning."
    assert (change["role"], change["relation"], change["act"], change["allowed"]) == (
        "represented",
        "parent",
        "change",
        True,
    )
    assert attempt["text"] == "Noen prøvde å handle på vegne av deg, men fikk ikke lov. Det gjaldt forvaltning."
    assert attempt["allowed"] is False
    own = await log_of(mother)
    assert own[-1]["text"] == "Du gjorde noe på vegne av barnet ditt. Det gjaldt forvaltning."
    assert own[-1]["role"] == "representative"
    [tried] = await log_of(kari, "en")
    assert (
        tried["text"] == "You tried to act on behalf of another person and were refused. It concerned administration."
    )


async def test_S5_a_power_of_attorney_says_who_the_other_is(
    log_of: Any, kari: Any, ola: Any, give: Any, verify: Any
) -> None:
    await give({kari.number: "full", ola.number: "full"})
    wanted = {"holder": {"nationalId": ola.number, "name": ola.name}, "areas": ["health-care"], "validTo": "2026-12-31"}
    await kari.post("/v1/me/representations", wanted)
    await verify(ola.number, kari.number, "power-of-attorney")
    assert [it["text"] for it in await log_of(kari, "nn")] == [
        "Person 9000 såg på opplysningar på vegner av deg. Det galdt helsehjelp.",
        "Du gav fullmakt til Person 9000.",
    ]
    assert [it["text"] for it in await log_of(ola)] == [
        "Du så på opplysninger på vegne av Person 7500. Det gjaldt helsehjelp.",
        "Person 7500 oppga fødselsnummeret og navnet ditt og ga deg fullmakt.",
    ]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_P13_every_kind_of_entry_has_words_in_every_language(
    log_of: Any, kari: Any, send: Any, ask: Any, language: str
) -> None:
    await ask([kari.number])
    await send("POST", "/v1/digitally-active/interest", {"nationalIds": [kari.number]})
    question = {"nationalIds": [kari.number], "kind": "campaign-contact"}
    await send("POST", "/v1/reservations/check", question, scope="nhn:samtykke/reservations")
    texts = [entry["text"] for entry in await log_of(kari, language)]
    assert len(set(texts)) == 3
    assert all(text.endswith(".") and "{" not in text for text in texts)


async def test_P13_pages_of_the_log_newest_first(kari: Any, ask: Any, clock: Any) -> None:
    times = []
    for _ in range(5):
        clock.go(seconds=1)
        times.append(clock.written)
        await ask([kari.number])
    first = (await kari.get(f"{PATH}?limit=2")).json()
    await ask([kari.number])
    second = (await kari.get(f"{PATH}?limit=2&cursor={first['nextCursor']}")).json()
    third = (await kari.get(f"{PATH}?limit=2&cursor={second['nextCursor']}")).json()
    assert [entry["at"] for page in (first, second, third) for entry in page["items"]] == times[::-1]
    assert third["nextCursor"] is None


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        cursor_for(PATH, "2026-11-22", 1),
        cursor_for(PATH, "0001-01-01T00:00:00+14:00", 1),
        cursor_for(PATH, "2026-11-22T00:00:00+00:00", 0),
    ],
)
async def test_P13_a_page_of_the_log_that_is_none_is_refused(kari: Any, cursor: str) -> None:
    refused = await kari.get(f"{PATH}?cursor={cursor}")
    assert (refused.status_code, refused.json()["code"]) == (400, "cursor-invalid")


async def test_P13_a_log_that_the_caller_has_is_not_sent_again(kari: Any, ask: Any) -> None:
    await ask([kari.number])
    etag = (await kari.get(PATH)).headers["ETag"]
    assert (await kari.get(PATH, {"If-None-Match": etag})).status_code == 304
    await ask([kari.number])
    assert (await kari.get(PATH, {"If-None-Match": etag})).status_code == 200


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM access_entry",
        "DELETE FROM access_entry_2026_11",
        "UPDATE access_call SET client_id = 'another'",
        "UPDATE access_call_2026_11 SET client_id = 'another'",
    ],
)
async def test_P13_the_log_is_only_added_to(ask: Any, kari: Any, database: Any, rows: Any, statement: str) -> None:
    await ask([kari.number])
    before = await rows("access_entry", "access_call")
    async with database.driver() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
            await connection.execute(statement)
    assert await rows("access_entry", "access_call") == before


async def test_P13_entries_lie_in_the_partition_of_their_month(ask: Any, kari: Any, database: Any) -> None:
    await ask([kari.number])
    async with database.driver() as connection:
        tables = await connection.fetch("SELECT tableoid::regclass::text AS name FROM access_entry")
    assert [row["name"] for row in tables] == ["access_entry_2026_11"]


def test_P13_sorting_in_is_gentle_until_it_falls_behind() -> None:
    assert pace(0) == pace(BEHIND_AFTER) == (1, RESTS)
    calls, rest = pace(BEHIND_AFTER + 0.1)
    assert calls > 1
    assert rest == 0


async def test_P13_the_worker_sorts_in_all_that_waits(ask: Any, database: Database, rows: Any) -> None:
    for seed in range(3):
        await ask(population(30, seed=seed))
    stop = asyncio.Event()
    running = asyncio.create_task(keep_sorted(database, stop))
    try:
        async with asyncio.timeout(60):
            while await rows("access_waiting"):  # noqa: ASYNC110 - it happens in the database
                await asyncio.sleep(0.02)
    finally:
        stop.set()
        await asyncio.wait_for(running, 60)
    assert len(await rows("access_entry")) == 90


@pytest.mark.parametrize(
    ("client", "language", "text"),
    [
        ("prescription-api", "nb", "Verktøyformidleren sjekket om"),
        ("prescription-api", "nn", "Verktøyformidlaren sjekka om"),
        ("notification-service", "nb", "Varslingstjenesten sjekket om"),
        ("helsetilbud-api", "nn", "Helsetilbod sjekka om"),
        ("8f7c0f3e-0d6c-4f1c-9a53-2f3f6d1f0a11", "nb", "Et av systemene på Helsenorge sjekket om"),
    ],
)
def test_P13_a_service_is_called_by_the_name_that_people_know(client: str, language: str, text: str) -> None:
    entry = {"kind": "digitally-active", "organisation": None, "client_id": client, "about": "health-care"}
    assert describe(entry, language).startswith(text)
