"""Searching among an organisation's prescriptions, page by page (P13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import RowMapping

from prescription_api.accesslog import recording
from prescription_api.fhir import bundle, cursors, queries
from prescription_api.fhir.cursors import Position
from prescription_api.fhir.elements import Json
from prescription_api.fhir.search import Pairs, TaskSearch, read_search
from prescription_api.fhir.search_texts import CURSOR_ALONE
from prescription_api.fhir.task import task
from prescription_api.outside import Outside
from prescription_api.queries import tool_names
from shared.auth import Practitioner
from shared.errors import InvalidInput
from shared.events.catalog import ToolDocument

# clients add these to each address; what they mean was said on the first page
_ON_ANY_PAGE: Final = frozenset({"_cursor", "_count", "_summary", "_total"})


@dataclass(frozen=True, slots=True)
class Asked:
    """`pairs` without the patient, who is a citizen reference; `cursor` where this is a later page."""

    pairs: Pairs
    citizen: str | None = None
    after: tuple[datetime, UUID] | None = None
    cursor: str | None = None

    def link(self, address: str) -> str:
        """This page again, if nobody's number was needed for it."""
        return f"{address}?{urlencode([('_cursor', self.cursor)] if self.cursor else self.pairs)}".rstrip("?")


@dataclass(frozen=True, slots=True)
class Tasks:
    rows: Sequence[RowMapping]
    tools: Mapping[UUID, ToolDocument]
    next_cursor: str | None
    total: int | None = None

    def bundle(self, asked: Asked, address: str, secret: bytes, language: str) -> Json:
        entries = [
            bundle.entry(
                f"{address}/{row['prescription_id']}", task(row, self.tools.get(row["tool_id"]), secret, language)
            )
            for row in self.rows
        ]
        following = f"{address}?{urlencode({'_cursor': self.next_cursor})}" if self.next_cursor else None
        return bundle.searchset(entries, asked.link(address), following, self.total)


def continued(pairs: Pairs, secret: bytes, organisation: str) -> Asked | None:
    """A later page, which says all there is to say; None for a first one. Raises CursorInvalid or InvalidInput."""
    cursors_sent = [value for name, value in pairs if name == "_cursor"]
    if not cursors_sent:
        return None
    if len(cursors_sent) > 1 or any(name not in _ON_ANY_PAGE for name, _ in pairs):
        raise InvalidInput(errors=[{"pointer": "/query/_cursor", "code": "value-invalid", "detail": CURSOR_ALONE}])
    cursor = cursors_sent[0]
    position = cursors.unseal(secret, organisation, cursor)
    return Asked(position.pairs, position.citizen, position.after, cursor)


async def search_tasks(outside: Outside, caller: Practitioner, asked: Asked, now: datetime) -> Tasks:
    """A search for a patient is in that patient's access log, and one without in the logs of those it finds.

    Raises InvalidInput, PatientSearchByPost or HprNotValid.
    """
    search = read_search(asked.pairs)
    viewer = await recording.viewer(outside, caller, now)
    async with outside.database.reader() as connection:
        if asked.citizen is not None:
            await recording.record_look_up(connection, viewer, "searched", asked.citizen, now)
        total = await queries.count_tasks(connection, caller, search, asked.citizen) if search.total else None
        if search.only_total:
            return Tasks([], {}, None, total)
        found = await queries.search_tasks(connection, caller, search, asked.citizen, asked.after)
        rows = found[: search.count]
        if asked.citizen is None:
            await recording.record_reads(connection, viewer, rows, now)
        tools = await tool_names(connection, [row["tool_id"] for row in rows])
    more = len(found) > search.count
    return Tasks(rows, tools, _sealed(outside.secret, caller, asked, search, rows[-1]) if more else None, total)


def _sealed(secret: bytes, caller: Practitioner, asked: Asked, search: TaskSearch, last: RowMapping) -> str:
    after = last[search.sort_column], last["prescription_id"]
    return cursors.seal(secret, caller.organisation, Position(asked.pairs, asked.citizen, after))
