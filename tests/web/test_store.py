"""Sessions in the real database: found by the cookie alone, ended in time, changed and renewed one after the other."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from devkit.testing.plugin import MakeDatabase
from shared.db import Database
from web.calling.api import Caller
from web.calling.errors import SignedOut
from web.session import Person, Seal, Session, Sessions, Token, Tokens
from web.signing_in import SignInRefused

PERSON = Person("subject", "Ragnhild")
IDLE = 1800
TOKENS = Tokens({"kty": "EC"}, "refresh-0", {"nhn:one": Token("access-0", "Bearer", time.time() + 600)})


@pytest.fixture
async def database(make_database: MakeDatabase) -> Any:
    database = Database(await make_database("web"))
    yield database
    await database.close()


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database, Seal({"k1": b"1" * 32}, "k1"), "practitioner", IDLE)


async def made(sessions: Sessions, tokens: Tokens = TOKENS) -> tuple[str, Session]:
    identifier = await sessions.make(PERSON, tokens, None, {"count": 0})
    session, _ = await sessions.find(identifier)
    assert session
    return identifier, session


async def grow_old(database: Database, seconds: int) -> None:
    async with database.driver() as connection:
        await connection.execute("UPDATE session SET last_seen_at = now() - make_interval(secs => $1)", float(seconds))


async def test_a_session_is_found_by_its_id_and_by_its_front_end(sessions: Sessions, database: Database) -> None:
    identifier, session = await made(sessions)
    assert session.person == PERSON
    assert session.tokens == TOKENS
    assert await sessions.find(identifier + "x") == (None, None)
    assert await Sessions(database, sessions.seal, "citizen", IDLE).find(identifier) == (None, None)


async def test_who_does_nothing_for_too_long_is_out_and_is_known_for_what_they_typed(
    sessions: Sessions, database: Database
) -> None:
    identifier, _ = await made(sessions)
    await grow_old(database, IDLE - 60)
    assert (await sessions.find(identifier))[0], "and seen now"
    await grow_old(database, IDLE + 1)
    assert await sessions.find(identifier) == (None, PERSON)
    await sessions.purge()
    async with database.driver() as connection:
        row = await connection.fetchrow("SELECT tokens, contents FROM session")
    assert tuple(row) == (None, None)
    assert await sessions.find(identifier) == (None, PERSON)
    await grow_old(database, IDLE + 12 * 3600 + 1)
    await sessions.purge()
    assert await sessions.find(identifier) == (None, None)


async def test_changes_come_one_after_the_other(sessions: Sessions) -> None:
    identifier, session = await made(sessions)

    async def count() -> None:
        async with sessions.change(replace(session, contents={})) as contents:
            contents["count"] += 1

    await asyncio.gather(*(count() for _ in range(20)))
    found, _ = await sessions.find(identifier)
    assert found
    assert found.contents == {"count": 20}


class Issuer:
    """Gives a token once for each refresh token, as an issuer that rotates them."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def renew(self, tokens: Tokens, audience: str) -> Tokens:
        assert tokens.refresh
        self.asked.append(tokens.refresh)
        await asyncio.sleep(0.05)
        if len(set(self.asked)) < len(self.asked):
            raise SignInRefused("invalid_grant")
        access = {**tokens.access, audience: Token(f"access-{len(self.asked)}", "Bearer", time.time() + 600)}
        return replace(tokens, refresh=f"refresh-{len(self.asked)}", access=access)


async def test_a_refresh_token_is_used_once_by_however_many_requests_on_two_replicas(
    sessions: Sessions, database: Database
) -> None:
    over = replace(TOKENS, access={"nhn:one": Token("old", "Bearer", time.time() - 1)})
    _, session = await made(sessions, over)
    issuer = Issuer()
    other = Sessions(Database(database.url.replace("+asyncpg", "")), sessions.seal, "practitioner", IDLE)
    try:
        async with httpx.AsyncClient() as http:
            callers = [
                Caller(http, issuer, store, session, "nb")  # type: ignore[arg-type]
                for store in (sessions, other)
                for _ in range(5)
            ]
            headers = await asyncio.gather(*(it.authorization("nhn:one", "GET", "http://x/") for it in callers))
    finally:
        await other.database.close()
    assert issuer.asked == ["refresh-0"]
    assert {it["Authorization"] for it in headers} == {"Bearer access-1"}


async def test_who_is_refused_by_the_issuer_is_signed_out(sessions: Sessions) -> None:
    _, session = await made(sessions, replace(TOKENS, refresh=None, access={}))

    class Refusing:
        async def renew(self, tokens: Tokens, audience: str) -> Tokens:
            raise SignInRefused("invalid_grant")

    async with httpx.AsyncClient() as http:
        for _ in range(2):
            with pytest.raises(SignedOut):
                await Caller(http, Refusing(), sessions, session, "nb").authorization("nhn:one", "GET", "http://x/")  # type: ignore[arg-type]


async def test_a_sign_in_is_taken_once_young_and_by_its_browser(sessions: Sessions, database: Database) -> None:
    await sessions.begin_sign_in("state", "browser", {"back": "/"})
    assert await sessions.take_sign_in("state", "another") is None
    assert await sessions.take_sign_in("state", "browser") == {"back": "/"}
    assert await sessions.take_sign_in("state", "browser") is None
    await sessions.begin_sign_in("state", "browser", {})
    async with database.driver() as connection:
        await connection.execute("UPDATE sign_in SET created_at = now() - interval '11 minutes'")
    assert await sessions.take_sign_in("state", "browser") is None


async def test_a_kept_form_is_given_back_once_and_to_its_person(sessions: Sessions) -> None:
    await sessions.keep_form("browser", PERSON, "/a", {"melding": "Hei"})
    await sessions.keep_form("browser", PERSON, "/a", {"melding": "Hei igjen"})
    assert await sessions.give_back_forms("another", PERSON) == {}
    assert await sessions.give_back_forms("browser", PERSON) == {"/a": {"melding": "Hei igjen"}}
    assert await sessions.give_back_forms("browser", PERSON) == {}
    await sessions.keep_form("browser", PERSON, "/a", {"melding": "Hei"})
    assert await sessions.give_back_forms("browser", Person("somebody else", "")) == {}


def test_the_built_files_are_those_of_the_lock() -> None:
    """`make assets` writes what it read and what it made; neither has changed since."""
    import hashlib

    vendor = Path(__file__).parents[2] / "web/web/static/vendor"
    lines = [line.split("  ") for line in (vendor / "SHA256SUMS").read_text("utf-8").splitlines()]
    assert {name.rpartition("/")[2] for _, name in lines} >= {"package-lock.json", "theme.css", "NOTICE"}
    assert {it.name for it in vendor.iterdir()} - {"SHA256SUMS"} <= {name for _, name in lines}
    changed = [name for digest, name in lines if hashlib.sha256((vendor / name).read_bytes()).hexdigest() != digest]
    assert changed == []
