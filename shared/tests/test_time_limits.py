"""A request has so long to be read and for its answer to begin; what is cut off has changed nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import SecretStr
from starlette.types import Message, Receive, Scope, Send

from devkit.testing.serving import listening
from devkit.testing.waiting import until
from shared import idempotency
from shared.auth.claims import HelseIdToken
from shared.db import Database, Session
from shared.errors import install_error_handlers
from shared.http import JSON, Gate, Intake
from shared.idempotency import Answer, IdempotencyKey, repeatable
from shared.metrics import Metrics

SHORT: Final = 0.2
FOR_EVER: Final = asyncio.Event().wait


def gated(app: FastAPI, **short: float) -> Gate:
    """`short`: the seconds of each path."""
    install_error_handlers(app)
    intakes = [Intake("POST", f"/{name}", JSON, 1000, seconds) for name, seconds in short.items()]
    return Gate(app, service="test", metrics=Metrics(), max_body_bytes=1000, intakes=intakes, seconds=60)


def asking(gate: Gate) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://test")


async def test_what_takes_too_long_is_told_to_come_again() -> None:
    app, cut = FastAPI(), asyncio.Event()

    @app.post("/slow")
    async def slow() -> None:
        try:
            await FOR_EVER()
        finally:
            cut.set()

    async with asking(gated(app, slow=SHORT)) as http:
        answer = await http.post("/slow")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert cut.is_set()


async def test_a_limit_of_one_route_is_none_for_another() -> None:
    app = FastAPI()

    @app.post("/patient")
    async def patient() -> None:
        await asyncio.sleep(2 * SHORT)

    async with asking(gated(app, slow=SHORT)) as http:
        assert (await http.post("/patient")).status_code == 200


async def test_a_timeout_within_is_what_it_was() -> None:
    """One of an outside system, say, which the route makes something of."""
    app = FastAPI()

    @app.post("/asks")
    async def asks() -> str:
        try:
            async with asyncio.timeout(0):
                await FOR_EVER()
        except TimeoutError:
            return "without it"

    async with asking(gated(app)) as http:
        assert (await http.post("/asks")).json() == "without it"


FRAMINGS: Final = ("content-length: 100", "transfer-encoding: chunked")


@asynccontextmanager
async def half_sent(framing: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, list[int]]]:
    """A request whose body has not come; and the statuses that it is answered with."""
    app, statuses = FastAPI(), []

    @app.post("/slow")
    async def slow(request: Request) -> int:
        return len(await request.body())

    gate = gated(app, slow=SHORT)

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async def note(message: Message) -> None:
            statuses.append(message.get("status"))
            await send(message)

        await gate(scope, receive, note)

    async with listening(noting) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"POST /slow HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{framing}\r\n\r\n".encode())
        yield reader, writer, statuses
        writer.close()


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_a_body_that_does_not_come_ends_with_the_connection(framing: str) -> None:
    async with half_sent(framing) as (reader, _, _):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408")
    assert b"connection: close" in head.lower()
    assert b'"request-timeout"' in body


@pytest.mark.parametrize("framing", FRAMINGS)
async def test_a_body_that_trickles_in_has_no_more_time_than_another(framing: str) -> None:
    async with half_sent(framing) as (reader, writer, statuses):
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(b"1" if "length" in framing else b"1\r\n1\r\n")
            await asyncio.wait({ended}, timeout=SHORT / 4)
        ended.exception()  # the answer is lost to who goes on sending
    assert statuses[0] == 408


async def test_a_stream_that_has_begun_goes_on() -> None:
    app, limit = FastAPI(), 3.0

    async def said() -> AsyncIterator[str]:
        yield "first "
        await asyncio.sleep(1.1 * limit)
        yield "last"

    @app.post("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(said())

    async with asking(gated(app, stream=limit)) as http:
        assert (await http.post("/stream")).text == "first last"


CALLER = HelseIdToken("a-client", frozenset(), "", None, None, None, None, None, None)
SETTINGS = SimpleNamespace(citizen_reference_keys={"k1": SecretStr("x" * 32)}, citizen_reference_key_id="k1")


@pytest.fixture
def writing(database: Database) -> FastAPI:
    """Two routes that store the answer of a key; one of them never comes to its end."""
    app = FastAPI()
    app.state.database, app.state.settings = database, SETTINGS

    async def write(request: Request, session: Session, key: IdempotencyKey = None) -> Response:
        request.state.token = CALLER
        repeat = await repeatable(request, key)
        if stored := await idempotency.claim(session, repeat):
            return stored.response(replayed=True)
        await idempotency.keep(session, repeat, Answer(201, {}, "written"))
        if request.url.path == "/slow" and not request.headers.get("fast"):
            await FOR_EVER()
        return Response(status_code=201)

    app.add_api_route("/slow", write, methods=["POST"])
    return app


async def test_the_key_of_a_request_that_was_cut_off_can_be_used_again(writing: FastAPI, database: Database) -> None:
    async with asking(gated(writing, slow=1.0)) as http:
        assert (await http.post("/slow", headers={"Idempotency-Key": "k"})).status_code == 503
    await until(lambda: database.connections_in_use == 0)
    async with database.driver() as connection:
        assert await connection.fetchval("SELECT count(*) FROM idempotent_answer") == 0
    async with asking(gated(writing)) as http:
        again = await http.post("/slow", headers={"Idempotency-Key": "k", "fast": "yes"})
    assert (again.status_code, "Idempotency-Replayed" in again.headers) == (201, False)


async def test_a_statement_that_was_cut_off_leaves_a_connection_that_works(make_database: Any) -> None:
    database = Database(await make_database(None), pool_size=1)
    app = FastAPI()

    @app.post("/slow")
    async def slow() -> None:
        async with database.driver() as connection:
            await connection.execute("SELECT pg_sleep(3600)")

    async with asking(gated(app, slow=1.0)) as http:
        for _ in range(2):
            assert (await http.post("/slow")).status_code == 503
            async with database.driver() as connection:
                assert await connection.fetchval("SELECT 7") == 7
    await database.close()
