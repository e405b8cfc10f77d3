"""Remembers what may be used once, until it would be refused for its age anyway."""

from itertools import islice


class SingleUse:
    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def take(self, identifier: str, until: float, now: float) -> bool:
        """True the first time; False when the identifier is taken. Both times are Unix seconds."""
        self._forget_before(now)
        if identifier in self._until:
            return False
        self._until[identifier] = until
        return True

    def _forget_before(self, now: float) -> None:
        # insertion order is close enough to expiry order: lifetimes differ by a minute at most
        for identifier, until in list(islice(self._until.items(), 100)):
            if until >= now:
                break
            del self._until[identifier]
