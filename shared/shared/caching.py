"""Answers kept for a short while in this process."""

import time
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class ShortCache(Generic[Key, Value]):
    """The oldest goes first when it is full. Failures are never kept."""

    def __init__(self, seconds: float, *, largest: int = 10_000) -> None:
        self._seconds = seconds
        self._largest = largest
        self._kept: dict[Key, tuple[float, Value]] = {}

    def get(self, key: Key) -> Value | None:
        found = self._kept.get(key)
        return found[1] if found and found[0] > time.monotonic() else None

    def put(self, key: Key, value: Value) -> None:
        self._kept.pop(key, None)
        if len(self._kept) >= self._largest:
            self._kept.pop(next(iter(self._kept)))
        self._kept[key] = (time.monotonic() + self._seconds, value)
