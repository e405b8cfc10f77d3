"""Lists by cursor: stable while rows come and go, because a cursor names the last row seen and not a position.

A cursor belongs to its question: with other filters, or at another list, it would leave out what it was never past. A
position in a feed of changes belongs to nothing but the feed, and is kept by its readers.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import Field

from shared.errors import DomainError
from shared.exact import AS_DIGITS
from shared.language import Text
from shared.questions import digest_of_question
from shared.schemas import Schema

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="At most so many items"), AS_DIGITS]
Cursor = Annotated[
    str | None,
    Query(
        max_length=700,
        description="`nextCursor` of the page before; opaque, and good for the list with the same filters, as long as "
        "that list is",
    ),
]


class CursorInvalid(DomainError):
    status = 400
    code = "cursor-invalid"
    title: ClassVar[Text] = {
        "nb": "Pekeren til neste side er ikke gyldig for denne listen.",
        "nn": "Peikaren til neste side er ikkje gyldig for denne lista.",
        "en": "The cursor is not one of this list's.",
    }


class Page(Schema, Generic[Item]):
    """`nextCursor` is null on the last page."""

    items: Annotated[Sequence[Item], Field(max_length=MAX_LIMIT)]
    next_cursor: str | None = None

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`ToolPage` rather than `Page[Tool]`: generated clients name their types by it."""
        return f"{params[0].__name__}Page"


def encode_cursor(*position: str | int, about: str = "") -> str:
    """Good for the question that the request under way asks (shared.questions), together with `about`."""
    return encode_position(digest_of_question(about), *position)


def decode_cursor(cursor: str | None, *types: type, about: str = "") -> tuple[Any, ...] | None:
    """The position in a cursor; None without one. Raises CursorInvalid unless it holds exactly these types, and was
    given for this question.
    """
    found = decode_position(cursor, str, *types)
    if found is None:
        return None
    question, *position = found
    if question != digest_of_question(about):
        raise CursorInvalid()
    return tuple(position)


def encode_position(*position: str | int) -> str:
    """For a feed of changes: its readers keep where they are for years, so no question is part of it."""
    text = json.dumps(position, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def decode_position(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """None without one. Raises CursorInvalid unless it holds exactly these types."""
    if cursor is None:
        return None
    try:
        position = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeError) as error:
        raise CursorInvalid() from error
    if not isinstance(position, list) or [type(part) for part in position] != list(types):
        raise CursorInvalid()
    return tuple(position)


def decode_moment_cursor(cursor: str | None, *, about: str = "") -> tuple[datetime, UUID] | None:
    """A position in a list ordered by time and id. Raises CursorInvalid."""
    position = decode_cursor(cursor, str, str, about=about)
    if position is None:
        return None
    try:
        moment, key = datetime.fromisoformat(position[0]), UUID(position[1])
        if moment.tzinfo is None:
            raise CursorInvalid()
        return moment.astimezone(UTC), key
    except (ValueError, OverflowError) as error:  # a forged one may lie before the year 1 in UTC
        raise CursorInvalid() from error
