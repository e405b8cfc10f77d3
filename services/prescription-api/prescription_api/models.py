"""Tables, and the rules of prescribing that need no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from prescription_api.errors import (
    AuthorisationRequired,
    DeadlineInvalid,
    OrganisationNotAllowed,
    OrganisationRequired,
    ToolNotPrescribable,
    ToolStopped,
)
from shared.auth import Practitioner
from shared.db import metadata
from shared.errors import DomainError
from shared.events.catalog import ToolDocument
from shared.schemas import rfc3339

OSLO: Final = ZoneInfo("Europe/Oslo")
LONGEST_DEADLINE: Final = timedelta(days=365)

_metadata = metadata()

tool_copy = Table(
    "tool_copy",
    _metadata,
    Column("tool_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("stop_category", Text),
    Column("name", Text),
    Column("search_text", Text),
    Column("document", JSONB),
    Column("settled_sequence", BigInteger),
)

catalogue_position = Table(
    "catalogue_position",
    _metadata,
    Column("only_row", Boolean, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False),
)

prescription = Table(
    "prescription",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("prescription_id", Uuid, primary_key=True),
    Column("tool_id", Uuid, nullable=False),
    Column("tool_revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("prescriber_hpr", Text, nullable=False),
    Column("prescriber_name", Text, nullable=False),
    Column("prescriber_profession", Text),
    Column("organisation", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("message", Text),
    Column("journal_note", JSONB, nullable=False),
    Column("prescribed_at", DateTime(timezone=True), nullable=False),
    Column("deadline", DateTime(timezone=True), nullable=False),
    Column("opened_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("end_reason", Text),
)

access_log = Table(
    "access_log",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("action", Text, nullable=False),
    Column("hpr_number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("profession", Text),
    Column("organisation", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("tool_id", Uuid),
    Column("prescription_id", Uuid),
    Column("outcome", Text),
)


@dataclass(frozen=True, slots=True)
class Prescriber:
    """The practitioner as the token and the register together know them (P1). `authorisations` are valid codes of
    9060.
    """

    hpr_number: str
    name: str
    authorisations: frozenset[str]
    organisations: frozenset[str]
    client_id: str

    @classmethod
    def of(cls, caller: Practitioner, name: str, authorisations: frozenset[str]) -> "Prescriber":
        own = (caller.organisation, caller.organisation_child)
        return cls(caller.hpr_number, name, authorisations, frozenset(o for o in own if o), caller.client_id)

    def profession(self, required: Sequence[str]) -> str | None:
        """The authorisation that this is done under: the first that the tool asks for, else the first of their own."""
        fitting = [code for code in required if code in self.authorisations]
        return next(iter(fitting or sorted(self.authorisations)), None)


def refusals(
    tool: ToolDocument, *, stopped: bool, prescriber: Prescriber, organisation: str | None
) -> Iterator[DomainError]:
    """Why this prescriber cannot prescribe this tool, the weightiest first; nothing when they can (P2, P5, K4)."""
    if stopped:
        yield ToolStopped()
    if not tool.prescribable:
        yield ToolNotPrescribable()
    if tool.required_authorisations and prescriber.authorisations.isdisjoint(tool.required_authorisations):
        yield AuthorisationRequired(acceptedAuthorisations=tool.required_authorisations)
    if organisation is not None and organisation not in prescriber.organisations:
        yield OrganisationNotAllowed()
    elif allowed := tool.prescriber_organisations or (tool.organisations if not tool.national else []):
        yield from _organisation_refusals(allowed, organisation)


def _organisation_refusals(allowed: Sequence[str], organisation: str | None) -> Iterator[DomainError]:
    if organisation is None:
        yield OrganisationRequired()
    elif organisation not in allowed:
        yield OrganisationNotAllowed()


def entity_tag(version: int, language: str) -> str:
    """Of a prescription as it is shown in this language."""
    return f'"{version}-{language}"'


def deadline_for(tool: ToolDocument, asked: datetime | None, now: datetime) -> datetime:
    """The end of the last day, by Norwegian time, on which the citizen can take the tool into use (P7).

    Raises DeadlineInvalid for one that is past or more than a year away.
    """
    if asked is None:
        last_day = now.astimezone(OSLO).date() + timedelta(days=tool.default_deadline_days)
        return datetime.combine(last_day, time(23, 59, 59), OSLO).astimezone(UTC)
    latest = now + LONGEST_DEADLINE
    if not now < asked <= latest:
        raise DeadlineInvalid(earliest=rfc3339(now), latest=rfc3339(latest))
    return asked
