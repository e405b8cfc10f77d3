"""Who serves reads and writes rows, and owns nothing (0063): each service's database with two logins."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from devkit.servers import postgres
from shared.db import Database
from shared.housekeeping import keep_house
from shared.metrics import Metrics
from shared.migrate import prepare

PACKAGES = ("catalog_api", "consent_api", "helsetilbud_api", "notification_service", "prescription_api")
PASSWORDS = dict.fromkeys(PACKAGES, "serving")
OWNERS = dict.fromkeys(PACKAGES, "owning")


@pytest.fixture(scope="module")
def urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    server = postgres.start(tmp_path_factory.mktemp("granting"), fast=True)
    try:
        served = postgres.create_databases(server.admin_url, PASSWORDS)
        yield served, postgres.separate_owners(server.admin_url, OWNERS)
    finally:
        server.stop()


@pytest.fixture
async def serving(urls: tuple[dict[str, str], dict[str, str]], package: str) -> str:
    served, owned = urls
    for _ in range(2):  # again, as with the next release
        await prepare(package, served[package], None, owned[package])
    return served[package]


@pytest.mark.parametrize("package", PACKAGES)
async def test_who_serves_owns_nothing_and_changes_no_table(serving: str) -> None:
    connection = await asyncpg.connect(serving)
    try:
        owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
        assert await connection.fetchval(owned) == 0
        for refused in (
            "CREATE TABLE one_more (id integer)",
            "ALTER TABLE outbox ADD COLUMN one_more integer",
            "DROP TABLE inbox",
            "TRUNCATE outbox",
            "ALTER TABLE outbox DISABLE TRIGGER USER",
            "UPDATE alembic_version SET version_num = '0000'",
            "CREATE OR REPLACE FUNCTION drop_outbox_month(month text) RETURNS boolean LANGUAGE sql RETURN true",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(refused)
    finally:
        await connection.close()


@pytest.mark.parametrize("package", PACKAGES)
async def test_who_serves_has_months_made_and_dropped(
    serving: str, package: str, urls: tuple[dict[str, str], dict[str, str]]
) -> None:
    owner = await asyncpg.connect(urls[1][package])
    await owner.execute(
        "CREATE TABLE outbox_2024_01 PARTITION OF outbox FOR VALUES FROM ('2024-01-01Z') TO ('2024-02-01Z')"
    )
    await owner.execute(
        "CREATE TABLE outbox_2024_02 PARTITION OF outbox FOR VALUES FROM ('2024-02-01Z') TO ('2024-03-01Z')"
    )
    await owner.execute(
        "INSERT INTO outbox (created_at, event_id, name, payload) VALUES ('2024-02-02Z', $1, 'a.b.v1', '{}')", uuid4()
    )
    await owner.close()
    database, stop = Database(serving, pool_size=2), asyncio.Event()
    house = asyncio.create_task(keep_house(database, Metrics(), stop))
    try:
        async with database.driver() as connection:
            await connection.execute("SELECT ensure_outbox_partitions()")
            for _ in range(100):
                if await connection.fetchval("SELECT to_regclass('outbox_2024_01') IS NULL"):
                    break
                await asyncio.sleep(0.1)
            assert await connection.fetchval("SELECT to_regclass('outbox_2024_01') IS NULL")
            assert await connection.fetchval("SELECT to_regclass('outbox_2024_02') IS NOT NULL")
            assert not await connection.fetchval("SELECT drop_outbox_month('inbox')")
            await connection.execute("SELECT setval('dpop_proof_opened', last_value) FROM dpop_proof_opened")
    finally:
        stop.set()
        await house
        await database.close()


@pytest.mark.parametrize(
    ("package", "make", "drop"),
    [
        ("consent_api", "make_access_log_months", "drop_access_log_months"),
        ("prescription_api", "ensure_access_log_partitions", "drop_access_log_partitions"),
    ],
)
async def test_P13_who_serves_cannot_have_the_access_log_dropped(serving: str, make: str, drop: str) -> None:
    now = datetime.now(UTC)
    connection = await asyncpg.connect(serving)
    try:
        await connection.execute(f"SELECT {make}($1)", now)
        await connection.execute(f"SELECT {drop}($1)", now)
        for moment, years in ((now + timedelta(days=3650), 5), (now, 0)):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(f"SELECT {drop}($1, $2)", moment, years)
    finally:
        await connection.close()


async def test_what_was_owned_by_who_serves_becomes_the_owners(tmp_path: Path) -> None:
    """A database of the release before."""
    server = postgres.start(tmp_path, fast=True)
    try:
        serving = postgres.create_databases(server.admin_url, {"catalog_api": "serving"})["catalog_api"]
        await prepare("catalog_api", serving, None)
        for _ in range(2):  # and started again
            owner = postgres.separate_owners(server.admin_url, {"catalog_api": "owning"})["catalog_api"]
            await prepare("catalog_api", serving, None, owner)
            serving = postgres.create_databases(server.admin_url, {"catalog_api": "serving"})["catalog_api"]
        connection = await asyncpg.connect(serving)
        try:
            assert (
                await connection.fetchval("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole") == 0
            )
            assert await connection.fetchval("SELECT count(*) FROM outbox") == 0
        finally:
            await connection.close()
    finally:
        server.stop()
