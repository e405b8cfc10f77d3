"""A change feed of a sibling's, by its contract: pages by cursor, in order and without gaps."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.auth.client import HelseIdClient

Item = TypeVar("Item")
P = TypeVar("P", bound="FeedPage[Any]")

PATIENCE: Final = 5.0  # seconds, for one page
_RESTARTED: Final = (httpx.codes.GONE, "feed-restarted"), (httpx.codes.BAD_REQUEST, "cursor-invalid")


class FeedRestarted(Exception):
    """The owner's positions of before mean nothing any more: begin again, without a cursor."""


class FeedPage(BaseModel, Generic[Item]):
    """Without `more`, all has been told that was so when the first of these pages was asked for."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, hide_input_in_errors=True)

    items: Sequence[Item]
    next_cursor: str
    more: bool


class Feed(Generic[P]):
    """`count` is the most items that a page is asked for."""

    def __init__(self, address: str, scope: str, shape: type[P], helseid: HelseIdClient, *, count: int = 200) -> None:
        self._address, self._scope, self._shape, self._helseid = address, scope, shape, helseid
        self._count = str(count)

    async def read(self, cursor: str | None) -> P:
        """Raises FeedRestarted; httpx.HTTPError, TimeoutError or ValueError, and then it is tried again later."""
        query = {"limit": self._count} | ({"cursor": cursor} if cursor else {})
        async with asyncio.timeout(PATIENCE):
            response = await self._helseid.get(self._address, self._scope, query)
        if response.is_client_error and (response.status_code, _code_of(response)) in _RESTARTED:
            raise FeedRestarted()
        response.raise_for_status()
        return self._shape.model_validate_json(response.content)


def _code_of(response: httpx.Response) -> object:
    """Of a problem document, if it is one."""
    try:
        problem = response.json()
    except ValueError:
        return None
    return problem.get("code") if isinstance(problem, dict) else None
