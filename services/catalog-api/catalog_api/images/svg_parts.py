"""How much a drawing draws, all its repetitions counted: `use` within `use` can multiply without end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from catalog_api.images.errors import ImageInvalid

MOST: Final = 100_000  # elements, each as often as it is drawn
_DEEPEST: Final = 128  # with what is referred to
_ADDRESS: Final = re.compile(r"url\(\s*['\"]?#([^\s\"'()<>\\]+)")
_NEW: Final = 0
_ENTERED: Final = 1
_KNOWN: Final = 2


@dataclass(slots=True)
class _Part:
    weight: int = 1
    inner: list[int] = field(default_factory=list)
    refers_to: list[str] = field(default_factory=list)
    height: int = 1
    state: int = _NEW


class Parts:
    def __init__(self) -> None:
        self._parts: list[_Part] = []
        self._open: list[int] = []
        self._named: dict[str, int] = {}

    def begin(self, attributes: dict[str, str], weight: int = 1) -> None:
        """`attributes` are those that are kept, `href` without its namespace."""
        number = len(self._parts)
        if self._open:
            self._parts[self._open[-1]].inner.append(number)
        self._parts.append(_Part(weight, refers_to=list(_references(attributes))))
        self._open.append(number)
        if "id" in attributes:
            self._named.setdefault(attributes["id"], number)

    def end(self) -> None:
        self._open.pop()

    def total(self) -> int:
        """Raises ImageInvalid for a drawing that is drawn from itself, too deep or too often."""
        waiting = [0]
        while waiting:
            part = self._parts[waiting[-1]]
            if part.state == _NEW:
                part.state = _ENTERED
                waiting.extend(self._below(part))
                continue
            if part.state == _ENTERED:
                self._settle(part)
            waiting.pop()
        return self._parts[0].weight

    def _below(self, part: _Part) -> Iterator[int]:
        for number in self._next(part):
            if self._parts[number].state == _ENTERED:
                raise ImageInvalid("svg-repeats")
            if self._parts[number].state == _NEW:
                yield number

    def _settle(self, part: _Part) -> None:
        below = [self._parts[number] for number in self._next(part)]
        part.weight += sum(each.weight for each in below)
        part.height = 1 + max((each.height for each in below), default=0)
        part.state = _KNOWN
        if part.weight > MOST or part.height > _DEEPEST:
            raise ImageInvalid("svg-repeats")

    def _next(self, part: _Part) -> Iterator[int]:
        yield from part.inner
        for name in part.refers_to:
            if name in self._named:
                yield self._named[name]


def _references(attributes: dict[str, str]) -> Iterator[str]:
    for name, value in attributes.items():
        if name == "href" and value.startswith("#"):
            yield value[1:]
        elif "#" in value and "(" in value:
            yield from _ADDRESS.findall(value)
