"""What wakes the streams notices when its database hangs."""

from typing import Any

from structlog.testing import capture_logs

from devkit.testing.stopping import hung
from devkit.testing.waiting import until
from helsetilbud_api.citizen.streaming.streams import Streams
from helsetilbud_api.citizen.writing import STREAM
from shared.db import Database

LISTENING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ 'LISTEN|^SELECT 1$'
"""


async def test_M4_streams_are_woken_again_when_their_listener_hangs(make_database: Any) -> None:
    database = Database(await make_database("helsetilbud_api"), pool_size=2)
    streams, hanging = Streams(database, 5), []

    async def found() -> bool:
        async with database.driver() as connection:
            hanging[:] = [row["pid"] for row in await connection.fetch(LISTENING)]
        return len(hanging) == 1

    async def told() -> bool:
        async with database.driver() as connection:
            await connection.execute("SELECT pg_notify($1, $2)", STREAM, "citizen")
        return await stream.wait(0.1)

    async with streams.listening():
        await until(found)
        with streams.open("citizen") as stream, capture_logs() as logs, hung(*hanging):
            await until(lambda: "streams_not_woken" in {entry["event"] for entry in logs}, 10)
            stream.begin_reading()
            await until(told, 10)
    await database.close()
