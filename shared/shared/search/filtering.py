"""Filters of a list of JSON documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.dialects.postgresql import JSONB


@dataclass(frozen=True, slots=True)
class DocumentFilters:
    """From the names of filters to the members of the document that they are about.

    Values of one filter are OR, different filters AND; one without values is no filter.
    """

    one_of: Mapping[str, str]
    some_of: Mapping[str, str]
    yes_or_no: Mapping[str, str]

    def conditions(self, document: ColumnElement[JSONB], asked: object) -> list[ColumnElement[bool]]:
        """`asked` has an attribute for each filter: a list, or for `yes_or_no` a bool or None."""
        wanted = {name: getattr(asked, name) for name in (*self.one_of, *self.some_of, *self.yes_or_no)}
        return [
            *(_text(document, name).in_(wanted[f]) for f, name in self.one_of.items() if wanted[f]),
            *(_holds_any(document, name, wanted[f]) for f, name in self.some_of.items() if wanted[f]),
            *(_is(document, name, wanted[f]) for f, name in self.yes_or_no.items() if wanted[f] is not None),
        ]


def _text(document: Any, name: str) -> ColumnElement[str]:
    text: ColumnElement[str] = document[name].astext
    return text


def _holds_any(document: Any, name: str, codes: list[str]) -> ColumnElement[bool]:
    return or_(*(document[name].contains([code]) for code in codes))


def _is(document: Any, name: str, wanted: bool) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = document[name].as_boolean().is_(wanted)
    return condition
