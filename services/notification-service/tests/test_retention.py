"""Contact points that nobody confirmed, and who a campaign was sent to, do not stay for ever."""

import asyncio

from devkit.testing.plugin import MakeDatabase
from devkit.testing.waiting import until
from notification_service.retention import RETENTION
from shared.db import Database
from shared.housekeeping import keep_house
from shared.metrics import Metrics


async def test_an_address_that_was_not_confirmed_goes_after_its_codes_end(make_database: MakeDatabase) -> None:
    database = Database(await make_database("notification_service"))
    async with database.driver() as connection:
        await connection.execute("""
            INSERT INTO contact_confirmation (citizen, channel, confirmation_id, contact_point, expires_at) VALUES
                ('long ago', 'sms', gen_random_uuid(), '+4799999999', now() - interval '2 days'),
                ('now', 'sms', gen_random_uuid(), '+4799999998', now() + interval '1 minute')
        """)
        stop = asyncio.Event()
        keeping = asyncio.create_task(keep_house(database, Metrics(), stop, RETENTION))

        async def one_is_left() -> bool:
            return [r["citizen"] for r in await connection.fetch("SELECT citizen FROM contact_confirmation")] == ["now"]

        await until(one_is_left)
    stop.set()
    await keeping
    await database.close()
