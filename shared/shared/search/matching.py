"""A search, in the words of a statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from shared.search.understanding import GUESSED, SOME, STEP, SURE
from shared.search.understanding import LAST_STEPS as _STEPS

_WORTH: Final = 10_000
_WAYS: Final = ("forms", "akin", "meant", "guesses")
# Of what has all words only in its long texts there may be thousands: their ranks are half of what a search costs.
_PLAIN_WAYS: Final = ("forms", "meant")


@dataclass(frozen=True, slots=True)
class _Step:
    """`found` with what the steps before it found, `alone` without."""

    found: ColumnElement[bool]
    alone: ColumnElement[bool]
    rank: ColumnElement[int]


class Searched:
    """A table with the columns of shared/schema/search.sql. The values of `Search.values` go with its expressions."""

    def __init__(self, table: str) -> None:
        self._words: ColumnElement[str] = literal_column(f"{table}.search", TSVECTOR)
        self._weighed: ColumnElement[str] = literal_column(f"{table}.search_weighed", TSVECTOR)
        self._stand: ColumnElement[int] = literal_column(f"{table}.search_stand", BigInteger)
        # made once: putting one together takes longer than many a statement
        self._levels = [self._steps(level) for level in (SURE, GUESSED, SOME)]

    def matches(self, *, is_relaxed: bool) -> ColumnElement[bool]:
        """Found by the search at any level, and not changed since it was begun."""
        return and_(self._was_there(), self._anywhere("some" if is_relaxed else "open"))

    def page(
        self,
        listed: Select[Any],
        levels: Sequence[int],
        sort: str,
        key: str,
        after: Sequence[Any] | None,
        missing: Any,
    ) -> Select[*tuple[Any, ...]]:
        """So many at most of these levels of the search (SURE, GUESSED, SOME), with their `rank` and by it, `sort` and
        `key`, which are names of listed columns, from behind `after`, which ends with these three; of all that is
        listed, by `sort` and `key`, when there are no levels. Values may be parameters.

        A rank is of a document and a search alone, whatever other documents there are; the lower, the better.
        """
        order = [listed.selected_columns[name] for name in (sort, key)]
        if not levels:
            return _cut(listed.add_columns(literal(0).label("rank")), order, after, missing)
        steps = [step for level in levels for step in self._levels[level]]
        if len(steps) == 1:
            return self._step(steps[0], listed, order, after, missing)
        taken: list[CTE] = []
        for step in steps:
            found = self._step(step, listed, order, after, missing, taken if after is None else None)
            taken.append(found.where(_is_short(taken, missing)).cte(f"step_{len(taken)}"))
        every = union_all(*(select(step) for step in taken)).subquery("every")
        return select(every).order_by(every.c.rank, every.c[sort], every.c[key]).limit(missing)

    def _step(
        self,
        step: "_Step",
        listed: Select[Any],
        order: Sequence[ColumnElement[Any]],
        after: Sequence[Any] | None,
        missing: Any,
        taken: Sequence[CTE] | None = None,
    ) -> Select[Any]:
        """`taken` are all that the steps before it found, None where that is not known."""
        new = step.alone if taken is None else and_(step.found, *(order[-1].not_in(_keys(t, order)) for t in taken))
        ranked = listed.add_columns(step.rank.label("rank")).where(self._was_there(), new)
        return _cut(ranked, [step.rank, *order], after, missing)

    def _steps(self, level: int) -> "list[_Step]":
        """With all words in name, keywords and short text it is a step before those that have them anywhere."""
        last = literal(_STEPS[level] * STEP)
        if level == SOME:
            some = self._anywhere("some")
            return [_Step(some, some, last - self._worth(*_WAYS))]
        name = "sure" if level == SURE else "open"
        is_first, anywhere = self._in_weighed(name), self._anywhere(name)
        # whoever has a word there has it anywhere
        alone = anywhere if level == SURE else self._anywhere("guessed")
        first_alone = is_first if level == SURE else and_(is_first, alone)
        first = literal((_STEPS[level] - 1) * STEP)
        return [
            _Step(is_first, first_alone, first - self._worth(*_WAYS)),
            _Step(anywhere, and_(alone, ~is_first), last - self._worth(*_PLAIN_WAYS)),
        ]

    def _anywhere(self, name: str) -> ColumnElement[bool]:
        return self._words.op("@@", is_comparison=True)(_query(name))

    def _in_weighed(self, name: str) -> ColumnElement[bool]:
        return self._weighed.op("@@", is_comparison=True)(_query(name))

    def _was_there(self) -> ColumnElement[bool]:
        return func.search_was_there(self._stand, bindparam("search_as_of", type_=BigInteger), type_=Boolean)

    def _worth(self, *ways: str) -> ColumnElement[int]:
        counted = [
            parameter
            for way in _WAYS
            for parameter in ((_query(way), _count(way)) if way in ways else (cast(None, TSQUERY), literal(0)))
        ]
        worth = func.search_worth(self._weighed, _count("words"), *counted, type_=Float)
        return cast(func.least(worth * _WORTH, STEP - 1), Integer)


def _is_short(taken: Sequence[CTE], missing: Any) -> ColumnElement[bool]:
    """While the page is not full: what is not on it need not be ranked, and there may be thousands in a later step."""
    if not taken:
        return true()
    counts = [select(func.count()).select_from(step).scalar_subquery() for step in taken]
    is_short: ColumnElement[bool] = sum(counts[1:], start=counts[0]) < missing
    return is_short


def _keys(taken: CTE, order: Sequence[ColumnElement[Any]]) -> Select[Any]:
    return select(taken.c[order[-1].name])


def _cut(
    listed: Select[Any], order: Sequence[ColumnElement[Any]], after: Sequence[Any] | None, missing: Any
) -> Select[Any]:
    if after:
        listed = listed.where(tuple_(*order) > tuple_(*after[-len(order) :]))
    return listed.order_by(*order).limit(missing)


def _query(name: str) -> ColumnElement[str]:
    return bindparam(f"search_{name}", type_=TSQUERY)


def _count(name: str) -> ColumnElement[int]:
    return bindparam(f"search_{name}_count", type_=Integer)
