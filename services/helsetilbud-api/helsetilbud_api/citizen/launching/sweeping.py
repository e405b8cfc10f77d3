"""Codes and sign-ins that are of no use any longer are thrown away within the hour."""

import asyncio
import contextlib
from typing import Final

from shared.db import Database

EVERY_SECONDS: Final = 600.0
_SWEEP: Final = """
    DELETE FROM launch WHERE expires_at < now() - interval '10 minutes';
    DELETE FROM launch_sign_in WHERE expires_at < now() - interval '10 minutes';
"""


async def sweep_launches(database: Database, stop: asyncio.Event) -> None:
    while not stop.is_set():
        async with database.driver() as connection:
            await connection.execute(_SWEEP)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), EVERY_SECONDS)
