"""What changes with a date and not by anybody's act: birthdays, and the days of powers of attorney (S5).

Just after midnight in Norway everyone concerned is named in the change feed, and those who listen are told. The rules
themselves look at the date: nobody is let in for longer because this is late.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from consent_api.ages import is_aged, next_turn
from consent_api.feed.writing import note
from consent_api.persons.queries import parents_in
from consent_api.persons.service import set_parent
from consent_api.representation import queries
from consent_api.representation.service import remember
from shared.access_rules import ADULT_FROM
from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.norway import day_in_norway

EVERY_SECONDS: Final = 30.0
_CHILDREN_AT_ONCE: Final = 500

_FIRST: Final = text("INSERT INTO turned_day (day) SELECT :today WHERE NOT EXISTS (SELECT FROM turned_day)")
_TAKE: Final = text("SELECT day FROM turned_day FOR UPDATE")
_MOVE: Final = text("UPDATE turned_day SET day = :today")
_ANOTHER_VERSION: Final = text(
    "UPDATE power_of_attorney SET version = version + 1 WHERE giver = :giver AND holder = :holder RETURNING version"
)
_TURNED: Final = text("UPDATE person SET born = :born, next_turn = :next WHERE citizen = :citizen")


async def keep_days(database: Database, clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    """A job of the worker."""
    while not stop.is_set():
        await turn(database, clock())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_SECONDS)


async def turn(database: Database, now: datetime) -> None:
    """Everything up to today; what is left of other days after an outage as well."""
    today = day_in_norway(now)
    async with database.session(statement_timeout=BATCH_STATEMENT) as session:
        await _turn_powers(session, today, now)
    more = True
    while more:
        async with database.session(statement_timeout=BATCH_STATEMENT) as session:
            more = await _turn_children(session, today, now)


async def _turn_powers(session: AsyncSession, today: date, now: datetime) -> None:
    """By one worker at a time: the day is locked until it is done."""
    await session.execute(_FIRST, {"today": today})
    last = (await session.execute(_TAKE)).scalar_one()
    if last >= today:
        return
    for power in await queries.powers_that_turn(session, last, today):
        await _turn_power(session, power, now)
    await session.execute(_MOVE, {"today": today})


async def _turn_power(session: AsyncSession, power: Mapping[str, Any], now: datetime) -> None:
    version = (await session.execute(_ANOTHER_VERSION, power)).scalar_one()
    change = "ended" if power["ended"] else "begun"
    await remember(session, {**power, "version": version}, change, None, not power["ended"], now)


async def _turn_children(session: AsyncSession, today: date, now: datetime) -> bool:
    """Returns whether there may be more of them."""
    children = await queries.children_who_turn(session, today, _CHILDREN_AT_ONCE)
    for child in children:
        await _turn_child(session, child.citizen, child.born, today, now)
    if children:
        await note(session, [child.citizen for child in children], now)
    return len(children) == _CHILDREN_AT_ONCE


async def _turn_child(session: AsyncSession, citizen: str, born: date, today: date, now: datetime) -> None:
    """From 16 on nobody is anybody's parent here, and the birth date is forgotten."""
    grown_up = is_aged(born, ADULT_FROM, today)
    values = {"citizen": citizen, "born": None if grown_up else born, "next": next_turn(born, today)}
    await session.execute(_TURNED, values)
    if grown_up:
        for parent in (await parents_in(session, [citizen])).get(citizen, ()):
            await set_parent(session, citizen, parent, False, now)
