"""The whole system, for what asks it everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.wiring import Wiring
from tools.access.running import running


@pytest.fixture(scope="session")
def wiring(server_directory: Path) -> Iterator[Wiring]:
    with running(server_directory / "access") as wiring:
        yield wiring
