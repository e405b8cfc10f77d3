"""The live feed over real connections: from any replica, gone on with, and ended when the replica is (M4)."""

import asyncio
import json
import signal
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn

from devkit.testing.tokens import BearerAuth, served_by
from helsetilbud_api.app import create_app
from helsetilbud_api.citizen.schemas import FeedEvent
from helsetilbud_api.citizen.streaming import routes
from helsetilbud_api.citizen.streaming.streams import MOST_OF_ONE


@pytest.mark.rule("M4")
async def test_M4_an_entry_is_in_the_streams_of_every_replica_at_once(
    kari: Any, ola: Any, others: Any, another: Any, follow: Any
) -> None:
    async with (
        another() as here,
        another() as there,
        follow(here, kari) as first,
        follow(there, kari) as second,
        follow(there, ola) as olas,
    ):
        for follower in (first, second, olas):
            begun = await follower.block()
            assert (begun["event"], begun["id"], begun["data"]) == ("feed-start", "0", '{"gap":false}')
        event = others.prescribed(kari, uuid4())
        await others.tell(event, others.prescribed(ola, uuid4()))
        for follower in (first, second):
            number, entry = await follower.entry()
            assert (number, entry.prescription_id) == (1, event.prescription_id)
        assert (await olas.entry())[1].prescription_id != event.prescription_id
        [listed] = await kari.feed()
        assert FeedEvent.model_validate(listed) == entry


@pytest.mark.rule("M4")
async def test_M4_a_kind_that_the_next_release_has_told_of_does_not_end_a_stream(
    kari: Any, told_by_the_next_release: str, another: Any, follow: Any
) -> None:
    async with another() as here, follow(here, kari, after=0) as follower:
        await follower.block()
        block = await follower.block()
        assert json.loads(block["data"])["kind"] == told_by_the_next_release


@pytest.mark.rule("M4")
async def test_M4_who_only_looks_at_the_stream_is_answered_and_takes_no_room(
    kari: Any, another: Any, helsenorge: Any
) -> None:
    await kari.consent()
    token = helsenorge.citizen_token("nhn:helsetilbud", pid=kari.number, **kari.token)
    async with another() as here, httpx.AsyncClient(base_url=here, auth=BearerAuth(token), timeout=10) as http:
        for _ in range(MOST_OF_ONE + 1):
            looked = await http.head("/v1/me/feed/stream")
            assert (looked.status_code, looked.content) == (200, b"")
            assert looked.headers["content-type"].startswith("text/event-stream")
            assert looked.headers["x-accel-buffering"] == "no"


@pytest.mark.rule("M4")
async def test_M4_a_stream_is_gone_on_with_in_another_replica_without_loss(
    kari: Any, others: Any, another: Any, follow: Any, clock: Any
) -> None:
    """Also what happened before what was seen last, and was heard of after it."""
    events = [others.prescribed(kari, uuid4()) for _ in range(3)]
    late = others.prescribed(kari, uuid4())
    late = late.model_copy(update={"prescribed_at": late.prescribed_at.replace(year=2025)})
    async with another() as here, another() as there:
        async with follow(here, kari) as follower:
            await follower.block()
            await others.tell(events[0])
            seen, _ = await follower.entry()
        await others.tell(events[1], late, events[2], events[0])
        async with follow(there, kari, after=seen) as follower:
            await follower.block()
            got = [(await follower.entry())[1].prescription_id for _ in range(3)]
    assert got == [events[1].prescription_id, late.prescription_id, events[2].prescription_id]


@pytest.mark.rule("M4")
async def test_M4_of_many_at_once_none_is_lost_and_none_comes_twice(
    kari: Any, others: Any, another: Any, follow: Any
) -> None:
    events = [others.prescribed(kari, uuid4()) for _ in range(150)]
    async with another() as url, follow(url, kari) as follower:
        await follower.block()
        telling = asyncio.gather(*(others.tell(event) for event in events))
        got = [await follower.entry() for _ in events]
        await telling
    assert [number for number, _ in got] == list(range(1, 151))
    assert {entry.prescription_id for _, entry in got} == {event.prescription_id for event in events}


@pytest.mark.rule("M4", "K4")
async def test_K4_a_withdrawal_is_told_to_all_who_follow(
    kari: Any, ola: Any, others: Any, prescribed: Any, tool: Any, another: Any, follow: Any
) -> None:
    await others.tell(others.prescribed(ola, tool))
    async with another() as url, follow(url, kari) as karis, follow(url, ola) as olas:
        for follower in (karis, olas):
            assert (await follower.block())["id"] == "1"
        await others.tell(others.stopped(tool))
        for follower in (karis, olas):
            assert (await follower.entry())[1].kind == "tool-withdrawn"


@pytest.mark.rule("S6", "M4")
async def test_S6_a_stream_ends_with_consent_and_goes_on_when_it_is_full_again(
    kari: Any, others: Any, another: Any, follow: Any
) -> None:
    async with another() as url:
        async with follow(url, kari) as follower:
            await follower.block()
            await others.tell(others.level(kari, "basis", 1), others.prescribed(kari, uuid4()))
            with pytest.raises(EOFError):
                await follower.block()
        async with follow(url, kari, after=0) as refused:
            await refused.response.aread()
            problem = refused.response.json()
            assert (refused.response.status_code, problem["code"]) == (403, "tools-hidden")
            assert problem["reason"] == "consent-basis-only"
        await others.tell(others.level(kari, "full", 2))
        async with follow(url, kari, after=0) as follower:
            await follower.block()
            assert (await follower.entry())[0] == 1


@pytest.mark.rule("M4")
async def test_M4_a_stream_ends_with_the_token_that_opened_it(
    caller: Any, another: Any, follow: Any, running_clock: Any
) -> None:
    short = caller(date(1988, 2, 2), claims={"exp": int(running_clock().timestamp()) + 2})
    async with another(stream_heartbeat=0.3) as url, follow(url, short) as follower:
        await follower.block()
        async with asyncio.timeout(20):
            with pytest.raises(EOFError):
                await follower.all()


async def test_M4_what_was_notified_in_vain_is_found_at_the_next_heartbeat(
    kari: Any, others: Any, database: Any, another: Any, follow: Any
) -> None:
    """The connection that listens is cut."""
    listeners = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    cut = f"SELECT pg_terminate_backend(pid) {listeners}"
    async with another(stream_heartbeat=0.3) as url, follow(url, kari) as follower:
        await follower.block()
        async with database.driver() as connection:
            await connection.execute(cut)
        await others.tell(others.prescribed(kari, uuid4()))
        block = await follower.block()
        while "id" not in block:
            block = await follower.block()
        assert block["id"] == "1"


async def test_M4_a_stream_ends_with_its_time_and_with_its_replica(kari: Any, another: Any, follow: Any) -> None:
    async with another(stream_seconds=0.2) as url, follow(url, kari) as follower:
        await follower.block()
        with pytest.raises(EOFError):
            await follower.all()
    async with AsyncExitStack() as followers:
        async with another() as url:
            follower = await followers.enter_async_context(follow(url, kari))
            await follower.block()
        with pytest.raises(EOFError):
            await follower.block()


async def test_M4_streams_are_so_many_at_most(kari: Any, ola: Any, another: Any, follow: Any) -> None:
    async with another(streams=MOST_OF_ONE + 1) as url, AsyncExitStack() as followers:
        citizens = [kari] * MOST_OF_ONE + [ola]
        opened = [await followers.enter_async_context(follow(url, citizen)) for citizen in citizens]
        for follower in opened:
            await follower.block()
        for citizen in (kari, ola):
            async with follow(url, citizen) as refused:
                await refused.response.aread()
                assert (refused.response.status_code, refused.response.json()["code"]) == (503, "too-many-streams")


async def test_M4_as_many_as_ask_at_once_get_no_more(kari: Any, another: Any, follow: Any) -> None:
    async with another(streams=100) as url, AsyncExitStack() as followers:
        asked = [followers.enter_async_context(follow(url, kari)) for _ in range(3 * MOST_OF_ONE)]
        statuses = [follower.response.status_code for follower in await asyncio.gather(*asked)]
        assert sorted(statuses) == [200] * MOST_OF_ONE + [503] * 2 * MOST_OF_ONE


@pytest.mark.parametrize("sent", ["-1", "", "k1-x", "9" * 40])
async def test_an_id_that_is_none_of_ours_begins_with_a_gap(kari: Any, another: Any, follow: Any, sent: str) -> None:
    """An EventSource sends it again for ever: refusing it would end the stream for good."""
    async with another() as url, follow(url, kari, after=sent) as follower:
        assert follower.response.headers["X-Accel-Buffering"] == "no"
        begun = await follower.block()
        assert (begun["event"], begun["id"], begun["data"]) == ("feed-start", "0", '{"gap":true}')


async def test_a_number_from_elsewhere_is_passed_over(kari: Any, others: Any, another: Any, follow: Any) -> None:
    async with another() as url, follow(url, kari, after=99) as follower:
        begun = await follower.block()
        assert (begun["event"], begun["id"], begun["data"]) == ("feed-start", "0", '{"gap":true}')
        await others.tell(others.prescribed(kari, uuid4()))
        assert (await follower.entry())[0] == 1


@pytest.mark.rule("S5", "M4")
async def test_S5_parents_of_the_young_follow_what_is_about_prescriptions_and_not_for_long(
    caller: Any, others: Any, another: Any, follow: Any, representations: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    young = caller(date(2012, 6, 1))
    mother = caller(date(1988, 2, 2), represents=young.number, relation="parent")
    own, sent = uuid4(), uuid4()
    for_young = {"target_groups": ["young"], "representative_may_use": True}
    await others.tell(others.published(own, prescription_required=False, **for_young))
    await others.tell(others.published(sent, **for_young))
    representations.allow(narrowed=True)
    assert (await young.add(own)).status_code == 201
    async with another() as url:
        async with follow(url, mother) as follower:
            await follower.block()
            await others.tell(others.stopped(own), others.prescribed(young, sent))
            number, entry = await follower.entry()
            assert (number, entry.tool_id) == (3, sent)
        monkeypatch.setattr(routes, "ACTING_SECONDS", 0.2)
        async with follow(url, mother) as follower:
            await follower.block()
            with pytest.raises(EOFError):
                await follower.all()


@pytest.fixture
def surviving() -> Iterator[None]:
    """uvicorn raises the signal that it was ended by once more, for who was there before it."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("surviving")
async def test_M4_open_streams_do_not_keep_a_server_from_ending(
    settings: Any, helsenorge: Any, running_clock: Any, kari: Any, follow: Any
) -> None:
    http = httpx.AsyncClient(transport=served_by(helsenorge))
    app = create_app(settings, http=http, clock=running_clock)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with follow(url, kari) as follower:
        await follower.block()
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(EOFError):
            await follower.all()
    await asyncio.wait_for(task, 60)
