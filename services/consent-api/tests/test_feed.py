"""S3: following whose state has changed, and registering interest in them."""

import asyncio
from datetime import date
from typing import Any

import pytest

from consent_api.consent.service import set_consent
from consent_api.representation.models import Acting
from devkit.testing.national_ids import generate, population
from shared.nationalid import NationalId
from shared.paging import encode_position

INTEREST = "/v1/digitally-active/interest"
CHANGES = "/v1/digitally-active/changes"
ADD = "INSERT INTO standing_change (citizen, changed_at) VALUES ($1, now())"
NOBODY = "k1-" + "a" * 26


@pytest.fixture
def register_interest(send: Any) -> Any:
    async def register(*people: Any) -> Any:
        answer = await send("POST", INTEREST, {"nationalIds": [getattr(it, "number", it) for it in people]})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    return register


@pytest.fixture
def changes(send: Any) -> Any:
    """The answer to a cursor; without one, where to begin."""

    async def ask(cursor: str | None = None, **query: Any) -> Any:
        asked = "&".join(f"{name}={value}" for name, value in ({"cursor": cursor} | query).items() if value is not None)
        answer = await send("GET", f"{CHANGES}?{asked}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


async def test_S3_those_of_interest_who_have_changed_are_named(
    register_interest: Any, changes: Any, kari: Any, ola: Any, reference: Any, clock: Any
) -> None:
    [registered] = await register_interest(kari)
    assert registered == {"nationalId": kari.number, "citizen": reference(kari.number), "error": None}
    begun = await changes()
    assert (begun["items"], begun["more"]) == ([], False)
    assert (await changes(begun["nextCursor"]))["items"] == []
    await kari.set_level("full", '"0"')
    await ola.set_level("full", '"0"')
    found = await changes(begun["nextCursor"])
    assert found["items"] == [{"citizen": reference(kari.number), "changedAt": clock.written}]
    assert (await changes(found["nextCursor"]))["items"] == []
    assert (await changes(begun["nextCursor"]))["items"] == found["items"], "a cursor is good more than once"


async def test_S3_what_was_before_the_beginning_is_not_told(register_interest: Any, changes: Any, kari: Any) -> None:
    await register_interest(kari)
    await kari.set_level("full", '"0"')
    begun = await changes()
    assert (await changes(begun["nextCursor"]))["items"] == []


async def test_S3_somebody_who_changes_twice_is_named_once_a_page(
    register_interest: Any, changes: Any, kari: Any, clock: Any
) -> None:
    await register_interest(kari)
    begun = await changes()
    await kari.set_level("full", '"0"')
    clock.go(minutes=1)
    await kari.set_level("none", '"1"')
    [item] = (await changes(begun["nextCursor"]))["items"]
    assert item["changedAt"] == clock.written


async def test_S3_pages_leave_nobody_out(register_interest: Any, changes: Any, citizen: Any, reference: Any) -> None:
    people = [citizen(date(1960, 1, 1), place) for place in range(7)]
    await register_interest(*people)
    cursor, seen, pages = (await changes())["nextCursor"], [], 0
    for person in people:
        await person.set_level("full", '"0"')
    more = True
    while more:
        page = await changes(cursor, limit=3)
        seen += [item["citizen"] for item in page["items"]]
        cursor, more, pages = page["nextCursor"], page["more"], pages + 1
    assert seen == [reference(person.number) for person in people]
    assert pages == 3


async def test_S3_a_reader_with_little_interest_gets_past_everybody_elses_changes(
    register_interest: Any, changes: Any, kari: Any, database: Any
) -> None:
    await register_interest(kari)
    cursor, asked = (await changes())["nextCursor"], 0
    async with database.driver() as connection:
        await connection.execute(
            "INSERT INTO standing_change (citizen, changed_at) SELECT 'k1-' || n, now() FROM generate_series(1, 5001) n"
        )
    await kari.set_level("full", '"0"')
    found: list[Any] = []
    while not found:
        page = await changes(cursor)
        assert page["more"] is (asked == 0)
        found, cursor, asked = page["items"], page["nextCursor"], asked + 1
    assert asked == 2


async def test_S3_interest_is_each_clients_own_and_ends(
    register_interest: Any, changes: Any, send: Any, kari: Any, ola: Any, reference: Any, rows: Any
) -> None:
    await register_interest(kari, ola)
    await register_interest(kari)
    assert len(await rows("interest")) == 2
    cursor = (await changes())["nextCursor"]
    for person in (kari, ola):
        await person.set_level("full", '"0"')
    for _ in range(2):
        assert (await send("DELETE", f"{INTEREST}/{reference(kari.number)}")).status_code == 204
    assert [it["citizen"] for it in (await changes(cursor))["items"]] == [reference(ola.number)]
    assert (await send("DELETE", INTEREST)).status_code == 204
    assert (await changes(cursor))["items"] == []


async def test_S3_another_clients_interest_is_not_mine(changes: Any, database: Any, kari: Any, reference: Any) -> None:
    async with database.driver() as connection:
        await connection.execute("INSERT INTO interest VALUES ($1, 'another', now())", reference(kari.number))
    cursor = (await changes())["nextCursor"]
    await kari.set_level("full", '"0"')
    assert (await changes(cursor))["items"] == []


async def test_S3_registering_interest_leaves_wrong_numbers_in_their_place(register_interest: Any, kari: Any) -> None:
    wrong = kari.number[:-1] + str((int(kari.number[-1]) + 1) % 10)
    items = await register_interest("123", kari, wrong)
    assert [it["error"] and it["error"]["code"] for it in items] == [
        "national-id-malformed",
        None,
        "national-id-check-digits",
    ]
    assert [it["citizen"] is None for it in items] == [True, False, True]


async def test_S3_whoever_is_followed_can_read_it(register_interest: Any, kari: Any) -> None:
    await register_interest(kari)
    [entry] = (await kari.get("/v1/me/access-log")).json()["items"]
    assert (entry["kind"], entry["client"]) == ("interest", "0c5a3b1e-6c1f-4d7d-9a53-2f3f6d1f0a11")


async def test_S3_a_change_that_commits_late_is_not_passed_by(
    register_interest: Any, changes: Any, kari: Any, ola: Any, database: Any, reference: Any
) -> None:
    """The one who begins first commits last: an ordinary counter would let the reader go past it."""
    await register_interest(kari, ola)
    cursor = (await changes())["nextCursor"]
    async with database.driver() as slow:
        late = slow.transaction()
        await late.start()
        await slow.execute(ADD, reference(kari.number))
        await ola.set_level("full", '"0"')
        page = await changes(cursor)
        assert page["items"] == [], "the reader waits for the slowest writer"
        await late.commit()
    page = await changes(page["nextCursor"])
    assert [it["citizen"] for it in page["items"]] == [reference(kari.number), reference(ola.number)]


async def test_S3_a_change_that_is_rolled_back_is_none(
    register_interest: Any, changes: Any, kari: Any, database: Any, reference: Any
) -> None:
    await register_interest(kari)
    cursor = (await changes())["nextCursor"]
    async with database.driver() as connection:
        undone = connection.transaction()
        await undone.start()
        await connection.execute(ADD, reference(kari.number))
        await undone.rollback()
    assert (await changes(cursor))["items"] == []


@pytest.mark.parametrize("kind", ["research-contact", "survey-contact"])
async def test_S3_a_reservation_that_counts_is_a_change(
    register_interest: Any, changes: Any, kari: Any, kind: str
) -> None:
    await register_interest(kari)
    cursor = (await changes())["nextCursor"]
    await kari.put(f"/v1/me/reservations/{kind}", '{"reserved": true}', {"If-Match": '"0"'})
    assert len((await changes(cursor))["items"]) == (1 if kind == "research-contact" else 0)


async def test_S3_who_depends_on_the_changed_one_is_named_with_them(
    register_interest: Any,
    changes: Any,
    check: Any,
    mother: Any,
    citizen: Any,
    register: Any,
    kari: Any,
    reference: Any,
) -> None:
    child = citizen(date(2018, 6, 1))
    register.parents[child.number] = [mother.number]
    await check([child.number, kari.number])
    wanted = {
        "holder": {"nationalId": mother.number, "name": mother.name},
        "areas": ["research"],
        "validTo": "2026-12-31",
    }
    await kari.post("/v1/me/representations", wanted)
    await register_interest(child, kari, mother)
    cursor = (await changes())["nextCursor"]
    await mother.set_level("none", '"1"')
    named = {it["citizen"] for it in (await changes(cursor))["items"]}
    assert named == {reference(it.number) for it in (mother, child, kari)}


async def test_S3_a_tie_waits_for_a_change_of_whom_it_ties(
    app: Any, mother: Any, citizen: Any, register: Any, reference: Any, clock: Any, database: Any, rows: Any
) -> None:
    """Else the change would not know of the child, and the child would be judged by what was before the change."""
    child = citizen(date(2018, 6, 1))
    register.parents[child.number] = [mother.number]
    people = {reference(child.number): NationalId.parse(child.number, allow_synthetic=True)}
    async with database.session() as session:
        me = reference(mother.number)
        await set_consent(session, Acting(me, me), "none", '"1"', clock.now)
        tying = asyncio.create_task(app.state.persons.refresh(people, clock.now))
        await asyncio.wait([tying], timeout=0.5)
        assert not tying.done()
    await tying
    assert [row["active"] for row in await rows("parent")] == [True]


async def test_S3_what_the_register_says_anew_is_a_change(
    register_interest: Any, changes: Any, check: Any, register: Any, kari: Any, reference: Any, clock: Any
) -> None:
    await check([kari.number])
    await register_interest(kari)
    cursor = (await changes())["nextCursor"]
    clock.go(days=1)
    await check([kari.number])
    assert (await changes(cursor))["items"] == []
    register.say(kari.number, status="deceased")
    clock.go(days=1)
    await check([kari.number])
    assert [it["citizen"] for it in (await changes(cursor))["items"]] == [reference(kari.number)]


@pytest.mark.parametrize(
    ("cursor", "status", "code"),
    [
        ("nonsense", 400, "cursor-invalid"),
        (encode_position(1, 2), 400, "cursor-invalid"),
        (encode_position(1, 2, -3), 400, "cursor-invalid"),
        (encode_position(1, 2**63, 3), 400, "cursor-invalid"),
        (encode_position("1", 2, 3), 400, "cursor-invalid"),
        (encode_position(1, 2, 3), 410, "feed-restarted"),
    ],
)
async def test_S3_a_cursor_of_another_database_or_of_nobody_is_refused(
    send: Any, cursor: str, status: int, code: str
) -> None:
    refused = await send("GET", f"{CHANGES}?cursor={cursor}")
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_S3_nothing_new_is_not_sent_again(send: Any, changes: Any) -> None:
    path = f"{CHANGES}?cursor={(await changes())['nextCursor']}"
    etag = (await send("GET", path)).headers["ETag"]
    assert (await send("GET", path, **{"If-None-Match": etag})).status_code == 304


@pytest.mark.parametrize("method_path", [("GET", CHANGES), ("POST", INTEREST), ("DELETE", INTEREST)])
async def test_S3_the_scope_is_needed(send: Any, method_path: tuple[str, str]) -> None:
    refused = await send(*method_path, scope="nhn:verktoykatalog/supplier")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")


@pytest.mark.parametrize("numbers", [[], [generate(date(1980, 5, 17), 0)] * 1001, "17878050000", [1]])
async def test_S3_interest_of_the_wrong_shape_is_refused(send: Any, numbers: Any) -> None:
    refused = await send("POST", INTEREST, {"nationalIds": numbers})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")


async def test_S3_no_number_is_taken_for_a_reference(send: Any) -> None:
    refused = await send("DELETE", f"{INTEREST}/17878050000")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert (await send("DELETE", f"{INTEREST}/{NOBODY}")).status_code == 204


async def test_S3_interest_in_a_thousand_at_once(register_interest: Any, rows: Any) -> None:
    await register_interest(*population(1000, seed=7))
    assert len(await rows("interest")) == 1000
