"""A search, in the words of a statement."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from shared.search.pages import Position
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
        self._levels = [self._at(level) for level in (SURE, GUESSED, SOME)]

    def matches(self, *, is_relaxed: bool) -> ColumnElement[bool]:
        """Found by the search at any level, and not changed since it was begun."""
        return and_(self._was_there(), self._anywhere("some" if is_relaxed else "open"))

    def at(self, level: int) -> tuple[ColumnElement[bool], ColumnElement[int]]:
        """What is found at a level of the search (SURE, GUESSED, SOME), and its rank: the lower, the better. It is of a
        document and a search alone, whatever other documents there are. With all words in name, keywords and short
        text it is a step before those that have them anywhere.
        """
        return self._levels[level]

    def _at(self, level: int) -> tuple[ColumnElement[bool], ColumnElement[int]]:
        found = and_(self._was_there(), self._anywhere(("sure", "guessed", "some")[level]))
        last = literal(_STEPS[level] * STEP)
        if level == SOME:
            return found, last - self._worth(*_WAYS)
        is_first = self._in_weighed("sure" if level == SURE else "open")
        first = literal((_STEPS[level] - 1) * STEP)
        return found, case((is_first, first - self._worth(*_WAYS)), else_=last - self._worth(*_PLAIN_WAYS))

    def page(
        self,
        listed: Select[Any],
        level: int | None,
        sort: ColumnElement[str],
        key: ColumnElement[UUID],
        after: Position | None,
        missing: int,
    ) -> Select[*tuple[Any, ...]]:
        """So many at most of a level of the search, with their `rank` and by it, `sort` and `key`, from behind `after`;
        of all that is listed, by `sort` and `key`, when there is no level.
        """
        found, rank = (true(), literal(0)) if level is None else self.at(level)
        order: list[ColumnElement[Any]] = [sort, key] if level is None else [rank, sort, key]
        listed = listed.add_columns(rank.label("rank")).where(found)
        if after:
            listed = listed.where(tuple_(*order) > tuple_(*after[-len(order) :]))
        return listed.order_by(*order).limit(missing)

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


def _query(name: str) -> ColumnElement[str]:
    return bindparam(f"search_{name}", type_=TSQUERY)


def _count(name: str) -> ColumnElement[int]:
    return bindparam(f"search_{name}_count", type_=Integer)
