"""The access log as its citizen reads it."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import RowMapping

from notification_service.access_log.models import Action
from shared.language import Text
from shared.paging import Page
from shared.schemas import Schema, Timestamp, growing

_TEXTS: Final[Mapping[str, Text]] = {
    "notifications-searched": {
        "nb": "{who} så hvilke varsler du har fått.",
        "nn": "{who} såg kva varsel du har fått.",
        "en": "{who} looked at the notifications you have got.",
    }
}
_SUPPORT: Final[Text] = {"nb": "Brukerstøtten", "nn": "Brukarstøtta", "en": "Support staff"}
_EXAMPLE: Final[dict[str, Any]] = {
    "entryId": "5f0a7c3e-2b1d-4c8e-9f6a-1d2e3f4a5b6c",
    "at": "2026-11-22T08:15:30.000Z",
    "action": "notifications-searched",
    "text": "Astrid Fjellheim så hvilke varsler du har fått.",
    "name": "Astrid Fjellheim",
    "organisation": "299900001",
    "clientId": "support-desk",
    "reason": "Sak 2026/118",
}


class AccessLogEntry(Schema):
    """Who looked, when, from where and why (P13)."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    entry_id: UUID
    at: Timestamp
    action: Annotated[Action, growing(Action), Field(description="More may come; `text` says it in plain words")]
    text: Annotated[str, Field(description="The same in plain words")]
    name: Annotated[str | None, Field(description="Who looked; null where HelseID has not said")]
    organisation: Annotated[str | None, Field(description="Organisation number; null where HelseID has not said")]
    client_id: Annotated[str, Field(description="The system that was used")]
    reason: Annotated[str, Field(description="Why, as whoever looked has written it")]

    @classmethod
    def of(cls, row: RowMapping, language: str) -> Self:
        """From a row of `queries`."""
        shown = {name: row[name] for name in cls.model_fields if name in row}
        who = row["name"] or _SUPPORT[language]
        return cls(**shown, text=_TEXTS[row["action"]][language].format(who=who))


class AccessLogPage(Page[AccessLogEntry]):
    """Newest first. `nextCursor` is null on the last page."""
