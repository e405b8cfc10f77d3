"""Why a prescription was taken back or ended: as a code with words, and as a note for the record (P8, P10, 0058)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import RowMapping

from prescription_api import journal
from prescription_api.models import Act, Prescriber
from prescription_api.professions import profession_name
from shared.events.catalog import ToolDocument
from shared.language import Text
from shared.plain_text import shown_in_one_line

RevokeCategory: TypeAlias = Literal["sent-by-mistake", "replaced", "no-longer-needed", "other"]
EndCategory: TypeAlias = Literal["completed", "replaced", "no-longer-needed", "other"]

CATEGORIES: Final[dict[str, Text]] = {
    "sent-by-mistake": {"nb": "Sendt ved en feil", "nn": "Sendt ved ein feil", "en": "Sent by mistake"},
    "completed": {"nb": "Bruken er fullført", "nn": "Bruken er fullført", "en": "Completed"},
    "replaced": {
        "nb": "Erstattet av noe annet",
        "nn": "Erstatta av noko anna",
        "en": "Replaced by something else",
    },
    "no-longer-needed": {"nb": "Ikke lenger behov", "nn": "Ikkje lenger behov", "en": "No longer needed"},
    "other": {"nb": "Annet", "nn": "Anna", "en": "Other"},
}

_WORDS: Final[dict[str, dict[str, str]]] = {
    "nb": {
        "revoke": "Digitalt helseverktøy trukket tilbake på Helsenorge",
        "end": "Bruken av digitalt helseverktøy er avsluttet på Helsenorge",
        "revoked": "Trukket tilbake",
        "ended": "Avsluttet",
        "organisation": "virksomhet",
        "reason": "Begrunnelse",
    },
    "nn": {
        "revoke": "Digitalt helseverktøy trekt tilbake på Helsenorge",
        "end": "Bruken av digitalt helseverktøy er avslutta på Helsenorge",
        "revoked": "Trekt tilbake",
        "ended": "Avslutta",
        "organisation": "verksemd",
        "reason": "Grunngiving",
    },
}
_DONE: Final[dict[Act, str]] = {"revoke": "revoked", "end": "ended"}


@dataclass(frozen=True, slots=True)
class Why:
    """`category` is one of CATEGORIES; the reason is for the record."""

    category: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Closing:
    """The act, by whom and for which organisation."""

    act: Act
    why: Why
    by: Prescriber
    organisation: str
    organisation_name: str | None
    language: str
    now: datetime


def closing_note(row: RowMapping, tool: ToolDocument | None, closing: Closing) -> dict[str, Any]:
    """The note, `{language, text}`. `row` is the prescription as it was."""
    language = journal.note_language(closing.language)
    words, (name, supplier) = _WORDS[language], _tool(row, tool, language)
    closer, profession = shown_in_one_line(closing.by.name), profession_name(closing.by.profession(()), language)
    sender, category = shown_in_one_line(row["prescriber_name"]), CATEGORIES[closing.why.category][language]
    organisation = journal.with_name(closing.organisation, closing.organisation_name)
    lines = [
        f"{words[closing.act]}: {name} (leverandør {supplier}).",
        f"{words[_DONE[closing.act]]} {journal.moment_in_note(closing.now)} av {closer}, {profession}, HPR-nummer"
        f" {closing.by.hpr_number}, for {words['organisation']} {organisation}.",
        f"Sendt {journal.moment_in_note(row['prescribed_at'])} av {sender}, HPR-nummer {row['prescriber_hpr']}.",
        f"Årsak: {category[0].lower()}{category[1:]}.",
        f"Referanse: {row['prescription_id']}.",
    ]
    if closing.why.reason:
        lines += [f"{words['reason']}:", journal.set_in(closing.why.reason)]
    return {"language": language, "text": "\n".join(lines)}


def _tool(row: RowMapping, tool: ToolDocument | None, language: str) -> tuple[str, str]:
    """Name and supplier: as noted when it was prescribed, else as the catalogue has it now."""
    if noted := row["journal_note"].get("tool"):
        return noted["name"], shown_in_one_line(noted["supplier"]["name"])
    return (journal.tool_name(tool, language), shown_in_one_line(tool.supplier.name)) if tool else ("", "")
