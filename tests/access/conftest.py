"""The whole system, for what asks it everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.access.running import running
from sandbox.wiring import Wiring


@pytest.fixture(scope="session")
def wiring(server_directory: Path) -> Iterator[Wiring]:
    with running(server_directory / "access") as wiring:
        yield wiring
