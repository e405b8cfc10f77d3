"""A change feed of a sibling's, by its contract: pages by cursor, in order and without gaps."""

import asyncio
from collections.abc import Sequence
from typing import Final, Generic, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.auth.client import HelseIdClient

Item = TypeVar("Item")
P = TypeVar("P", bound="FeedPage[object]")

PATIENCE: Final = 5.0  # seconds, for one page


class FeedRestarted(Exception):
    """The owner's positions of before mean nothing any more: begin again, without a cursor."""


class FeedPage(BaseModel, Generic[Item]):
    """Without `more`, all has been told that was so when the first of these pages was asked for."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True, hide_input_in_errors=True)

    items: Sequence[Item]
    next_cursor: str
    more: bool


class Feed(Generic[P]):
    def __init__(self, address: str, scope: str, shape: type[P], helseid: HelseIdClient) -> None:
        self._address, self._scope, self._shape, self._helseid = address, scope, shape, helseid

    async def read(self, cursor: str | None) -> P:
        """Raises FeedRestarted; httpx.HTTPError, TimeoutError or ValueError, and then it is tried again later."""
        query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        async with asyncio.timeout(PATIENCE):
            response = await self._helseid.get(self._address, self._scope, query)
        if response.status_code == httpx.codes.GONE:
            raise FeedRestarted()
        response.raise_for_status()
        return self._shape.model_validate_json(response.content)
