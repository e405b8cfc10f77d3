"""Lists of recipients as they stream in: lines, and what each says. Nothing of a line outlives its reading (I1)."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from notification_service.campaigns.lines import read_lines
from notification_service.campaigns.rows import COLUMNS, Row, read_rows, text_of
from notification_service.campaigns.unreadable import (
    DIGITS_LOST,
    ENCODING_UNKNOWN,
    MEMBER_UNKNOWN,
    NO_JSON_OBJECT,
    NUMBER_NO_TEXT,
    REFERENCE_INVALID,
    BadLine,
)
from shared.errors import DomainError
from shared.language import Text
from shared.nationalid import NationalId, NationalIdCheckDigits, NationalIdMalformed, holds_national_id

CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
MEDIA_TYPES: Final = frozenset({CSV, NDJSON})
LARGEST_UPLOAD: Final = 20 * 1_048_576  # bytes
_LONGEST_REFERENCE: Final = 100
# a national identity number that a spreadsheet program took for an amount
_AMOUNT: Final = re.compile(r"[0-9]{10}|[0-9](?:[.,][0-9]+)?E\+?10", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recipient:
    """`reference` is the author's own name for them, in receipts."""

    line: int
    national_id: NationalId = field(repr=False)
    reference: str | None


async def read_recipients(
    media_type: str, chunks: AsyncIterator[bytes], today: date, *, allow_synthetic: bool
) -> AsyncIterator[tuple[int, Recipient | BadLine]]:
    """Each line's recipient, or what is wrong with it. Raises RecipientsUnreadable or TooManyRecipients."""
    rows = _read_objects(chunks) if media_type == NDJSON else read_rows(chunks)
    async for number, row in rows:
        if isinstance(row, BadLine):
            yield number, row
            continue
        try:
            yield number, _recipient(number, row.values, row.columns, today, allow_synthetic)
        except BadLine as bad:
            yield number, bad


async def _read_objects(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, Row | BadLine]]:
    async for number, line in read_lines(chunks):
        if not line.strip():
            continue
        try:
            yield number, Row(_object(text_of(line)), {})
        except BadLine as bad:
            yield number, bad


def _object(text: str) -> dict[str, Any]:
    if "\ufffd" in text:
        raise BadLine("line-unreadable", ENCODING_UNKNOWN)
    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise BadLine("line-unreadable", NO_JSON_OBJECT) from None
    if not isinstance(found, dict):
        raise BadLine("line-unreadable", NO_JSON_OBJECT)
    if not found.keys() <= set(COLUMNS.values()):
        raise BadLine("line-unreadable", MEMBER_UNKNOWN)
    if not isinstance(found.get("nationalId"), str):
        raise BadLine("line-unreadable", NUMBER_NO_TEXT)
    return found


def _recipient(
    number: int, found: Mapping[str, Any], columns: Mapping[str, int], today: date, allow_synthetic: bool
) -> Recipient:
    written, reference = found.get("nationalId", ""), found.get("reference") or None
    if reference is not None and not _sound(reference):
        raise BadLine("reference-invalid", REFERENCE_INVALID, columns.get("reference"))
    try:
        national_id = NationalId.parse(written, allow_synthetic=allow_synthetic, on=today)
    except (NationalIdMalformed, NationalIdCheckDigits) as error:
        raise BadLine(error.code, _told(written, error), columns.get("nationalId")) from None
    return Recipient(number, national_id, reference)


def _told(written: str, error: DomainError) -> Text:
    return DIGITS_LOST if _AMOUNT.fullmatch(written) else error.detail or error.title


def _sound(reference: Any) -> bool:
    """It is kept, so it must not be a national identity number in disguise (I1)."""
    return (
        isinstance(reference, str)
        and len(reference) <= _LONGEST_REFERENCE
        and reference.isprintable()
        and not holds_national_id(reference)
    )
