"""A search, in the words of a statement."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
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
        self, listed: Select[Any], level: int | None, sort: str, key: str, after: Sequence[Any] | None, missing: Any
    ) -> Select[*tuple[Any, ...]]:
        """So many at most of a level of the search (SURE, GUESSED, SOME), with their `rank` and by it, `sort` and
        `key`, which are names of listed columns, from behind `after`, which ends with these three; of all that is
        listed, by `sort` and `key`, when there is no level. Values may be parameters.

        A rank is of a document and a search alone, whatever other documents there are; the lower, the better.
        """
        order = [listed.selected_columns[name] for name in (sort, key)]
        if level is None:
            return _cut(listed.add_columns(literal(0).label("rank")), order, after, missing)
        steps = [
            _cut(listed.add_columns(rank.label("rank")).where(self._was_there(), found), [rank, *order], after, missing)
            for found, rank in self._levels[level]
        ]
        if len(steps) == 1:
            return steps[0]
        # what is not on the page need not be ranked: there may be thousands in the last step
        first = steps[0].cte("first")
        is_short = select(func.count()).select_from(first).scalar_subquery() < missing
        both = union_all(select(first), select(steps[1].where(is_short).subquery("last"))).subquery("both")
        return select(both).order_by(both.c.rank, both.c[sort], both.c[key]).limit(missing)

    def _steps(self, level: int) -> list[tuple[ColumnElement[bool], ColumnElement[int]]]:
        """What is found, and its rank. With all words in name, keywords and short text it is a step before those that
        have them anywhere.
        """
        found = self._anywhere(("sure", "guessed", "some")[level])
        last = literal(_STEPS[level] * STEP)
        if level == SOME:
            return [(found, last - self._worth(*_WAYS))]
        is_first = self._in_weighed("sure" if level == SURE else "open")
        first = literal((_STEPS[level] - 1) * STEP)
        return [
            # whoever has a word there has it anywhere
            (is_first if level == SURE else and_(is_first, found), first - self._worth(*_WAYS)),
            (and_(found, ~is_first), last - self._worth(*_PLAIN_WAYS)),
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
