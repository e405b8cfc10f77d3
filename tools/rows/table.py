"""The rows: what is promised, by which rules, and what looks whether it is kept."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import TypeAlias

from tools.rows.world import World

Walk: TypeAlias = Callable[[World], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Row:
    """`walk` raises when the promise is not kept; None where there is nothing to walk through yet."""

    rules: str
    promise: str
    how: str
    walk: Walk | None


class Part:
    """Rows about one thing, in the order in which they are written."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.rows: list[Row] = []

    def row(self, rules: str, promise: str) -> Callable[[Walk], Walk]:
        """The walk's docstring says what it does."""

        def add(walk: Walk) -> Walk:
            self.rows.append(Row(rules, promise, " ".join(cleandoc(walk.__doc__ or "").split()), walk))
            return walk

        return add

    def not_yet(self, promise: str, how: str) -> None:
        self.rows.append(Row("", promise, how, None))
