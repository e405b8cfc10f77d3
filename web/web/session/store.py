"""The sessions' tables. Only here is SQL."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from typing import Any, Final

import asyncpg

from shared.db import Database
from web.session.models import Person, Represented, Session, Tokens
from web.session.sealing import Seal, Unsealable, digest

_ID: Final = 32  # random bytes of a cookie
_BATCH: Final = 1_000

_MAKE: Final = """
    INSERT INTO session (id_digest, front_end, identity, tokens, contents) VALUES ($1, $2, $3, $4, $5)
"""
# seen anew at most once in half a minute: a write for each request would be most of what the database does
_FIND: Final = """
    WITH found AS (
        SELECT * FROM session WHERE id_digest = $1 AND front_end = $2
    ), seen AS (
        UPDATE session SET last_seen_at = now()
        FROM found
        WHERE session.id_digest = found.id_digest AND found.last_seen_at < now() - interval '30 seconds'
          AND found.last_seen_at > now() - make_interval(secs => $3)
    )
    SELECT identity, tokens, contents, last_seen_at > now() - make_interval(secs => $3) AS is_open FROM found
"""
_GLANCE: Final = """
    SELECT identity, tokens, contents, last_seen_at > now() - make_interval(secs => $3) AS is_open
    FROM session WHERE id_digest = $1 AND front_end = $2
"""
_TOKENS: Final = "SELECT tokens FROM session WHERE id_digest = $1"
_LEASE: Final = """
    UPDATE session SET refreshing_until = now() + interval '15 seconds'
    WHERE id_digest = $1 AND coalesce(refreshing_until, '-infinity') < now() RETURNING tokens
"""
_REFRESHED: Final = "UPDATE session SET tokens = $2, refreshing_until = NULL WHERE id_digest = $1"
_UNLEASE: Final = "UPDATE session SET refreshing_until = NULL WHERE id_digest = $1"
_LOCK: Final = "SELECT contents FROM session WHERE id_digest = $1 FOR UPDATE"
_CHANGE: Final = "UPDATE session SET contents = $2 WHERE id_digest = $1"
_END: Final = "DELETE FROM session WHERE id_digest = $1"

_BEGIN: Final = "INSERT INTO sign_in (state_digest, browser_digest, kept) VALUES ($1, $2, $3)"
_TAKE: Final = """
    DELETE FROM sign_in WHERE state_digest = $1 AND browser_digest = $2
    RETURNING kept, created_at > now() - interval '10 minutes' AS is_young
"""
_KEEP: Final = """
    INSERT INTO kept_form (browser_digest, path_digest, fields) VALUES ($1, $2, $3)
    ON CONFLICT (browser_digest, path_digest) DO UPDATE SET fields = excluded.fields, created_at = now()
"""
_GIVE_BACK: Final = "DELETE FROM kept_form WHERE browser_digest = $1 RETURNING path_digest, fields"

# an ended session keeps whose it was, for what they had typed; what opens anything is gone at once
_PURGES: Final = (
    """
    UPDATE session SET tokens = NULL, contents = NULL WHERE id_digest IN (
        SELECT id_digest FROM session
        WHERE tokens IS NOT NULL AND last_seen_at < now() - make_interval(secs => $1)
        ORDER BY last_seen_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    """,
    """
    DELETE FROM session WHERE id_digest IN (
        SELECT id_digest FROM session
        WHERE last_seen_at < now() - make_interval(secs => $1) - interval '12 hours'
        ORDER BY last_seen_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    """,
    """
    DELETE FROM sign_in WHERE state_digest IN (
        SELECT state_digest FROM sign_in
        WHERE created_at < now() - make_interval(secs => $1)
        ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    """,
    """
    DELETE FROM kept_form WHERE (browser_digest, path_digest) IN (
        SELECT browser_digest, path_digest FROM kept_form
        WHERE created_at < now() - make_interval(secs => $1)
        ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
    """,
)


class Sessions:
    """Of one front end. Replicas share the database, and with it the sessions."""

    def __init__(self, database: Database, seal: Seal, front_end: str, idle_seconds: int) -> None:
        self.database, self.seal = database, seal
        self._front_end, self._idle_seconds = front_end, idle_seconds

    async def make(self, person: Person, tokens: Tokens, sign_out_hint: str | None, contents: Mapping[str, Any]) -> str:
        """A new one; returns the id for the cookie."""
        identifier = secrets.token_urlsafe(_ID)
        key = digest(identifier)
        identity = {
            "subject": person.subject,
            "name": person.name,
            "acting_for": asdict(person.acting_for) if person.acting_for else None,
            "form_secret": secrets.token_hex(16),
            "sign_out_hint": sign_out_hint,
        }
        sealed = (self.seal.close(it, key) for it in (identity, tokens.document(), dict(contents)))
        async with self.database.driver() as connection:
            await connection.execute(_MAKE, key, self._front_end, *sealed)
        return identifier

    async def find(self, identifier: str, *, seen: bool = True) -> tuple[Session | None, Person | None]:
        """The session, if it is good now; and whose it is or was, for as long as that is known. `seen` is whether
        somebody did something: what a page asks for by itself keeps no session open.
        """
        key, statement = digest(identifier), _FIND if seen else _GLANCE
        async with self.database.driver() as connection:
            row = await connection.fetchrow(statement, key, self._front_end, float(self._idle_seconds))
        try:
            return self._read(key, row) if row else (None, None)
        except Unsealable:
            return None, None

    def _read(self, key: bytes, row: asyncpg.Record) -> tuple[Session | None, Person | None]:
        identity = self.seal.open(row["identity"], key)
        acting_for = identity.get("acting_for")
        person = Person(identity["subject"], identity["name"], Represented(**acting_for) if acting_for else None)
        if not row["is_open"] or row["tokens"] is None:
            return None, person
        return Session(
            key,
            person,
            Tokens.of(self.seal.open(row["tokens"], key)),
            bytes.fromhex(identity["form_secret"]),
            identity["sign_out_hint"],
            self.seal.open(row["contents"], key),
        ), person

    @asynccontextmanager
    async def change(self, session: Session) -> AsyncIterator[dict[str, Any]]:
        """The contents, to be changed in place: one after the other, whoever else changes them. Nothing is called
        meanwhile. `session.contents` becomes what was written.
        """
        async with self.database.driver_transaction() as connection:
            sealed = await connection.fetchval(_LOCK, session.id_digest)
            contents = self.seal.open(sealed, session.id_digest) if sealed else {}
            yield contents
            if sealed:
                await connection.execute(_CHANGE, session.id_digest, self.seal.close(contents, session.id_digest))
        session.contents.clear()
        session.contents.update(contents)

    async def tokens(self, session: Session) -> Tokens | None:
        """As another request may have renewed them; None when the session is over."""
        async with self.database.driver() as connection:
            return self._tokens(session, await connection.fetchval(_TOKENS, session.id_digest))

    async def lease(self, session: Session) -> Tokens | None:
        """The tokens, for the one request that may renew them now; None for the others."""
        async with self.database.driver() as connection:
            return self._tokens(session, await connection.fetchval(_LEASE, session.id_digest))

    def _tokens(self, session: Session, sealed: bytes | None) -> Tokens | None:
        return Tokens.of(self.seal.open(sealed, session.id_digest)) if sealed else None

    async def renewed(self, session: Session, tokens: Tokens) -> Session:
        async with self.database.driver() as connection:
            sealed = self.seal.close(tokens.document(), session.id_digest)
            await connection.execute(_REFRESHED, session.id_digest, sealed)
        return replace(session, tokens=tokens)

    async def give_up_lease(self, session: Session) -> None:
        async with self.database.driver() as connection:
            await connection.execute(_UNLEASE, session.id_digest)

    async def end(self, identifier: str) -> None:
        async with self.database.driver() as connection:
            await connection.execute(_END, digest(identifier))

    async def begin_sign_in(self, state: str, browser: str, kept: Mapping[str, Any]) -> None:
        key = digest(state)
        async with self.database.driver() as connection:
            await connection.execute(_BEGIN, key, digest(browser), self.seal.close(dict(kept), key))

    async def take_sign_in(self, state: str, browser: str) -> dict[str, Any] | None:
        """Once, within ten minutes, in the browser that began it."""
        key = digest(state)
        async with self.database.driver() as connection:
            row = await connection.fetchrow(_TAKE, key, digest(browser))
        if row is None or not row["is_young"]:
            return None
        try:
            kept: dict[str, Any] = self.seal.open(row["kept"], key)
        except Unsealable:
            return None
        return kept

    async def keep_form(self, browser: str, person: Person, path: str, fields: Mapping[str, str]) -> None:
        """What was typed at `path` when the session of this person was over. The newest of a path is kept."""
        key = digest(path)
        kept = {"subject": person.role, "path": path, "fields": dict(fields)}
        async with self.database.driver() as connection:
            await connection.execute(_KEEP, digest(browser), key, self.seal.close(kept, key))

    async def give_back_forms(self, browser: str, person: Person) -> dict[str, dict[str, str]]:
        """Fields by path, once; what somebody else had typed is thrown away."""
        async with self.database.driver() as connection:
            rows = await connection.fetch(_GIVE_BACK, digest(browser))
        kept = [self.seal.open(row["fields"], row["path_digest"]) for row in rows]
        return {it["path"]: it["fields"] for it in kept if it["subject"] == person.role}

    async def purge(self) -> None:
        """What is over is emptied at the end of its time, and gone twelve hours later."""
        for statement in _PURGES:
            async with self.database.driver() as connection:
                await connection.execute(statement, float(self._idle_seconds), _BATCH)
