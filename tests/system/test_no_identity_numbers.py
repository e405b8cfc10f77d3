"""I1: after everything else has run, no national identity number is in any table, event, log line or URL."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.errors import DomainError
from shared.nationalid import NationalId
from tools.local.processes import Processes

pytestmark = pytest.mark.system

# Digits inside a longer run of letters and digits belong to a UUID, a trace id or a digest: with tens of thousands of
# these, some hold eleven digits that happen to pass the control digits.
ELEVEN = re.compile(r"(?<![0-9A-Za-z])[0-9]{11}(?![0-9A-Za-z])")
_COLUMNS = """
    SELECT c.table_name AS tab, array_agg(quote_ident(c.column_name)) AS columns
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' GROUP BY 1
"""


def identity_numbers(texts: Iterable[str]) -> set[str]:
    """Eleven digits that are a number of somebody, invented or not: others are phone numbers, times, counts."""
    return {found for text in texts for found in ELEVEN.findall(text) if _is_number(found)}


def _is_number(text: str) -> bool:
    try:
        NationalId.parse(text, allow_synthetic=True)
    except DomainError:
        return False
    return True


async def search_database(url: str, known: list[str]) -> dict[str, set[str]]:
    """Table to what was found in it: what looks like a number, and these people's numbers wherever they stand."""
    connection = await asyncpg.connect(url)
    found: dict[str, set[str]] = {}
    try:
        for row in await connection.fetch(_COLUMNS):
            table = f'"{row["tab"]}"'
            matching = await connection.fetch(
                f"SELECT r::text AS row FROM {table} r WHERE r::text ~ '[0-9]{{11}}'"  # noqa: S608 - our own tables
            )
            texts = [record["row"] for record in matching]
            numbers = identity_numbers(texts) | {number for number in known if any(number in text for text in texts)}
            if numbers:
                found[row["tab"]] = numbers
    finally:
        await connection.close()
    return found


def named(url: str, database: str) -> str:
    head, _, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{database}" + (f"?{query}" if query else "")


def test_the_search_finds_what_it_is_for(citizens: list[dict[str, Any]]) -> None:
    number = citizens[0]["nationalId"]
    assert identity_numbers([f'{{"path": "/v1/{number}"}}', "12345678901", f"1{number}", f"a{number}"]) == {number}


async def test_I1_no_table_of_any_database_holds_one(
    system: Processes, postgres_url: str, citizens: list[dict[str, Any]]
) -> None:
    known = [citizen["nationalId"] for citizen in citizens]
    connection = await asyncpg.connect(postgres_url)
    names = await connection.fetch("SELECT datname FROM pg_database WHERE NOT datistemplate")
    await connection.close()
    searched = {row["datname"]: await search_database(named(postgres_url, row["datname"]), known) for row in names}
    assert {"prescription_api", "notification_service", "helsetilbud_api"} <= searched.keys()
    assert {name: found for name, found in searched.items() if found} == {}


def test_I1_no_log_line_and_no_address_holds_one(system: Processes, log_file: Path, server_directory: Path) -> None:
    """The processes' own output, and what PostgreSQL and RabbitMQ wrote."""
    files = [log_file, *server_directory.rglob("*.log")]
    assert log_file.exists()
    found = {file.name: identity_numbers([file.read_text("utf-8", "replace")]) for file in files}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}
