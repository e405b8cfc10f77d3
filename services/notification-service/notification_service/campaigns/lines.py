"""Lines of a file as they stream in, whatever ends them. Nothing is gathered up for ever."""

import asyncio
import codecs
import re
from collections.abc import AsyncIterator
from typing import Final

from notification_service.campaigns.errors import TooManyRecipients
from notification_service.campaigns.models import MOST_RECIPIENTS

# also empty and bad ones; some room for repetitions
MOST_LINES: Final = 2 * MOST_RECIPIENTS
LONGEST_LINE: Final = 1000  # bytes
_AT_ONCE: Final = 200  # lines, after which others get their turn
_END: Final = re.compile(rb"\r\n|\n|\r(?!\Z)")  # a CR that ends a chunk may have its LF in the next
_LONGEST_MARK: Final = 3
_DECODERS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


async def read_lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    """Numbered from 1, without their ends, in UTF-8 where a mark says what they are in. A line without end is cut off
    behind LONGEST_LINE.

    Raises TooManyRecipients. What is read of a long list holds up nothing else: bad lines make no call to wait for.
    """
    number, rest = 0, b""
    async for chunk in _as_utf8(chunks):
        *lines, rest = _END.split(rest + chunk)
        for line in lines:
            number += 1
            if number > MOST_LINES:
                raise TooManyRecipients()
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            yield number, line
        if len(rest) > LONGEST_LINE:  # with its last byte, which may be half an end
            rest = rest[: LONGEST_LINE + 1] + rest[-1:]
    if rest:
        yield number + 1, rest.removesuffix(b"\r")


async def _as_utf8(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Without the byte order mark. What UTF-16 cannot be is U+FFFD."""
    head, decoder, begun = b"", None, False
    async for chunk in chunks:
        if not begun:
            head += chunk
            if len(head) < _LONGEST_MARK:
                continue
            begun, decoder, chunk = True, *_begin(head)
        yield decoder.decode(chunk).encode() if decoder else chunk
    if not begun:
        decoder, rest = _begin(head)
        yield decoder.decode(rest).encode() if decoder else rest
    if decoder:
        yield decoder.decode(b"", True).encode()


def _begin(head: bytes) -> tuple[codecs.IncrementalDecoder | None, bytes]:
    """What reads on, and the first of it."""
    if encoding := _DECODERS.get(head[:2]):
        return codecs.getincrementaldecoder(encoding)("replace"), head[2:]
    return None, head.removeprefix(codecs.BOM_UTF8)
