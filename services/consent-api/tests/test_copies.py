"""What our own services keep copies of: everybody's level and reservations, without gaps."""

from datetime import date
from typing import Any

import pytest

from shared.paging import encode_position

CHANGES = "/v1/consents/changes"
SCOPE = "nhn:samtykke/representation"
ADD = "INSERT INTO standing_change (citizen, changed_at) VALUES ($1, now())"


@pytest.fixture
def changes(send: Any) -> Any:
    async def ask(cursor: str | None = None, **query: Any) -> Any:
        asked = "&".join(f"{name}={value}" for name, value in ({"cursor": cursor} | query).items() if value is not None)
        answer = await send("GET", f"{CHANGES}?{asked}", scope=SCOPE)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture
def walk(changes: Any) -> Any:
    """What is told from here to the end, and where the next walk begins."""

    async def read(cursor: str | None = None, **query: Any) -> tuple[list[Any], str]:
        items, more = [], True
        while more:
            page = await changes(cursor, **query)
            items, cursor, more = items + page["items"], page["nextCursor"], page["more"]
        assert cursor
        return items, cursor

    return read


async def test_S1_everybody_comes_first_and_then_those_who_change(
    walk: Any, kari: Any, ola: Any, reference: Any, clock: Any, give: Any
) -> None:
    await give({ola.number: "basis"})
    items, cursor = await walk(limit=1)
    told = {"citizen": reference(ola.number), "level": "basis", "version": 1}
    assert [item | told for item in items] == items
    assert (await walk(cursor))[0] == []
    await kari.set_level("full", '"0"')
    clock.go(minutes=1)
    await kari.set_level("none", '"1"')
    [item], cursor = await walk(cursor)
    assert item == {
        "citizen": reference(kari.number),
        "level": "none",
        "version": 2,
        "changedAt": clock.written,
        "reservations": [],
        "recipients": {"version": 2, "themselves": True, "others": []},
    }
    assert (await walk(cursor))[0] == []


@pytest.mark.parametrize("kind", ["research-contact", "survey-contact", "campaign-contact"])
async def test_S4_reservations_of_every_kind_are_told(
    walk: Any, kari: Any, reference: Any, clock: Any, kind: str
) -> None:
    """Also of who never answered, for whom there is no level; and to a copy that begins afterwards."""
    _, cursor = await walk()
    await kari.put(f"/v1/me/reservations/{kind}", '{"reserved": true}', {"If-Match": '"0"'})
    [item], _ = await walk(cursor)
    assert (item["citizen"], item["level"], item["version"]) == (reference(kari.number), "none", 0)
    assert item["reservations"] == [{"kind": kind, "reserved": True, "version": 1, "changedAt": clock.written}]
    assert (await walk())[0] == [item]


async def test_what_is_loaded_is_told_to_copies_that_have_begun(walk: Any, kari: Any, give: Any) -> None:
    _, cursor = await walk()
    await give({kari.number: "full"})
    [item], _ = await walk(cursor)
    assert (item["level"], item["version"]) == ("full", 1)


@pytest.mark.parametrize("limit", [1, 3, 7])
async def test_pages_leave_nobody_out(walk: Any, citizen: Any, reference: Any, limit: int) -> None:
    people = [citizen(date(1960, 1, 1), place) for place in range(7)]
    everybody = sorted(reference(person.number) for person in people)
    _, cursor = await walk()
    for person in people:
        await person.set_level("full", '"0"')
    items, _ = await walk(cursor, limit=limit)
    assert sorted(item["citizen"] for item in items) == everybody
    items, _ = await walk(limit=limit)
    assert sorted({item["citizen"] for item in items}) == everybody


async def test_S1_a_slow_transaction_holds_nobodys_withdrawal_back_and_is_not_passed_by(
    walk: Any, kari: Any, citizen: Any, database: Any, reference: Any
) -> None:
    """What commits first is told at once, page by page; what began before it and commits later is told then."""
    people = [citizen(date(1960, 1, 1), place) for place in range(3)]
    _, cursor = await walk()
    async with database.driver() as slow:
        late = slow.transaction()
        await late.start()
        await slow.execute(ADD, reference(kari.number))
        for person in people:
            await person.set_level("full", '"0"')
        items, cursor = await walk(cursor, limit=1)
        assert [item["citizen"] for item in items] == [reference(person.number) for person in people]
        await late.commit()
    items, cursor = await walk(cursor, limit=1)
    assert reference(kari.number) in [item["citizen"] for item in items]
    assert (await walk(cursor))[0] == []


async def test_a_cursor_of_another_database_begins_anew(changes: Any, send: Any) -> None:
    for cursor in (encode_position(1, 1, 1, 0), encode_position(1, 1, "k1-" + "a" * 26)):
        answer = await send("GET", f"{CHANGES}?cursor={cursor}", scope=SCOPE)
        assert (answer.status_code, answer.json()["code"]) == (410, "feed-restarted")


@pytest.mark.parametrize(
    "position", [(1, 1, 1, -1), (1, 1, 1, 2**63), (1, 1), (1, 1, "' OR 1=1"), (1, 1, "\0"), (1, -1, "k1-" + "a" * 26)]
)
async def test_a_forged_cursor_is_refused(send: Any, position: tuple[Any, ...]) -> None:
    answer = await send("GET", f"{CHANGES}?cursor={encode_position(*position)}", scope=SCOPE)
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor-invalid")


async def test_only_our_own_services_read_it(send: Any) -> None:
    answer = await send("GET", CHANGES)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")
