"""Expires what is due in the database that is named, in so many batches of ten, and waits for its end:
`python expiring_worker.py <url> <batches>`.
"""

import asyncio
import sys

from prescription_api import due
from prescription_api.due import Deadlines
from shared.db import Database
from shared.messaging.delivery import utc_now


async def main(url: str, batches: int) -> None:
    due.BATCH = 10
    database = Database(url, pool_size=2)
    deadlines = Deadlines(database, (), utc_now)
    for _ in range(batches):
        await deadlines.handle_batch(utc_now())
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
