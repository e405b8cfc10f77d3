"""V6: a list as programs really save it is read, or it is said what is wrong and where.

What each writes, with Norwegian settings. Excel: "CSV (semikolondelt)" is Windows-1252 with `;` and CRLF; "CSV UTF-8"
is the same in UTF-8 with its mark; "Unicode-tekst" is UTF-16LE with its mark, tabs and CRLF; "CSV (Macintosh)" is Mac
Roman with CR alone; "CSV (MS-DOS)" is code page 850. It writes a row of separators for an empty row within the sheet,
and leaves out the empty columns at the end of some rows. LibreOffice writes what its dialogue is told: UTF-8 without a
mark, commas and LF unless somebody chooses something else, quotes about texts with a separator or a line break in them.
Numbers of ten digits are Excel's too: it takes a national identity number for a number, and its first zero away.
"""

import asyncio
import json
from datetime import date
from typing import Any

import httpx
import pytest

from notification_service.campaigns.uploading import read_recipients

pytestmark = pytest.mark.rule("V6")

HEADER = "nationalId;reference"


@pytest.fixture
async def made(author: Any, draft: Any) -> dict[str, Any]:
    return (await author("POST", "", json=draft())).json()


@pytest.fixture
def upload(author: Any, made: dict[str, Any]) -> Any:
    async def post(content: Any, kind: str = "text/csv", language: str = "nb") -> httpx.Response:
        headers = {"Content-Type": kind, "Accept-Language": language}
        return await author("POST", f"/{made['campaignId']}/recipients", content=content, headers=headers)

    return post


@pytest.fixture
async def numbers(people: Any) -> list[str]:
    return [one.number for one in await people(3)]


@pytest.fixture
def kept(rows: Any) -> Any:
    async def references() -> list[str | None]:
        return [row["reference"] for row in await rows("SELECT reference FROM campaign_recipient ORDER BY line")]

    return references


ENDS = {"CR": "\r", "LF": "\n", "CRLF": "\r\n"}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
async def test_V6_ends_of_lines_encodings_and_separators_are_read(
    upload, numbers, kept, end, encoding, separator
) -> None:
    lines = [HEADER, f"{numbers[0]};Blåbærøl", f"{numbers[1]};D-2", ""]
    text = end.join(lines).replace(";", separator)
    content = (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)
    answer = (await upload(content)).json()
    assert (answer["added"], answer["rejected"]) == (2, [])
    assert await kept() == ["Blåbærøl", "D-2"]


async def test_V6_a_file_is_the_same_in_pieces_of_any_size(upload, numbers, kept) -> None:
    content = f"{HEADER}\r\n{numbers[0]};Å\r{numbers[1]};Ø\n\r\n{numbers[2]};Æ".encode("utf-16")

    async def pieces() -> Any:
        for byte in content:
            yield bytes([byte])

    answer = (await upload(pieces())).json()
    assert (answer["received"], answer["added"]) == (3, 3)
    assert await kept() == ["Å", "Ø", "Æ"]


@pytest.mark.parametrize(
    "header",
    [
        "sep=;\r\nnationalId;reference",
        'SEP=;\r\n"nationalId";"reference"',
        "NATIONALID;Reference",
        " National ID ; reference",
        "national_id;REFERENCE",
        '"National\nid";reference',
        "\n\n;;\nnationalId;reference",
        "nationalId;reference;;;",
        "sep=|\nnationalId;reference",
    ],
)
async def test_V6_headers_as_people_and_programs_write_them(upload, numbers, kept, header) -> None:
    separator = "|" if "sep=|" in header else ";"
    content = "\r\n".join([header, f"{numbers[0]};D-1", f"{numbers[1]};", ""]).replace(";", separator)
    answer = (await upload(content.replace("sep=|", "sep=|"))).json()
    assert (answer.get("added"), answer.get("rejected")) == (2, []), answer
    assert await kept() == ["D-1", None]


async def test_V6_empty_rows_and_columns_are_no_recipients(upload, numbers, kept) -> None:
    lines = [f"{HEADER};;", f"{numbers[0]};D-1;;", ";;;", f'{numbers[1]};"D;2"', " ; ", f"{numbers[2]}", ";;;", ""]
    answer = (await upload("\r\n".join(lines))).json()
    assert (answer["received"], answer["added"], answer["rejected"]) == (3, 3, [])
    assert await kept() == ["D-1", "D;2", None]


async def test_V6_a_quoted_field_with_a_line_break_is_one_row(upload, numbers) -> None:
    lines = [HEADER, f'{numbers[0]};"Kari', 'Nordmann"', f"{numbers[1]};D-2"]
    answer = (await upload("\r\n".join(lines), language="en")).json()
    assert (answer["received"], answer["added"]) == (2, 1)
    [bad] = answer["rejected"]
    assert (bad["line"], bad["column"], bad["code"]) == (2, 2, "reference-invalid")


@pytest.mark.parametrize(
    ("row", "code", "column", "told"),
    [
        (b"%s;D-1;x", "line-unreadable", 3, "no name in the header"),
        (b'%s;"D-1', "line-unreadable", 2, "quotation mark"),
        (b'%s;"D"-1', "line-unreadable", 2, "quotation mark"),
        (b"%s;D\x81", "line-unreadable", 2, "UTF-8"),
        (b"%s;\xbf\xbe\x8c", "line-unreadable", 2, "UTF-8"),
        (b"%s;\x07", "reference-invalid", 2, "100 characters"),
        (b"%s;" + b"x" * 101, "reference-invalid", 2, "100 characters"),
        (b"%s;" + b"x" * 1000, "line-too-long", None, "1000 bytes"),
        (b"1870150050;D-1", "national-id-malformed", 1, "zero"),
        (b"1,18702E+10;D-1", "national-id-malformed", 1, "zero"),
        (b"123;D-1", "national-id-malformed", 1, "eleven digits"),
        (b";D-1", "national-id-malformed", 1, "eleven digits"),
    ],
)
async def test_V6_a_line_is_refused_with_its_place_in_words(upload, numbers, row, code, column, told) -> None:
    content = HEADER.encode() + b"\n\n" + (row % numbers[0].encode() if b"%" in row else row)
    content += f"\n{numbers[1]};D-2\n".encode()
    answer = (await upload(content, language="en")).json()
    assert (answer["added"], len(answer["rejected"])) == (1, 1), answer
    [bad] = answer["rejected"]
    assert (bad["line"], bad["column"], bad["code"]) == (3, column, code)
    assert told in bad["detail"]
    assert numbers[0] not in json.dumps(bad)


async def test_V6_what_is_wrong_is_told_in_the_language_asked_for(upload) -> None:
    answers = [await upload(f"{HEADER}\n123;D-1", language=language) for language in ("nb", "nn", "en")]
    assert [answer.headers["content-language"] for answer in answers] == ["nb", "nn", "en"]
    assert len({answer.json()["rejected"][0]["detail"] for answer in answers}) == 3


@pytest.mark.parametrize(
    ("content", "reason", "line", "column"),
    [
        (b"", "header-missing", None, None),
        (b"\r\n;;\r\n", "header-missing", None, None),
        (b"sep=;\r\n", "header-missing", None, None),
        (b"nationalId;name\r\n", "column-unknown", 1, 2),
        (b"sep=;\r\nname;nationalId\r\n", "column-unknown", 2, 1),
        (b"nationalId;reference;Reference", "column-repeated", 1, 3),
        (b"\n\nreference;;\n", "national-id-column-missing", 3, None),
        (b'nationalId;"reference\n', "quote-open", 1, 2),
        (b"nationalId;" + b"x" * 2000, "line-too-long", 1, None),
        (b"nationalId;r\x81f\n", "encoding-unknown", 1, 2),
        ("nationalId\n1".encode("utf-16-le"), "encoding-unknown", 1, 1),
        ("nationalId\n1".encode("utf-32"), "encoding-unknown", 1, 1),
        (b"PK\x03\x04\x14\x00\x08\x08", "encoding-unknown", 1, 1),
    ],
)
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
async def test_V6_a_header_is_refused_with_its_place_in_words(upload, content, reason, line, column, language) -> None:
    answer = await upload(content, language=language)
    told = answer.json()
    assert (answer.status_code, told["code"], told["reason"]) == (422, "recipients-unreadable", reason)
    assert (told.get("line"), told.get("column")) == (line, column)
    words = {"nb": ("linje", "kolonne"), "nn": ("linje", "kolonne"), "en": ("line", "column")}[language]
    assert line is None or f"{words[0]} {line}" in told["detail"].lower()
    assert column is None or f"{words[1]} {column}" in told["detail"].lower()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "JSON object"),
        ("[]", "JSON object"),
        ('{"name": "Kari"}', "nationalId and reference"),
        ('{"nationalId": 12345678901}', "as text"),
        ('{"reference": "D-1"}', "as text"),
    ],
)
async def test_V6_a_line_of_json_is_refused_in_words(upload, line, told) -> None:
    [bad] = (await upload(line, "application/x-ndjson", "en")).json()["rejected"]
    assert (bad["line"], bad["column"], bad["code"]) == (1, None, "line-unreadable")
    assert told in bad["detail"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
async def test_V6_json_has_its_marks_and_ends_of_lines_too(upload, numbers, kept, encoding) -> None:
    lines = "\r".join(json.dumps({"nationalId": number, "reference": "Ø"}, ensure_ascii=False) for number in numbers)
    assert (await upload(lines.encode(encoding), "application/x-ndjson")).json()["added"] == 3
    assert await kept() == ["Ø"] * 3


async def test_V6_others_get_their_turn_while_quotation_marks_stay_open() -> None:
    """Each line opens what the next one does not close, by itself and behind the one before it."""
    turns, done = 0, False

    async def others() -> None:
        nonlocal turns
        while not done:
            turns += 1
            await asyncio.sleep(0)

    async def chunks() -> Any:
        yield b"nationalId;reference\n" + b'x";"\n' * 5000

    beside = asyncio.create_task(others())
    read = read_recipients("text/csv", chunks(), date(2026, 11, 22), allow_synthetic=True)
    found = [bad.code async for _, bad in read]
    done = True
    await beside
    assert (len(found), set(found)) == (5000, {"line-unreadable"})
    assert turns >= 10
