"""Waiting for something to become so: generously, because being late under load is not what a test is about."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Final

SECONDS: Final = 60.0


async def until(found: Callable[[], Awaitable[object] | object], seconds: float = SECONDS) -> None:
    """Asks until the answer is true. Raises AssertionError after so many seconds."""
    deadline = time.monotonic() + seconds
    while not await _answer(found()):
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen within {seconds:g} s")
        await asyncio.sleep(0.01)


async def _answer(found: Awaitable[object] | object) -> object:
    return await found if isawaitable(found) else found
