"""`make rehearse-restore`: the database of what citizens see is lost and put back to an earlier time.

While everything runs: a base backup and an archived log; then the disk is gone. It is restored to a time before many of
its events, and the other services send theirs once more. What citizens see must be what it was.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from devkit.servers import postgres
from devkit.servers.postgres_backup import Archive
from sandbox.choices import citizen_token
from sandbox.services import SERVICES
from sandbox.wiring import Wiring, package_of
from shared.migrate import migrate
from tools.local.processes import Processes
from tools.rehearsal.counting import Effects, count_effects
from tools.rehearsal.prescribing import Prescribing
from tools.rehearsal.whole import whole_system

SERVICE: Final = "helsetilbud-api"
EACH: Final = 60
"""Prescriptions before the time it is restored to, and after it, and a third of it while it is away."""
PASSWORD: Final = "rehearsal"  # noqa: S105 - of a server that lives as long as this
MARGIN: Final = timedelta(minutes=15)
"""How long before that time events may have been made that were handled after it: longer than the retry ladder."""

_SEEN: Final = """
    SELECT 'feed' AS place, citizen, tool_id::text, prescription_id::text, kind AS what, occurred_at::text AS at
    FROM feed_event WHERE prescription_id = ANY($1::text[]::uuid[])
    UNION ALL
    SELECT 'tools', citizen, tool_id::text, prescription_id::text, origin, NULL
    FROM citizen_tool WHERE prescription_id = ANY($1::text[]::uuid[]) OR citizen = $2
    UNION ALL
    SELECT 'kept', citizen, data->>'toolId', data->>'prescriptionId', name, NULL
    FROM citizen_event WHERE data->>'prescriptionId' = ANY($1::text[])
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    before: int
    """Rows that citizens see, before the loss."""
    restored: int
    after: int
    """Once the others have sent again."""
    equal: bool
    sent_again: int
    prescriptions: int
    lost: int
    twice: int


@dataclass(frozen=True, slots=True)
class Stage:
    """The service beside its database, on a server that is backed up."""

    wiring: Wiring
    running: Processes
    place: Path
    archive: Archive
    url: str

    def start(self) -> None:
        for part in (SERVICE, f"{SERVICE}/worker"):
            self.running.start(part, told={"DATABASE_URL": self.url})
        self.running.wait_for(_address(self.wiring, SERVICE) + "/health/ready")

    def end(self) -> None:
        for part in (f"{SERVICE}/worker", SERVICE):
            if part in self.running:
                self.running.end(part)

    async def seen(self, prescriptions: Sequence[str], citizen: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.url)
        try:
            return sorted(tuple(map(str, row)) for row in await connection.fetch(_SEEN, list(prescriptions), citizen))
        finally:
            await connection.close()


def _address(wiring: Wiring, name: str) -> str:
    return wiring.address(next(service for service in SERVICES if service.name == name))


async def rehearse(wiring: Wiring, running: Processes, place: Path, per_second: float = 30) -> Outcome:
    """In a system that runs. Its service gets a database server for the rehearsal, and its own again afterwards."""
    begun = datetime.now(UTC)
    with ExitStack() as servers:
        archive = Archive.at(place / "archive")
        server = servers.enter_context(postgres.start(place / "first", fast=True, settings=archive.settings))
        url = postgres.create_databases(server.admin_url, {package_of(SERVICE): PASSWORD})[package_of(SERVICE)]
        await migrate(package_of(SERVICE), url)
        stage = Stage(wiring, running, place, archive, url)
        await asyncio.to_thread(stage.end)
        try:
            await asyncio.to_thread(stage.start)
            return await _lose_and_restore(stage, server, servers, per_second)
        finally:
            await asyncio.to_thread(stage.end)
            await asyncio.to_thread(_back_to_its_own, stage, begun)


def _back_to_its_own(stage: Stage, begun: datetime) -> None:
    """With what was handled beside it."""
    for part in (SERVICE, f"{SERVICE}/worker"):
        stage.running.start(part)
    stage.running.wait_for(_address(stage.wiring, SERVICE) + "/health/ready")
    _send_again(stage.wiring, begun)


async def _lose_and_restore(
    stage: Stage, server: postgres.PostgresServer, servers: ExitStack, per_second: float
) -> Outcome:
    await asyncio.to_thread(stage.archive.take_base_backup, server)
    async with httpx.AsyncClient(timeout=30) as http:
        load = await Prescribing.begin(http, stage.wiring, per_second, seed=3)
        await load.make(EACH)
        await _add_a_tool(http, stage.wiring, load.people[-1])
        await _arrived(stage, load.made)
        moment = await _moment(server)
        await load.make(EACH)
        await _arrived(stage, load.made)
        known, citizen = list(load.made), stage.wiring.reference_of(load.people[-1])
        before = await stage.seen(known, citizen)
        await stage.archive.complete(server)

        server.kill()
        await asyncio.to_thread(stage.end)
        await load.make(EACH // 3)
        restored_server = await asyncio.to_thread(stage.archive.restore, server, stage.place / "restored", moment)
        servers.callback(restored_server.stop)
        restored = await stage.seen(known, citizen)
        await asyncio.to_thread(stage.start)
        sent = await asyncio.to_thread(_send_again, stage.wiring, moment - MARGIN)
        effects = await _arrived(stage, load.made)
        after = await stage.seen(known, citizen)
    counts = (len(before), len(restored), len(after), before == after)
    return Outcome(*counts, sent, effects.prescriptions, effects.lost, effects.twice)


async def _add_a_tool(http: httpx.AsyncClient, wiring: Wiring, national_id: str) -> None:
    """Something that only this service knows of: a citizen takes a tool that needs no prescription. Asked until the
    service has its copy of the catalogue.
    """
    answer = await http.get(_address(wiring, "catalog-api") + "/v1/tools", params={"prescriptionRequired": "false"})
    tool_id = answer.raise_for_status().json()["items"][0]["toolId"]
    token = await citizen_token(http, wiring.sandbox_url, national_id, "nhn:helsetilbud")
    for _ in range(240):
        answer = await http.post(
            _address(wiring, SERVICE) + "/v1/me/tools",
            json={"toolId": tool_id},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"add-{tool_id}"},
        )
        if answer.is_success:
            return
        await asyncio.sleep(0.25)
    raise RuntimeError(f"the tool cannot be added: {answer.status_code} {answer.text}")


async def _arrived(stage: Stage, made: Sequence[str]) -> Effects:
    urls = {**stage.wiring.database_urls, SERVICE: stage.url}
    return await count_effects(replace(stage.wiring, database_urls=urls), made)


async def _moment(server: postgres.PostgresServer) -> datetime:
    """A time of the server's own, with nothing under way around it."""
    connection = await asyncpg.connect(server.admin_url)
    try:
        await asyncio.sleep(0.5)
        moment: datetime = await connection.fetchval("SELECT clock_timestamp()")
        await asyncio.sleep(0.5)
        return moment
    finally:
        await connection.close()


def _send_again(wiring: Wiring, since: datetime) -> int:
    """As an operator does, by the command, for each of the other services. Returns how many events."""
    sent = 0
    for service in SERVICES:
        if service.name == SERVICE:
            continue
        told = os.environ | {"DATABASE_URL": wiring.database_urls[service.name]}
        command = [sys.executable, "-m", "shared.replay", "--since", since.isoformat()]
        done = subprocess.run(command, env=told, check=True, capture_output=True, text=True)  # noqa: S603
        sent += int(done.stdout.split()[0])
    return sent


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="helseverktoy-rehearsal-") as folder:
        place = Path(folder)
        with whole_system(place) as (wiring, running):
            outcome = asyncio.run(rehearse(wiring, running, place / "rehearsal"))
    print(
        f"What citizens see: {outcome.before} rows before the loss, {outcome.restored} when restored to a time before."
    )
    print(f"{outcome.sent_again} events were sent once more: {outcome.after} rows, the same as before: {outcome.equal}")
    print(f"{outcome.prescriptions} prescriptions, {outcome.lost} lost, {outcome.twice} handled twice")
    raise SystemExit(0 if outcome.equal and not outcome.lost and not outcome.twice else 1)


if __name__ == "__main__":
    main()
