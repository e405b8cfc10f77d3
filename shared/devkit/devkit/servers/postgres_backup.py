"""A private PostgreSQL that can be put back to an earlier time: a base backup, and the log that is archived since.

archive = Archive.at(folder)
server = postgres.start(directory, settings=archive.settings)
archive.take_base_backup(server)
restored = archive.restore(server, another_directory, until=time)
"""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import asyncpg

from devkit.servers import postgres
from devkit.servers.account import Account, server_account
from devkit.servers.errors import ServerFailed
from devkit.servers.places import home_of
from devkit.servers.postgres_programs import find_programs
from devkit.servers.process import write_record

__all__ = ["Archive"]

ARCHIVING = 60.0  # seconds
PAUSE = 0.05  # seconds between looks at what is archived
_ARCHIVED = "SELECT last_archived_wal >= pg_walfile_name($1::text::pg_lsn) FROM pg_stat_archiver"


@dataclass(frozen=True, slots=True)
class Archive:
    account: Account
    log: Path
    backup: Path

    @classmethod
    def at(cls, directory: Path) -> Self:
        account = server_account()
        home = home_of(directory.absolute(), account)
        for name in ("log", "backup"):
            (home / name).mkdir(mode=0o700)
            account.give(home / name)
        return cls(account, home / "log", home / "backup")

    @property
    def settings(self) -> dict[str, str]:
        """A segment counts as kept when it lies there under its own name, whole."""
        keep = f'test ! -f "{self.log}/%f" && cp "%p" "{self.log}/%f.part" && mv "{self.log}/%f.part" "{self.log}/%f"'
        return {"archive_mode": "on", "archive_command": keep}

    def take_base_backup(self, server: postgres.PostgresServer) -> None:
        programs = find_programs(self.account)
        environment = postgres.ENVIRONMENT | {"PGPASSWORD": server.password}
        address = ("--host=127.0.0.1", f"--port={server.port}", f"--username={postgres.ADMIN}", "--no-password")
        options = ("--checkpoint=fast", "--wal-method=none", "--no-sync", f"--pgdata={self.backup}")
        self._run(programs / "pg_basebackup", *address, *options, environment=environment)

    async def complete(self, server: postgres.PostgresServer) -> None:
        """Until what has been committed is in the archive, as it is after archive_timeout in operation."""
        connection = await asyncpg.connect(server.admin_url)
        try:
            end = await connection.fetchval("SELECT pg_switch_wal()::text")
            async with asyncio.timeout(ARCHIVING):
                while not await connection.fetchval(_ARCHIVED, end):  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(PAUSE)
        finally:
            await connection.close()

    def restore(self, lost: postgres.PostgresServer, directory: Path, until: datetime) -> postgres.PostgresServer:
        """A server in that directory, at the lost one's address, as that was at the time. Raises ServerFailed also when
        the archive does not reach so far.
        """
        home = home_of(directory.absolute(), self.account)
        data = home / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir(mode=0o700)
        self.account.give(data)
        self._run("/bin/cp", "-a", f"{self.backup}/.", data)
        self._run("/usr/bin/touch", data / "recovery.signal")
        write_record(directory, {"password": lost.password, "port": lost.port})
        return postgres.start(directory, port=lost.port, fast=True, settings=self.settings | self._recovery(until))

    def _recovery(self, until: datetime) -> dict[str, str]:
        return {
            "restore_command": f'cp "{self.log}/%f" "%p"',
            "recovery_target_time": until.isoformat(sep=" "),
            "recovery_target_action": "promote",
            "hot_standby": "off",  # nobody reads before it is whole
        }

    def _run(self, *command: str | Path, environment: dict[str, str] | None = None) -> None:
        done, said = self.account.run(*command, environment=environment)
        if not done:
            raise ServerFailed(f"{command[0]} failed:\n{said}")
