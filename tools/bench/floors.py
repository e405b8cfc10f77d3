"""The floors: FastAPI alone, with token and proof verified, and with one transaction of two rows besides.

Written with the libraries and nothing of ours, so that what ours adds is seen.
"""

import hashlib
import json
import os
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import uuid4

import asyncpg
from fastapi import Body, Depends, FastAPI, Request
from joserfc import jws, jwt
from joserfc.jwk import JWKRegistry, KeySet
from pydantic import BaseModel

TABLES = """
    CREATE TABLE IF NOT EXISTS floor_prescription (citizen text, id uuid, body jsonb, PRIMARY KEY (citizen, id));
    CREATE TABLE IF NOT EXISTS floor_outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb);
"""


class Plain(BaseModel):
    id: str
    name: str
    ok: bool


def create_app() -> FastAPI:
    """DATABASE_URL, and KEYS with the issuer's key set as JSON."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.keys = KeySet.import_key_set(json.loads(os.environ["KEYS"]))
        app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=10, max_size=10)
        await app.state.pool.execute(TABLES)
        yield
        await app.state.pool.close()

    app = FastAPI(lifespan=lifespan)
    app.get("/plain", response_model=Plain)(plain)
    app.post("/verified")(verified)
    app.post("/written", status_code=201)(written)
    return app


async def plain() -> Plain:
    return Plain(id="1", name="the least that FastAPI can do", ok=True)


def caller(request: Request) -> dict[str, Any]:
    """Token and proof, each verified; the proof's id is not stored."""
    token = request.headers["authorization"].removeprefix("DPoP ")
    claims = jwt.decode(token, request.app.state.keys, algorithms=["RS256"]).claims
    _check(claims["exp"] > time.time())
    proof = request.headers["dpop"]
    key = JWKRegistry.import_key(jws.extract_compact(proof.encode()).headers()["jwk"])
    made = jwt.decode(proof, key, algorithms=["ES256"]).claims
    _check(key.thumbprint() == claims["cnf"]["jkt"])
    _check(made["htm"] == request.method and made["htu"] == str(request.url.replace(query=None)))
    _check(abs(made["iat"] - time.time()) < 15)
    _check(made["ath"] == urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode())
    verified_claims: dict[str, Any] = claims
    return verified_claims


def _check(condition: bool) -> None:
    if not condition:
        raise ValueError("refused")


async def _caller(request: Request) -> dict[str, Any]:
    return caller(request)


Caller = Annotated[dict[str, Any], Depends(_caller)]
AnyBody = Annotated[dict[str, Any], Body()]


async def verified(claims: Caller, body: AnyBody) -> dict[str, Any]:
    return {"scope": claims["scope"]}


async def written(claims: Caller, body: AnyBody, request: Request) -> dict[str, Any]:
    """One transaction, two rows."""
    key, text = uuid4(), json.dumps(body)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO floor_prescription VALUES ($1, $2, $3)", str(key), key, text)
        await connection.execute("INSERT INTO floor_outbox (payload) VALUES ($1)", text)
    return {"id": str(key)}
