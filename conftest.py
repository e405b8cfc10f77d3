"""Which tests one process runs when several share them (`-n`)."""

from typing import Any

import pytest

TOGETHER = ("tests/access/", "tests/system/", "tests/web/")
"""Folders with one running system for all that is in them."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests stay together, and so do all that share one running system. They are handed out in order: the
    slowest files come first, so that the processes end together.
    """
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((it for it in TOGETHER if nodeid.startswith(it)), None) or super()._split_scope(nodeid)

    config.option.loadscopereorder = False
    return Scheduling(config, log)
