"""What the check reads of a person is a copy, which follows whatever it is a copy of."""

from collections.abc import Awaitable, Callable
from datetime import date
from random import Random
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from consent_api.loading import load, load_persons
from consent_api.persons.models import PersonCopy
from shared.db import Database
from shared.migrate import configuration

TRUTH = """
    SELECT citizen, c.level, p.status, p.confidential, p.born, p.checked_at, p.citizen IS NOT NULL AS asked,
           EXISTS (SELECT FROM power_of_attorney g WHERE g.giver = citizen) AS gives
    FROM consent c FULL JOIN person p USING (citizen) ORDER BY citizen
"""
COPY = """
    SELECT citizen, level, status, confidential, born, checked_at, checked_at IS NOT NULL AS asked, gives
    FROM known_citizen WHERE level IS NOT NULL OR status IS NOT NULL ORDER BY citizen
"""
# as the release before writes them, and whoever repairs by hand
WRITES = (
    "INSERT INTO consent VALUES ($1, 'full', 1, now()) ON CONFLICT (citizen) DO UPDATE SET level = 'basis'",
    "UPDATE consent SET level = 'none' WHERE citizen >= $1",
    "DELETE FROM consent WHERE citizen = $1",
    "INSERT INTO person VALUES ($1, 'living', false, NULL, NULL, now())"
    " ON CONFLICT (citizen) DO UPDATE SET status = 'deceased', confidential = true, checked_at = now()",
    "UPDATE person SET born = '2015-01-01', next_turn = '2027-01-01' WHERE citizen <= $1",
    "DELETE FROM person WHERE citizen = $1",
    "INSERT INTO power_of_attorney SELECT $1, 'k1-other', gen_random_uuid(), 1, '{youth}', false, now(), now(), '', '',"
    " now(), NULL WHERE EXISTS (SELECT FROM consent WHERE citizen = $1) ON CONFLICT DO NOTHING",
)


@pytest.fixture
def compare(database: Database) -> Callable[[], Awaitable[int]]:
    """Returns how many there are."""

    async def compare() -> int:
        async with database.driver() as connection:
            truth, copy = [list(map(dict, await connection.fetch(statement))) for statement in (TRUTH, COPY)]
        assert copy == truth
        return len(truth)

    return compare


async def test_S2_the_copy_follows_every_write(database: Database, compare: Any) -> None:
    chance, seen = Random(6), set()  # noqa: S311 - repeatable on purpose
    for _ in range(300):
        async with database.driver() as connection:
            await connection.execute(chance.choice(WRITES), f"k1-{chance.choice('abcdefgh')}")
        seen.add(await compare())
    assert len(seen) > 3


async def test_S2_the_copy_has_everyone_who_is_loaded(database: Database, clock: Any, compare: Any) -> None:
    await load(database, ((f"k1-{number}", "basis") for number in range(0, 50, 2)), clock.now)
    copies = [PersonCopy(f"k1-{number}", "living", False, None, clock.now) for number in range(0, 50, 3)]
    await load_persons(database, copies, [])
    assert await compare() == 33


async def test_S2_the_copy_is_made_of_what_is_there_when_it_comes(database: Database, clock: Any, compare: Any) -> None:
    """The migration once more, over everything that the writes left."""
    chance = Random(7)  # noqa: S311 - repeatable on purpose
    script = ScriptDirectory.from_config(configuration("consent_api")).get_revision("0006").module
    async with database.driver_transaction() as connection:
        for _ in range(100):
            await connection.execute(chance.choice(WRITES), f"k1-{chance.choice('abcdefgh')}")
        await connection.execute("DROP TABLE known_citizen")
        await connection.execute(script._TABLE + script._FILL)
    assert await compare() > 3


async def test_S2_the_copy_is_undone_with_what_it_is_a_copy_of(database: Database, compare: Any) -> None:
    async with database.driver() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(WRITES[0], "k1-a")
        await transaction.rollback()
    assert await compare() == 0


async def test_S2_who_is_assigned_is_told_also_where_the_person_has_not_consented(
    check: Any, citizen: Any, mother: Any, assign: Any, give: Any
) -> None:
    person = citizen(date(1950, 5, 5))
    await give({person.number: "basis"})
    await check([person.number, mother.number])
    await assign(person.number, mother.number)
    [item] = await check([person.number])
    assert (item["active"], item["activeThroughOthers"], item["assignedRepresentative"]) == (False, False, True)
    assert item["reasons"] == ["consent-basis-only"]
