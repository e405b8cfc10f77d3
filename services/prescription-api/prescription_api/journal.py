"""The journal note: what a practitioner pastes into the record, where a prescription is documented (P8)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from prescription_api.models import Prescriber
from prescription_api.professions import profession_name
from shared.events.catalog import ToolDocument
from shared.language import DEFAULT_LANGUAGE
from shared.norway import OSLO
from shared.plain_text import shown_in_one_line

# Outside the note itself: it is said to the practitioner and not written in the record.
RESPONSIBILITY: Final = {
    "nb": "Du som sender verktøyet, har ansvar for at det er faglig forsvarlig for denne pasienten."
    " Før det i journalen.",
    "nn": "Du som sender verktøyet, har ansvar for at det er fagleg forsvarleg for denne pasienten."
    " Før det i journalen.",
}

_NOTES: Final = {
    "nb": (
        "Digitalt helseverktøy sendt på Helsenorge: {tool} (leverandør {supplier}).\n"
        "Sendt {sent} av {name}, {profession}, HPR-nummer {hpr}, for virksomhet {organisation}.\n"
        "Pasientens frist for å ta verktøyet i bruk: {deadline}.\n"
        "Referanse: {reference}."
    ),
    "nn": (
        "Digitalt helseverktøy sendt på Helsenorge: {tool} (leverandør {supplier}).\n"
        "Sendt {sent} av {name}, {profession}, HPR-nummer {hpr}, for verksemd {organisation}.\n"
        "Fristen pasienten har for å ta verktøyet i bruk: {deadline}.\n"
        "Referanse: {reference}."
    ),
}

_MESSAGE: Final = {"nb": "Melding til pasienten:", "nn": "Melding til pasienten:"}


@dataclass(frozen=True, slots=True)
class Prescribed:
    """The facts that a note is made of."""

    prescription_id: UUID
    tool: ToolDocument
    prescriber: Prescriber
    profession: str | None
    organisation: str
    prescribed_at: datetime
    deadline: datetime
    message: str | None = None
    organisation_name: str | None = None


def note_language(language: str) -> str:
    """Records are kept in Norwegian: bokmål for whoever asks for another language."""
    return language if language in _NOTES else DEFAULT_LANGUAGE


def tool_name(tool: ToolDocument, language: str) -> str:
    return shown_in_one_line(tool.texts.get(language, tool.texts[DEFAULT_LANGUAGE]).name)


def compose(facts: Prescribed, language: str) -> dict[str, Any]:
    """What is kept with the prescription: the text to paste, the reminder beside it, and the tool as it was then."""
    tool = facts.tool
    return {
        "language": language,
        "text": write_note(facts, language),
        "responsibilityReminder": RESPONSIBILITY[language],
        "organisation": {"organisationNumber": facts.organisation, "name": facts.organisation_name},
        "tool": {
            "toolId": str(tool.tool_id),
            "revision": tool.revision,
            "name": tool_name(tool, language),
            "supplier": {"organisationNumber": tool.supplier.organisation_number, "name": tool.supplier.name},
            "purpose": tool.purpose,
        },
    }


def write_note(facts: Prescribed, language: str) -> str:
    note = _NOTES[language].format(
        tool=tool_name(facts.tool, language),
        supplier=shown_in_one_line(facts.tool.supplier.name),
        sent=moment_in_note(facts.prescribed_at),
        name=shown_in_one_line(facts.prescriber.name),
        profession=profession_name(facts.profession, language),
        hpr=facts.prescriber.hpr_number,
        organisation=with_name(facts.organisation, facts.organisation_name),
        deadline=_day(facts.deadline),
        reference=facts.prescription_id,
    )
    return f"{note}\n{_MESSAGE[language]}\n{set_in(facts.message)}" if facts.message else note


def with_name(number: str, name: str | None) -> str:
    """An organisation as a note has it; by number alone where the register did not say what it is called."""
    return f"{name} ({number})" if name else number


def noted_name(note: Mapping[str, Any]) -> str | None:
    """What the organisation was called when the note was written, where that was known and kept."""
    name: str | None = (note.get("organisation") or {}).get("name")
    return name


def set_in(text: str) -> str:
    """What somebody has written, so that no line of it looks like one of the note's own."""
    return "\n".join(f"  {line}" for line in text.splitlines())


def moment_in_note(moment: datetime) -> str:
    return moment.astimezone(OSLO).strftime("%d.%m.%Y kl. %H.%M")


def _day(moment: datetime) -> str:
    return moment.astimezone(OSLO).strftime("%d.%m.%Y")
