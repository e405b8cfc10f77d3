"""Dead letters of a service from a terminal, beside its database: DATABASE_URL is the service's.

    python -m shared.dead_letters list [--state waiting|replaying|replayed|discarded]
    python -m shared.dead_letters replay ID
    python -m shared.dead_letters replay --all [--name EVENT] [--reason REASON]
    python -m shared.dead_letters discard ID --reason "..." --by NAME

The worker does what is asked within seconds. What a letter says is not shown: it is about a citizen.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, get_args
from uuid import UUID

from sqlalchemy import Row

from shared.connections import BATCH_STATEMENT
from shared.db import Database
from shared.errors import DomainError
from shared.messaging.dead_letter_queries import (
    State,
    Which,
    discard,
    find_letters,
    request_replay,
    request_replay_of_all,
    state_of,
)
from shared.schemas import rfc3339

_MOST_SHOWN: Final = 1000


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it was done; 1, and the reason on standard error, when it was not."""
    asked = _parser().parse_args(arguments)
    try:
        said = asyncio.run(_run(asked, os.environ["DATABASE_URL"]))
    except DomainError as error:
        sys.stderr.write(f"{error.title['en']}\n")
        return 1
    sys.stdout.write("".join(f"{line}\n" for line in said))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.dead_letters", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="those that wait, or are in the state")
    listing.add_argument("--state", choices=get_args(State))
    replay = commands.add_parser("replay", help="have one, or all that wait, handled again")
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("letter", nargs="?", type=UUID, metavar="ID")
    which.add_argument("--all", action="store_true")
    replay.add_argument("--name", help="with --all: only about this event")
    replay.add_argument("--reason", help="with --all: only those that died of exactly this")
    leaving = commands.add_parser("discard", help="leave one undone, and say why")
    leaving.add_argument("letter", type=UUID, metavar="ID")
    leaving.add_argument("--reason", required=True)
    leaving.add_argument("--by", required=True, help="who decides")
    return parser


async def _run(asked: argparse.Namespace, database_url: str) -> list[str]:
    database, now = Database(database_url, pool_size=1, statement_timeout=BATCH_STATEMENT), datetime.now(UTC)
    try:
        async with database.session() as session:
            if asked.command == "list":
                return [_line(row) for row in await find_letters(session, asked.state, None, _MOST_SHOWN)]
            if asked.command == "discard":
                return [_line(await discard(session, asked.letter, asked.by, asked.reason, now))]
            if asked.all:
                count = await request_replay_of_all(session, Which(asked.name, asked.reason), now)
                return [f"{count} to be handled again"]
            return [_line(await request_replay(session, asked.letter, now))]
    finally:
        await database.close()


def _line(row: Row[Any]) -> str:
    why = f" ({row.discard_reason})" if row.discard_reason else ""
    return f"{row.id}  {rfc3339(row.failed_at)}  {state_of(row):<9}  {row.name or '-'}  {row.reason}{why}"


if __name__ == "__main__":
    sys.exit(main())
