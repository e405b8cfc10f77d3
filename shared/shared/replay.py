"""Sends events once more, for a consumer whose database was restored to an earlier time: DATABASE_URL is the sender's.

    python -m shared.replay --since 2026-11-23T10:00:00Z [--until TIME] [--event NAME]...

The service's own relay sends them, as it did the first time. Consumers that have handled one know it by its id, so that
too early a time does no harm. The outbox has what was made since its oldest partition.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from shared import outbox
from shared.connections import BATCH_STATEMENT
from shared.db import Database

BATCH: Final = 5000
_AGAIN: Final = """
    WITH chosen AS (
        SELECT created_at, id FROM outbox
        WHERE created_at >= $1 AND created_at < $2 AND id > $3 AND sent_at IS NOT NULL
        AND ($4::text[] IS NULL OR name = ANY($4)) ORDER BY id LIMIT $5
    )
    UPDATE outbox SET sent_at = NULL, due_at = now() FROM chosen
    WHERE outbox.created_at = chosen.created_at AND outbox.id = chosen.id RETURNING outbox.id
"""


async def send_again(database: Database, since: datetime, until: datetime, names: Sequence[str] | None = None) -> int:
    """How many events wait to be sent once more. In several transactions: the relay begins meanwhile."""
    count, last = 0, 0
    while True:
        async with database.driver_transaction(statement_timeout=BATCH_STATEMENT) as connection:
            rows = await connection.fetch(_AGAIN, since, until, last, names, BATCH)
        database.wakeups.send(outbox.CHANNEL)
        count += len(rows)
        if len(rows) < BATCH:
            return count
        last = max(row["id"] for row in rows)


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise argparse.ArgumentTypeError("a time needs its offset, such as Z")
    return time


async def _run(asked: argparse.Namespace, url: str) -> int:
    database = Database(url, pool_size=1)
    try:
        return await send_again(database, asked.since, asked.until or datetime.now(UTC), asked.event)
    finally:
        await database.close()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m shared.replay", description=__doc__.partition("\n")[0])
    parser.add_argument("--since", type=_time, required=True, help="when the first was made (RFC 3339)")
    parser.add_argument("--until", type=_time, help="before when the last was made; now, if it is not said")
    parser.add_argument("--event", action="append", metavar="NAME", help="only of this name; can be said again")
    sent = asyncio.run(_run(parser.parse_args(arguments), os.environ["DATABASE_URL"]))
    sys.stdout.write(f"{sent} events are sent once more\n")


if __name__ == "__main__":
    main()
