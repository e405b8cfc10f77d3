"""`make access`: asks everything as everybody, writes tests/access/matrix.csv and shows what is another than before."""

import sys
import tempfile
import time
from pathlib import Path

import httpx

from tools.access.asking import ask_all
from tools.access.operations import operations
from tools.access.running import COMMAND, running
from tools.access.table import changes, read, text_of
from tools.access.world import World

FILE = Path("tests/access/matrix.csv")


def main() -> None:
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="helseverktoy-access-") as folder,
        running(Path(folder), sys.argv[1:] or COMMAND) as wiring,
        httpx.Client(timeout=60) as http,
    ):
        up = time.monotonic()
        found = ask_all(World(http, wiring), operations(Path("openapi")))
    print("\n".join(changes(read(FILE), found)))
    FILE.write_text(text_of(found), "utf-8")
    cells = sum(len(row) for row in found.values())
    print(
        f"{len(found)} operations, {cells} cells, {up - started:.1f} s to start, {time.monotonic() - up:.1f} s to ask"
    )


if __name__ == "__main__":
    main()
