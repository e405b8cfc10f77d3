"""The end of a process that serves: it says that it is not ready, and takes requests for a while still.

Who spreads requests looks at /health/ready now and then; until they have, they send more. Closed at once, the process
would refuse those.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def draining(begin: Callable[[], None], seconds: float) -> Iterator[None]:
    """SIGTERM calls `begin`, and so many seconds later goes to whom it was for: uvicorn, which lets what is under way
    end. A second SIGTERM goes there at once.
    """
    server = signal.getsignal(signal.SIGTERM)
    if not seconds or not callable(server) or threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, begun = asyncio.get_running_loop(), threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> Any:
        if begun.is_set():
            return server(number, frame)
        begun.set()
        begin()
        return loop.call_soon_threadsafe(loop.call_later, seconds, server, number, None)

    signal.signal(signal.SIGTERM, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, server)
