"""docs/supplier-walkthrough.md, run as it stands: the commands of the page in one shell, against the catalogue and the
sandbox on ports of their own; what is printed is what the page says.
"""

import asyncio
import os
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI

from catalog_api.app import create_app as create_catalog
from catalog_api.settings import Settings
from sandbox.app import create_app as create_sandbox
from sandbox.services import SERVICES
from sandbox.settings import SandboxSettings
from sandbox.system import server_for
from sandbox.wiring import Wiring, free_port_base

PAGE = Path(__file__).parents[3] / "docs/supplier-walkthrough.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "end of block"


@pytest.fixture
async def addresses(
    make_database: Callable[[str | None], Awaitable[str]], tmp_path: Path
) -> AsyncIterator[dict[str, str]]:
    """The addresses that the page names, and where they are in this test."""
    port_base = free_port_base(21100)
    urls = {service.name: await make_database("catalog_api") for service in SERVICES[:1]}
    wiring = Wiring(port_base, tmp_path, urls | {s.name: "postgresql://unused" for s in SERVICES[1:]}, "k" * 32)
    catalog = create_catalog(Settings(**wiring.settings(SERVICES[0])))
    sandbox = create_sandbox(SandboxSettings(port_base=port_base, state_directory=tmp_path / "sandbox"))
    async with AsyncExitStack() as stack:
        for app, port in ((sandbox, port_base), (catalog, port_base + 1)):
            await stack.enter_async_context(serving(app, port))
        yield {f"127.0.0.1:810{offset}": f"127.0.0.1:{port_base + offset}" for offset in (0, 1)}


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    server = server_for(app, port)
    async with app.router.lifespan_context(app):
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag
            await asyncio.sleep(0.01)
        yield
        server.should_exit = True
        await task


def read_page() -> list[tuple[str, str]]:
    """Each block of commands with what it prints, nothing where the page shows nothing."""
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    pairs = []
    for place, (kind, content) in enumerate(blocks):
        if kind == "sh":
            following = blocks[place + 1] if place + 1 < len(blocks) else ("", "")
            pairs.append((content, following[1] if following[0] == "text" else ""))
    return pairs


async def run(script: str) -> str:
    here = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "LC_ALL": "C.UTF-8"}
    environment = os.environ | here | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            "sh",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=folder,
            env=environment,
        )
        printed, _ = await asyncio.wait_for(process.communicate(script.encode()), 240)
    return printed.decode()


@pytest.mark.rule("K1", "K2", "K3", "K4")
@pytest.mark.skipif(shutil.which("curl") is None, reason="the page's commands call curl")
async def test_K2_K3_K4_the_walkthrough_does_what_it_says(addresses: dict[str, str]) -> None:
    blocks = read_page()
    script = "".join(f"{commands}\necho '{END}'\n" for commands, _ in blocks)
    for named, here in addresses.items():
        script = script.replace(named, here)
    printed = (await run(script)).split(f"{END}\n")
    assert printed == [*(expected for _, expected in blocks), ""]


@pytest.mark.rule("K2")
def test_K2_the_walkthrough_shows_each_state_and_each_refusal() -> None:
    printed = "".join(expected for _, expected in read_page())
    for state in ("draft", "submitted", "assured", "verified", "published", "returned", "withdrawn"):
        assert f"state = {state}\n" in printed
    for refusal in ("submission-not-found", "scope-missing", "own-submission", "check-list-incomplete"):
        assert f"code = {refusal}\n" in printed
    assert printed.count("own-submission") >= 2
