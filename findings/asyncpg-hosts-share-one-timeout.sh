#!/usr/bin/env bash
# asyncpg 0.32.0 (PyPI), beside psycopg 3.3.4 (PyPI, libpq 18).
#
# A URL may name several hosts, so that a client goes on to the next when one does not answer. libpq's connect_timeout
# is for each host. asyncpg takes the same URL, and its connect(timeout=) is for all of them together: a first host that
# accepts the connection and then says nothing uses it up, and the second is never tried.
# Whoever lists a standby for the day on which the primary hangs gets TimeoutError from the one and a connection from
# the other. A way out: one connect() for each host, each with a time limit of its own.
#
# Seen: libpq tries hosts 1 and 2 in about 4 s; asyncpg tries host 1 alone and gives up after 2 s.
# Ends with 0 while that is so, with 1 when it has changed. Loopback only; no PostgreSQL is needed.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check asyncpg==0.32.0 'psycopg[binary]==3.3.4'
"$folder/venv/bin/python" - <<'PYTHON'
import asyncio
import sys
import time

import asyncpg
import psycopg


async def tried(connect):
    """The hosts that were connected to, and the seconds until it was given up. Both accept, and say nothing."""
    reached, servers, writers = [], [], []
    for number in (1, 2):

        async def accept(reader, writer, number=number):
            reached.append(number)
            writers.append(writer)

        servers.append(await asyncio.start_server(accept, "127.0.0.1", 0))
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    began = time.monotonic()
    try:
        await connect(f"postgresql://u@127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}/d?sslmode=disable")
    except Exception as error:
        print(f"  {type(error).__name__}")
    seconds = time.monotonic() - began
    for open_one in (*writers, *servers):
        open_one.close()
    return sorted(set(reached)), round(seconds)


async def main():
    def by_libpq(url):
        return asyncio.to_thread(psycopg.connect, url + "&connect_timeout=2")

    libpq = await tried(by_libpq)
    driver = await tried(lambda url: asyncpg.connect(url, timeout=2))
    print(f"libpq {psycopg.pq.version()}: hosts tried {libpq[0]} in {libpq[1]} s; asyncpg: hosts tried {driver[0]} in {driver[1]} s")
    return libpq[0] == [1, 2] and driver == ([1], 2)


sys.exit(0 if asyncio.run(main()) else 1)
PYTHON
