"""The services' databases on one server: each with its own user, who reaches nothing else."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlsplit

import asyncpg

EXTENSIONS = ("pg_trgm", "unaccent")
# "databases" shortened, in ASCII: one maker at a time
_LOCK = 0x64617461


def create_databases(admin_url: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Makes sure that each database exists, owned by the user of its name with that password, and returns their URLs.

    Can be called again, also with other passwords, and from a running event loop.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _create(admin_url, passwords)).result()
    return {name: url_of(admin_url, name, name, password) for name, password in passwords.items()}


def separate_owners(admin_url: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Gives each of these databases, and all that the user of its name owns in it, to an owner of its own with that
    password; returns the databases' URLs as the owners reach them. Can be called again.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _separate(admin_url, passwords)).result()
    return {name: url_of(admin_url, name, _owner_of(name), password) for name, password in passwords.items()}


def close_defaults(admin_url: str) -> None:
    """Keeps everyone but the administrator out of the databases that every server has."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _close_defaults(admin_url)).result()


def url_of(server_url: str, database: str, user: str, password: str) -> str:
    """The same server, another database and user."""
    parts = urlsplit(server_url)
    place = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"
    return parts._replace(netloc=netloc, path=f"/{quote(database, safe='')}").geturl()


async def _create(admin_url: str, passwords: Mapping[str, str]) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        for name, password in passwords.items():
            await _create_one(connection, name, password)
    finally:
        await connection.close()
    for name in passwords:
        await _extend(_named(admin_url, name))


async def _create_one(connection: asyncpg.Connection, name: str, password: str) -> None:
    await _set_role(connection, name, password)
    owner = await connection.fetchval("SELECT datdba::regrole::text FROM pg_database WHERE datname = $1", name)
    if owner is None:
        await _execute(connection, "CREATE DATABASE %1$I OWNER %1$I", name)
    elif owner.strip('"') != _owner_of(name):
        await _execute(connection, "ALTER DATABASE %1$I OWNER TO %1$I", name)
    await _execute(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", name)


async def _separate(admin_url: str, passwords: Mapping[str, str]) -> None:
    for name, password in passwords.items():
        connection = await asyncpg.connect(_named(admin_url, name))
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
            await _set_role(connection, _owner_of(name), password)
            await _execute(connection, "ALTER DATABASE %I OWNER TO %I", name, _owner_of(name))
            await _execute(connection, "REASSIGN OWNED BY %I TO %I", name, _owner_of(name))
            await _execute(connection, "GRANT CONNECT ON DATABASE %1$I TO %1$I", name)
        finally:
            await connection.close()


def _owner_of(database: str) -> str:
    return f"{database}_owner"


async def _set_role(connection: asyncpg.Connection, name: str, password: str) -> None:
    exists = await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name)
    await _execute(connection, ("ALTER" if exists else "CREATE") + " ROLE %I LOGIN PASSWORD %L", name, password)


async def _extend(url: str) -> None:
    """Trusted or not, the extensions are made by the administrator; a server without them is left without."""
    connection = await asyncpg.connect(url)
    try:
        offered = await connection.fetch("SELECT name FROM pg_available_extensions WHERE name = ANY($1)", EXTENSIONS)
        for row in offered:
            await _execute(connection, "CREATE EXTENSION IF NOT EXISTS %I", row["name"])
    finally:
        await connection.close()


async def _close_defaults(admin_url: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        for name in ("postgres", "template1"):
            await _execute(connection, "REVOKE ALL ON DATABASE %I FROM PUBLIC", name)
    finally:
        await connection.close()


async def _execute(connection: asyncpg.Connection, template: str, *words: str) -> None:
    """A statement that takes no parameters: the server itself quotes the words into it."""
    statement = await connection.fetchval("SELECT format($1, VARIADIC $2::text[])", template, list(words))
    await connection.execute(statement)


def _named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{quote(database, safe='')}").geturl()
