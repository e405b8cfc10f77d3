"""`make rows`. Rules after it (`python -m tools.rows P6 V3`) walk these only; `--table` writes docs/features.md."""

import asyncio
import os
import sys
import time

import httpx

from tools.local.demo import system
from tools.rows.features import features
from tools.rows.walking import walk


async def run(only: frozenset[str]) -> bool:
    started = time.monotonic()
    async with system(int(os.environ.get("PORT_BASE", "8100"))) as port_base, httpx.AsyncClient(timeout=60) as http:
        good = await walk(http, port_base, only)
    print(f"\n{'All as promised' if good else 'Something is missing'}, in {time.monotonic() - started:.1f} s.")
    return good


def main() -> None:
    if "--table" in sys.argv:
        print(features(), end="")
        return
    sys.exit(0 if asyncio.run(run(frozenset(sys.argv[1:]))) else 1)


if __name__ == "__main__":
    main()
