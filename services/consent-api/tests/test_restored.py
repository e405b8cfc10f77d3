"""A cluster that was put back to an earlier time gives the same transaction numbers once more (S3)."""

from pathlib import Path

import asyncpg
import pytest

from consent_api.feed.queries import Position, current_position
from devkit.servers import postgres
from devkit.servers.postgres_backup import Archive


async def _position(url: str) -> Position:
    """As the service's own user sees it, who is no administrator."""
    connection = await asyncpg.connect(url)
    try:
        return await current_position(connection)
    finally:
        await connection.close()


@pytest.mark.rule("S3")
async def test_a_cursor_from_before_is_known_to_be_of_another_time(tmp_path: Path) -> None:
    archive = Archive.at(tmp_path / "archive")
    with postgres.start(tmp_path / "first", fast=True, settings=archive.settings) as server:
        archive.take_base_backup(server)
        url = postgres.create_databases(server.admin_url, {"consent_api": "word"})["consent_api"]
        connection = await asyncpg.connect(url)
        moment = await connection.fetchval("SELECT clock_timestamp()")
        for number in range(10):
            await connection.execute(f"CREATE TABLE afterwards_{number} (number int)")
        await connection.close()
        before = await _position(url)
        await archive.complete(server)
        server.kill()
        with archive.restore(server, tmp_path / "restored", moment):
            after = await _position(url)
    assert after.xact < before.xact, "transactions are counted from the earlier time on"
    assert after.system != before.system
