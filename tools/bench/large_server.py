"""A PostgreSQL of a measurement's own, with the memory that it has in operation."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import asyncpg

from devkit.servers import postgres

# as docker-compose.yml has it (a test compares): what is asked for all the time stays in the server's memory
MEMORY: Final = {"shared_buffers": "1536MB", "max_wal_size": "4GB", "maintenance_work_mem": "256MB"}


@contextmanager
def large_server(purpose: str) -> Iterator[postgres.PostgresServer]:
    """Its folder is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"helseverktoy-{purpose}-") as folder:
        place = Path(folder) / "postgres"
        with postgres.start(place) as server:
            asyncio.run(_remember_settings(server.admin_url))
        with postgres.start(place) as server:
            yield server


async def _remember_settings(admin_url: str) -> None:
    connection = await asyncpg.connect(admin_url)
    for name, value in MEMORY.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    await connection.close()
