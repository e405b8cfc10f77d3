"""Tables, and the rules of prescribing that need no I/O."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from prescription_api.errors import (
    AuthorisationRequired,
    OrganisationNotAllowed,
    OrganisationNotSpokenFor,
    OrganisationRequired,
    PrescriptionStateConflict,
    ToolNotPrescribable,
    ToolStopped,
)
from prescription_api.professions import first_of, profession_name
from shared.auth import Practitioner
from shared.db import metadata
from shared.errors import DomainError, InvalidInput
from shared.events.catalog import ToolDocument
from shared.language import LANGUAGES
from shared.language import Text as Words
from shared.links import UNSAFE, has_safe_links
from shared.nationalid import HELD, holds_national_id
from shared.plain_text import NOT_PLAIN, is_plain

State = Literal["active", "opened", "ended", "revoked", "removed", "expired", "stopped"]
Act = Literal["revoke", "end"]
AccessAction = Literal[
    "looked-up", "searched", "read", "prescribed", "prescribing-refused", "revoked", "ended", "asked-prescribers"
]

# P6: one of these at a time for a patient and a tool
LIVE: Final[tuple[State, ...]] = ("active", "opened")
# What a practitioner may do in which state. What is stopped comes back with its tool, so it can be revoked as well;
# what nobody has opened has not begun, so it cannot be ended.
_ACTS: Final[dict[State, tuple[Act, ...]]] = {
    "active": ("revoke",),
    "opened": ("revoke", "end"),
    "stopped": ("revoke",),
}

_metadata = metadata()

tool_copy = Table(
    "tool_copy",
    _metadata,
    Column("tool_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("stop_category", Text),
    Column("name", Text),
    Column("document", JSONB),
    Column("settled_sequence", BigInteger),
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
    Column("end_category", Text),
    Column("closing_note", JSONB),
)

access_log = Table(
    "access_log",
    _metadata,
    Column("citizen", Text, primary_key=True),
    Column("at", DateTime(timezone=True), primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("action", Text, nullable=False),
    Column("hpr_number", Text),
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
        return fitting[0] if fitting else first_of(self.authorisations)


def refusals(
    tool: ToolDocument, *, stopped: bool, prescriber: Prescriber, organisation: str | None
) -> Iterator[DomainError]:
    """Why this prescriber cannot prescribe this tool, the weightiest first; nothing when they can (P2, P5, K4). What an
    organisation is part of is not looked at here: `prescription_api.rights` asks the register.
    """
    if stopped:
        yield ToolStopped()
    if not tool.prescribable:
        yield ToolNotPrescribable()
    if tool.required_authorisations and prescriber.authorisations.isdisjoint(tool.required_authorisations):
        accepted = tool.required_authorisations
        yield AuthorisationRequired(_only_for(accepted), acceptedAuthorisations=accepted)
    if organisation is not None and organisation not in prescriber.organisations:
        yield OrganisationNotSpokenFor(sorted(prescriber.organisations))
    elif allowed := tool.prescriber_organisations or (tool.organisations if not tool.national else []):
        yield from _organisation_refusals(allowed, organisation)


_ONLY_FOR: Final[Words] = {
    "nb": "Verktøyet kan bare sendes av: {names}.",
    "nn": "Verktøyet kan berre sendast av: {names}.",
    "en": "Only these may send the tool: {names}.",
}


def _only_for(codes: Sequence[str]) -> Words:
    return {
        language: _ONLY_FOR[language].format(names=", ".join(profession_name(code, language) for code in codes))
        for language in LANGUAGES
    }


def _organisation_refusals(allowed: Sequence[str], organisation: str | None) -> Iterator[DomainError]:
    if organisation is None:
        yield OrganisationRequired(allowed)
    elif organisation not in allowed:
        yield OrganisationNotAllowed(allowed)


def entity_tag(version: int, language: str) -> str:
    """Of a prescription as it is shown in this language."""
    return f'"{version}-{language}"'


def check_text(text: str | None, pointer: str) -> None:
    """What a practitioner writes is kept, so it must hold no national identity number (I1), and others read it, so it
    must hold no sign that is unseen or forges a line (0047), and no link that leads elsewhere than it seems to (0054).
    Raises InvalidInput.
    """
    if text and holds_national_id(text):
        raise InvalidInput(errors=[{"pointer": pointer, "code": "holds-national-id", "detail": HELD}])
    if text and not is_plain(text.replace("\r\n", "\n"), lines=True):
        raise InvalidInput(errors=[{"pointer": pointer, "code": "text-not-plain", "detail": NOT_PLAIN}])
    if text and not has_safe_links(text):
        raise InvalidInput(errors=[{"pointer": pointer, "code": "link-unsafe", "detail": UNSAFE}])


def check_act(act: Act, state: State) -> None:
    """Raises PrescriptionStateConflict, which says what may be done instead."""
    allowed = _ACTS.get(state, ())
    if act not in allowed:
        raise PrescriptionStateConflict(state=state, allowed=list(allowed))


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """Who did what about a citizen, or tried to (P13). `outcome` is the code of the refusal; a machine has neither HPR
    number nor profession.
    """

    citizen: str
    at: datetime
    action: AccessAction
    hpr_number: str | None
    name: str
    profession: str | None
    organisation: str
    client_id: str
    tool_id: UUID | None = None
    prescription_id: UUID | None = None
    outcome: str | None = None
    entry_id: UUID = field(default_factory=uuid4)
