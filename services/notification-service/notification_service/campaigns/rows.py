"""Rows of a CSV file as they stream in (RFC 4180), in the forms that spreadsheet programs save.

A line is in UTF-8, or in Windows-1252 where its only bytes beyond ASCII are letters. No line is both: what is beyond
ASCII in UTF-8 always has a byte of 80 to BF, which is no letter there. It is these bytes too that æ, ø and å have in
Mac Roman and the code pages of DOS, so that none of them is read as something else.
"""

import csv
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from notification_service.campaigns.errors import RecipientsUnreadable, Unreadable
from notification_service.campaigns.lines import LONGEST_LINE, read_lines
from notification_service.campaigns.unreadable import (
    COLUMN_NAMELESS,
    ENCODING_UNKNOWN,
    LINE_TOO_LONG,
    QUOTE_OPEN,
    BadLine,
)

COLUMNS: Final = {"nationalid": "nationalId", "reference": "reference"}
_SEPARATORS: Final = ";,\t"  # the first one where there is a single column
# what Excel itself asks for, so that other programs' separators are understood
_SAYS_SEPARATOR: Final = re.compile(r"\"?sep=([;,\t|])\"?", re.IGNORECASE)
_MOST_LINES: Final = 10  # of one row: an open quotation mark does not take the rest of the file along
_NO_LETTER: Final = re.compile(rb"[\x80-\xbf]")
_NO_CHARACTER: Final = re.compile("[\0-\x08\x0e-\x1f\ufffd]")
_BETWEEN_WORDS: Final = re.compile(r"[\s_\ufeff-]+")

Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Row:
    """Of one recipient: values by name, and the columns that they are in."""

    values: dict[str, str] = field(repr=False)
    columns: Mapping[str, int]


def text_of(line: bytes) -> str:
    """U+FFFD stands for what cannot be read. Raises BadLine."""
    if len(line) > LONGEST_LINE:
        raise BadLine("line-too-long", LINE_TOO_LONG)
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode(errors="replace") if _NO_LETTER.search(line) else line.decode("cp1252")


async def read_rows(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, Row | BadLine]]:
    """Each with the number of its first line; empty ones are left out. Raises RecipientsUnreadable and
    TooManyRecipients.
    """
    table = _Table()
    async for line in read_lines(chunks):
        for row in table.take(*line):
            yield row
    for row in table.end():
        yield row


class _Table:
    """Puts lines together to rows. A row that never ends is a bad line, and those behind it are read by themselves."""

    def __init__(self) -> None:
        self._separator = ""
        self._names: Sequence[str] = ()
        self._columns: Mapping[str, int] = {}
        self._begun: list[Line] = []

    def take(self, number: int, line: bytes) -> Iterator[tuple[int, Row | BadLine]]:
        try:
            text = text_of(line)
        except BadLine as bad:
            yield from self._give_up()
            yield number, self._require_header(number, bad)
        else:
            yield from self._take(number, text)

    def end(self) -> Iterator[tuple[int, Row | BadLine]]:
        while self._begun:
            yield from self._give_up()
        if not self._names:
            raise RecipientsUnreadable("header-missing")

    def _take(self, number: int, text: str) -> Iterator[tuple[int, Row | BadLine]]:
        if not self._separator:
            if said := _SAYS_SEPARATOR.fullmatch(text.strip(" ")):
                self._separator = said[1]
                return
            if not text.strip(_SEPARATORS + " "):
                return
            self._separator = max(_SEPARATORS, key=text.count)
        if not self._begun and '"' not in text:  # most are: a reader for each line costs more
            yield from self._row(number, text.split(self._separator))
            return
        self._begun.append((number, text))
        whole = "\n".join(part for _, part in self._begun)
        first = self._begun[0][0]
        try:
            values = _values(whole, self._separator)
        except BadLine as bad:
            self._begun = []
            yield first, self._require_header(first, bad)
            return
        if values is None:
            if len(self._begun) == _MOST_LINES or len(whole) > LONGEST_LINE:
                yield from self._give_up()
            return
        self._begun = []
        yield from self._row(first, values)

    def _give_up(self) -> Iterator[tuple[int, Row | BadLine]]:
        if not self._begun:
            return
        (number, text), *behind = self._begun
        self._begun = []
        bad = BadLine("line-unreadable", QUOTE_OPEN, _column_of_quote(text, self._separator))
        yield number, self._require_header(number, bad)
        for line in behind:
            yield from self._take(*line)

    def _require_header(self, number: int, bad: BadLine) -> BadLine:
        """Raises RecipientsUnreadable where the line would have been the header."""
        if not self._names:
            reason: Unreadable = "line-too-long" if bad.detail is LINE_TOO_LONG else "quote-open"
            raise RecipientsUnreadable(reason, number, bad.column)
        return bad

    def _row(self, number: int, values: Sequence[str]) -> Iterator[tuple[int, Row | BadLine]]:
        if not any(map(str.strip, values)):
            return
        if not self._names:
            self._names = _names(number, values)
            self._columns = {name: column for column, name in enumerate(self._names, 1) if name}
            return
        try:
            yield number, _row(self._names, self._columns, values)
        except BadLine as bad:
            yield number, bad


def _values(text: str, separator: str) -> list[str] | None:
    """None where a field in quotation marks goes on behind the text. Raises BadLine."""
    reader = csv.reader([text + "\n", ""], delimiter=separator, skipinitialspace=True, strict=True)
    try:
        return next(reader)
    except csv.Error:
        if reader.line_num > 1:
            return None
        raise BadLine("line-unreadable", QUOTE_OPEN, _column_of_quote(text, separator)) from None


def _column_of_quote(text: str, separator: str) -> int:
    """Of the first field whose quotation marks do not come out even."""
    a_field = re.compile(rf' *(?:"(?:[^"]|"")*+"(?=[{separator}]|\Z)|(?!")[^{separator}]*+)')
    place, column = 0, 1
    while (found := a_field.match(text, place)) and found.end() < len(text):
        place, column = found.end() + 1, column + 1
    return column


def _names(number: int, values: Sequence[str]) -> Sequence[str]:
    """Of the columns, empty where one has none. Raises RecipientsUnreadable."""
    names: list[str] = []
    for column, value in enumerate(values, 1):
        name = _BETWEEN_WORDS.sub("", value).lower()
        if _NO_CHARACTER.search(value):
            raise RecipientsUnreadable("encoding-unknown", number, column)
        if name and name not in COLUMNS:
            raise RecipientsUnreadable("column-unknown", number, column)
        if name and COLUMNS[name] in names:
            raise RecipientsUnreadable("column-repeated", number, column)
        names.append(COLUMNS.get(name, ""))
    if "nationalId" not in names:
        raise RecipientsUnreadable("national-id-column-missing", number)
    return names


def _row(names: Sequence[str], columns: Mapping[str, int], values: Sequence[str]) -> Row:
    """Values may be missing at the end: Excel leaves empty ones out there. Raises BadLine."""
    found = {}
    for column, value in enumerate(values, 1):
        name = names[column - 1] if column <= len(names) else ""
        if "\ufffd" in value:
            raise BadLine("line-unreadable", ENCODING_UNKNOWN, column)
        if name:
            found[name] = value.strip()
        elif value.strip():
            raise BadLine("line-unreadable", COLUMN_NAMELESS, column)
    return Row(found, columns)
