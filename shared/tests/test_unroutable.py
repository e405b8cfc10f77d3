"""Events that no queue takes."""

from datetime import timedelta

import pytest

from shared.db import Database
from shared.messaging.local import LocalBroker
from shared.metrics import Metrics
from shared.relay import Relay

_ADD = """
    INSERT INTO outbox (event_id, name, payload, created_at)
    VALUES (gen_random_uuid(), 'test.untaken.v1', '{}', now() - $1::interval)
"""


@pytest.mark.parametrize(
    ("age", "pause"),
    [
        (timedelta(0), timedelta(seconds=1)),
        (timedelta(minutes=10), timedelta(minutes=1)),
        (timedelta(days=3), timedelta(minutes=5)),
    ],
)
async def test_what_nobody_takes_is_tried_more_and_more_seldom(
    database: Database, age: timedelta, pause: timedelta
) -> None:
    async with database.driver() as connection:
        await connection.execute(_ADD, age)
        assert await Relay(database, LocalBroker(), Metrics()).send_batch(connection) == 1
        waits = await connection.fetchval("SELECT due_at - now() FROM outbox WHERE sent_at IS NULL")
    assert timedelta(0) < pause - waits + timedelta(seconds=0.1) < timedelta(seconds=2)
