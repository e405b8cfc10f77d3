"""Searching among an organisation's prescriptions, page by page (P13)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import RowMapping

from prescription_api.accesslog import recording
from prescription_api.fhir import bundle, cursors, queries
from prescription_api.fhir.cursors import Position
from prescription_api.fhir.document_reference import document_reference
from prescription_api.fhir.elements import Json
from prescription_api.fhir.search import (
    NOTE_PARAMETERS,
    OWN_PATIENT,
    PARAMETERS,
    Pairs,
    Parameters,
    TaskSearch,
    read_search,
)
from prescription_api.fhir.search_texts import CURSOR_ALONE, NOT_A_VALUE
from prescription_api.fhir.task import task
from prescription_api.outside import Outside
from prescription_api.queries import tool_names
from shared.auth import Practitioner
from shared.errors import InvalidInput
from shared.events.catalog import ToolDocument
from shared.paging import CursorInvalid

# clients add these to each address; what they mean was said on the first page
_ON_ANY_PAGE: Final = frozenset({"_cursor", "_count", "_summary", "_total"})


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource that prescriptions are found as. `render` takes row, tool, secret and language."""

    name: str
    parameters: Parameters
    render: Callable[[RowMapping, ToolDocument | None, bytes, str], Json]


TASKS: Final = Kind("Task", PARAMETERS, task)
NOTES: Final = Kind(
    "DocumentReference", NOTE_PARAMETERS, lambda row, tool, secret, _: document_reference(row, tool, secret)
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`pairs` without the patient, who is a citizen reference, and `patient` the same, sealed; `cursor` where this is a
    later page.
    """

    kind: Kind

    pairs: Pairs
    citizen: str | None = None
    after: tuple[datetime, UUID] | None = None
    cursor: str | None = None
    patient: str | None = None

    def link(self, address: str) -> str:
        """This page again."""
        patient = [(OWN_PATIENT, self.patient)] if self.patient else []
        asked = [("_cursor", self.cursor)] if self.cursor else [*self.pairs, *patient]
        return f"{address}?{urlencode(asked)}".rstrip("?")


@dataclass(frozen=True, slots=True)
class Found:
    rows: Sequence[RowMapping]
    tools: Mapping[UUID, ToolDocument]
    next_cursor: str | None
    total: int | None = None

    def bundle(self, asked: Asked, address: str, secret: bytes, language: str) -> Json:
        entries = [
            bundle.entry(f"{address}/{row['prescription_id']}", self._shown(asked.kind, row, secret, language))
            for row in self.rows
        ]
        following = f"{address}?{urlencode({'_cursor': self.next_cursor})}" if self.next_cursor else None
        return bundle.searchset(entries, asked.link(address), following, self.total)

    def _shown(self, kind: Kind, row: RowMapping, secret: bytes, language: str) -> Json:
        return kind.render(row, self.tools.get(row["tool_id"]), secret, language)


def asked_in(kind: Kind, pairs: Pairs, secret: bytes, organisation: str) -> Asked:
    """Of an address. A later page says all there is to say. Raises CursorInvalid or InvalidInput."""
    cursors_sent = [value for name, value in pairs if name == "_cursor"]
    if not cursors_sent:
        return _first_page(kind, pairs, secret, organisation)
    if len(cursors_sent) > 1 or any(name not in _ON_ANY_PAGE for name, _ in pairs):
        raise InvalidInput(errors=[{"pointer": "/query/_cursor", "code": "value-invalid", "detail": CURSOR_ALONE}])
    cursor = cursors_sent[0]
    position = cursors.unseal(secret, kind.name, organisation, cursor)
    return Asked(kind, position.pairs, position.citizen, position.after, cursor)


def of_patient(kind: Kind, pairs: Pairs, citizen: str | None, secret: bytes, organisation: str) -> Asked:
    """Of a form, which may name a patient by number."""
    if citizen is None:
        return _first_page(kind, pairs, secret, organisation)
    return Asked(kind, pairs, citizen, patient=cursors.seal_patient(secret, organisation, citizen))


def _first_page(kind: Kind, pairs: Pairs, secret: bytes, organisation: str) -> Asked:
    sealed = [value for name, value in pairs if name == OWN_PATIENT]
    others = [pair for pair in pairs if pair[0] != OWN_PATIENT]
    if not sealed:
        return Asked(kind, others)
    try:
        [patient] = sealed
        return Asked(kind, others, cursors.unseal_patient(secret, organisation, patient), patient=patient)
    except (CursorInvalid, ValueError):
        wrong = {"pointer": f"/query/{OWN_PATIENT}", "code": "value-invalid", "detail": NOT_A_VALUE}
        raise InvalidInput(errors=[wrong]) from None


async def search(outside: Outside, caller: Practitioner, asked: Asked, now: datetime) -> Found:
    """A search for a patient is in that patient's access log, and one without in the logs of those it finds.

    Raises InvalidInput, PatientSearchByPost or HprNotValid.
    """
    wanted = read_search(asked.pairs, asked.kind.parameters)
    viewer = await recording.viewer(outside, caller, now)
    async with outside.database.reader() as connection:
        if asked.citizen is not None:
            await recording.record_look_up(connection, viewer, "searched", asked.citizen, now)
        total = await queries.count_tasks(connection, caller, wanted, asked.citizen) if wanted.total else None
        if wanted.only_total:
            return Found([], {}, None, total)
        found = await queries.search_tasks(connection, caller, wanted, asked.citizen, asked.after)
        rows = found[: wanted.count]
        if asked.citizen is None:
            await recording.record_reads(connection, viewer, rows, now)
        tools = await tool_names(connection, [row["tool_id"] for row in rows])
    more = len(found) > wanted.count
    return Found(rows, tools, _sealed(outside.secret, caller, asked, wanted, rows[-1]) if more else None, total)


def _sealed(secret: bytes, caller: Practitioner, asked: Asked, wanted: TaskSearch, last: RowMapping) -> str:
    after = last[wanted.sort_column], last["prescription_id"]
    return cursors.seal(secret, asked.kind.name, caller.organisation, Position(asked.pairs, asked.citizen, after))
