"""Lists of recipients as they stream in: lines, and what each says. Nothing of a line outlives its reading (I1)."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from notification_service.campaigns.errors import RecipientsUnreadable, TooManyRecipients
from notification_service.campaigns.models import MOST_RECIPIENTS
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed, holds_national_id

CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
MEDIA_TYPES: Final = frozenset({CSV, NDJSON})
LARGEST_UPLOAD: Final = 20 * 1_048_576  # bytes
# also empty and bad ones; some room for repetitions
MOST_LINES: Final = 2 * MOST_RECIPIENTS
_LONGEST_LINE: Final = 1000  # bytes
_AT_ONCE: Final = 200  # lines, after which others get their turn
_LONGEST_REFERENCE: Final = 100
_COLUMNS: Final = {"nationalid": "nationalId", "reference": "reference"}


class BadLine(Exception):
    """`code` says what is wrong; nothing of the line is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Recipient:
    """`reference` is the author's own name for them, in receipts."""

    line: int
    national_id: NationalId = field(repr=False)
    reference: str | None


Parse = Callable[[str], dict[str, Any]]


async def read_lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    """Numbered from 1, without their ends; empty ones are left out. A line without end is not gathered up for ever.

    Raises TooManyRecipients. What is read of a long list holds up nothing else: bad lines make no call to wait for.
    """
    number, rest = 0, b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            number += 1
            if number > MOST_LINES:
                raise TooManyRecipients()
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            if line.strip():
                yield number, line.rstrip(b"\r")
        rest = rest[: _LONGEST_LINE + 1]
    if rest.strip():
        yield number + 1, rest.rstrip(b"\r")


async def read_recipients(
    media_type: str, chunks: AsyncIterator[bytes], today: date, *, allow_synthetic: bool
) -> AsyncIterator[tuple[int, Recipient | str]]:
    """Each line's recipient, or the code of what is wrong with it. Raises RecipientsUnreadable or
    TooManyRecipients."""
    parse: Parse | None = _from_json if media_type == NDJSON else None
    async for number, line in read_lines(chunks):
        if parse is None:
            parse = _from_csv(_header(line))
            continue
        try:
            yield number, _recipient(number, parse(_text(line)), today, allow_synthetic)
        except BadLine as bad:
            yield number, bad.code
    if parse is None:
        raise RecipientsUnreadable()


def _text(line: bytes) -> str:
    if len(line) > _LONGEST_LINE:
        raise BadLine("line-too-long")
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise BadLine("line-unreadable") from None


def _header(line: bytes) -> tuple[str, Sequence[str]]:
    """The separator, and the names of the columns. Raises RecipientsUnreadable."""
    if len(line) > _LONGEST_LINE:
        raise RecipientsUnreadable()
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RecipientsUnreadable() from None
    separator = ";" if text.count(";") > text.count(",") else ","
    names = [_COLUMNS.get(name.strip().lower(), "") for name in next(csv.reader([text], delimiter=separator))]
    if "nationalId" not in names or "" in names or len(set(names)) < len(names):
        raise RecipientsUnreadable()
    return separator, names


def _from_csv(header: tuple[str, Sequence[str]]) -> Parse:
    separator, names = header

    def parse(text: str) -> dict[str, Any]:
        try:
            values = next(csv.reader([text], delimiter=separator, strict=True))
        except (csv.Error, StopIteration):
            raise BadLine("line-unreadable") from None
        if len(values) != len(names):
            raise BadLine("line-unreadable")
        return {name: value.strip() for name, value in zip(names, values, strict=True)}

    return parse


def _from_json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise BadLine("line-unreadable") from None
    if not isinstance(found, dict) or not found.keys() <= set(_COLUMNS.values()):
        raise BadLine("line-unreadable")
    return found


def _recipient(number: int, found: dict[str, Any], today: date, allow_synthetic: bool) -> Recipient:
    written, reference = found.get("nationalId"), found.get("reference") or None
    if not isinstance(written, str):
        raise BadLine("line-unreadable")
    if reference is not None and not _sound(reference):
        raise BadLine("reference-invalid")
    try:
        national_id = NationalId.parse(written, allow_synthetic=allow_synthetic, on=today)
    except (NationalIdMalformed, NationalIdCheckDigits) as error:
        raise BadLine(error.code) from None
    return Recipient(number, national_id, reference)


def _sound(reference: Any) -> bool:
    """It is kept, so it must not be a national identity number in disguise (I1)."""
    return (
        isinstance(reference, str)
        and len(reference) <= _LONGEST_REFERENCE
        and reference.isprintable()
        and not holds_national_id(reference)
    )
