"""Expires what is due in the database that is named, until nothing is left: `python expiring_worker.py <url>`."""

import asyncio
import sys

from prescription_api import due
from prescription_api.due import Deadlines
from shared.db import Database
from shared.messaging.delivery import utc_now


async def main(url: str) -> None:
    due.BATCH = 10
    database = Database(url, pool_size=2)
    deadlines = Deadlines(database, (), utc_now)
    while await deadlines.handle_batch(utc_now()):
        pass
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
